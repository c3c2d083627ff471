// How many packets are taken. Over time: from one client, from one port of a relay agent, and in all, by token buckets that are filled
// up steadily to `packets` within `perSeconds`. At once: as many exchanges as may wait for the store (I14).
import {
  decodeRelayAgent,
  formatIpv4,
  MessageType,
  OptionCode,
  type Packet,
  RelaySubOption,
} from "@leasehold/protocol";

export interface RateLimit {
  /** As many may come at once. */
  readonly packets: number;
  readonly perSeconds: number;
}

/** What is not given is not limited. */
export interface RateLimits {
  readonly client?: RateLimit | undefined;
  readonly relayPort?: RateLimit | undefined;
  readonly total?: RateLimit | undefined;
}

/** Which limit refused; a metric's label. */
export type RateRefusal = "client-rate" | "relay-port-rate" | "total-rate";

const REMEMBERED_MAX = 50_000;

export class RateLimiter {
  private readonly rememberedMax: number;
  private limits: RateLimits = {};
  private clients: Buckets | undefined;
  private relayPorts: Buckets | undefined;
  private total: Buckets | undefined;

  /** Remembers so many clients, and so many relay ports, and forgets those that it has not heard for longest. */
  constructor(limits: RateLimits, rememberedMax = REMEMBERED_MAX) {
    this.rememberedMax = rememberedMax;
    this.change(limits);
  }

  /** Other limits, from a new network document. A limit that stays the same goes on with what it counted. */
  change(limits: RateLimits): void {
    const changed = (was: RateLimit | undefined, now: RateLimit | undefined) =>
      was?.packets !== now?.packets || was?.perSeconds !== now?.perSeconds;
    const made = (limit: RateLimit | undefined, size: number) => limit && new Buckets(limit, size);
    const { client, relayPort, total } = limits;
    if (changed(this.limits.client, client)) this.clients = made(client, this.rememberedMax);
    if (changed(this.limits.relayPort, relayPort)) this.relayPorts = made(relayPort, this.rememberedMax);
    if (changed(this.limits.total, total)) this.total = made(total, 1);
    this.limits = limits;
  }

  /**
   * Takes a packet of `client`, or says which limit is exceeded. A refused packet takes nothing from any limit, so that
   * one loud client does not use up what all share. `now` is any steady clock in ms.
   */
  refusal(client: string, packet: Packet, now: number): RateRefusal | undefined {
    const own = this.clients?.of(client, now);
    if (own?.isEmpty) return "client-rate";
    const relayPort = this.relayPorts && relayPortOf(packet);
    const port = relayPort === undefined ? undefined : this.relayPorts?.of(relayPort, now);
    if (port?.isEmpty) return "relay-port-rate";
    const all = this.total?.of("", now);
    if (all?.isEmpty) return "total-rate";
    own?.take();
    port?.take();
    all?.take();
    return undefined;
  }

  /** How many clients and relay ports are remembered. */
  get remembered(): number {
    return (this.clients?.size ?? 0) + (this.relayPorts?.size ?? 0);
  }
}

/** The port of a relay agent by which a packet came: giaddr, with circuit-id and remote-id in hex. Undefined on the link. */
export function relayPortOf(packet: Packet): string | undefined {
  if (packet.giaddr === 0) return undefined;
  const agent = packet.raw(OptionCode.relayAgentInformation);
  if (agent === undefined) return formatIpv4(packet.giaddr);
  const subOptions = decodeRelayAgent(agent);
  const hex = (code: number) => Buffer.from(subOptions.get(code) ?? []).toString("hex");
  return `${formatIpv4(packet.giaddr)}/${hex(RelaySubOption.circuitId)}/${hex(RelaySubOption.remoteId)}`;
}

class Bucket {
  private tokens: number;
  private filledAt: number;

  constructor(tokens: number, now: number) {
    this.tokens = tokens;
    this.filledAt = now;
  }

  fill(limit: RateLimit, now: number): this {
    const since = now - this.filledAt;
    if (since > 0) {
      this.tokens = Math.min(
        limit.packets,
        this.tokens + (since * limit.packets) / (limit.perSeconds * 1000),
      );
      this.filledAt = now;
    }
    return this;
  }

  get isEmpty(): boolean {
    return this.tokens < 1;
  }

  take(): void {
    this.tokens -= 1;
  }
}

/**
 * Buckets by key, in two generations: a key that is heard moves to the young one, and when that has grown to half of the
 * limit, it becomes the old one and what was old is forgotten. Finding a young key makes no garbage.
 */
class Buckets {
  private readonly limit: RateLimit;
  private readonly generationMax: number;
  private young = new Map<string, Bucket>();
  private old = new Map<string, Bucket>();

  constructor(limit: RateLimit, rememberedMax: number) {
    this.limit = limit;
    this.generationMax = Math.max(1, Math.floor(rememberedMax / 2));
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  of(key: string, now: number): Bucket {
    const known = this.young.get(key);
    if (known !== undefined) return known.fill(this.limit, now);
    const bucket = this.old.get(key)?.fill(this.limit, now) ?? new Bucket(this.limit.packets, now);
    this.old.delete(key);
    if (this.young.size >= this.generationMax) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, bucket);
    return bucket;
  }
}

/** Some tenths of a second of commits. */
const DISCOVERS_MAX = 2000;
/** So long after an election what it has piled up is worked off; that more waits by then is overload. */
const WORKED_OFF_MS = 5000;
/** Leaves room for the REQUESTs to come of the offers made. */
const DISCOVERS_IN_ELECTION_MAX = 8000;
const REQUESTS_MAX = 10_000;

export class Backlog {
  /** Of the steady clock, in ms: until then what waits is an election's. */
  private electionUntil = Number.NEGATIVE_INFINITY;

  /** Whether one more message of the type is too many while so many exchanges wait. */
  isFullFor(type: number | undefined, pending: number, isPrompt: () => boolean, now: number): boolean {
    if (pending <= DISCOVERS_MAX) return false;
    if (!isPrompt()) this.electionUntil = now + WORKED_OFF_MS;
    if (type !== MessageType.DISCOVER) return pending > REQUESTS_MAX;
    return pending > (now < this.electionUntil ? DISCOVERS_IN_ELECTION_MAX : DISCOVERS_MAX);
  }
}
