// Which node answers a packet that all of them saw. The one that comes first for the client answers now; the next ones do when the
// client goes on asking for longer than it takes to be answered, as then the first one is silent (docs/adr/0026). What this node left
// to another one is kept for a while: should that one die, whoever comes first then answers what is still fresh (takeover.ts).
import { BEAT_EVERY_MS, DEAD_AFTER_MS, type Members } from "@leasehold/cluster";
import { BoundedMap } from "@leasehold/leases";
import { type ClientId, type Ipv4, MessageType } from "@leasehold/protocol";
import { type Asked, Tries } from "../intake/tries.ts";
import type { Arrival } from "../ports.ts";

export interface Heard {
  readonly client: ClientId;
  readonly xid: number;
  readonly type: number;
  /** Only this node saw it: it came by unicast, from a relay or a renewing client. */
  readonly isUnicast: boolean;
  /** Option 54: the node whose offer the client took. */
  readonly serverIdentifier: Ipv4 | undefined;
}

export interface MemberAddresses {
  /** The live member that is known by this address; undefined for a dead one, and for an address of the whole cluster. */
  liveMemberOf(address: Ipv4): string | undefined;
}

/**
 * Each time that it goes on for so long, one more node answers. Longer than iPXE waits before it asks again though it was answered
 * (1 s), shorter than the first wait of RFC 2131 §4.1 (3 s at least), and as long as it takes to notice that a node is dead.
 */
export const SILENT_AFTER_MS = 2000;

export class Responder {
  private readonly tries = new Tries<ClientId>();

  /** Notes a packet; how often this node has heard its client ask for that. `now` is any steady clock in ms. */
  hear(heard: Heard, now: number): Asked {
    return this.tries.note(heard.client, questionOf(heard), now);
  }

  /** Whether this node is to answer what it heard just now. */
  mayAnswer(
    heard: Heard,
    { times, firstAt }: Asked,
    members: Members,
    addresses: MemberAddresses,
    now: number,
  ): boolean {
    if (heard.isUnicast) return true;
    const named = namedIn(heard, members, addresses);
    if (named === members.self) return true;
    // A named member that lives answers itself; the others wait for one more try than usual.
    const before = members.rankFor(heard.client) + (named === undefined ? 0 : 1);
    return times > before && now - firstAt >= before * SILENT_AFTER_MS;
  }

  /** Whether it is for this node to answer at once, however often the packet came. */
  isFirst(heard: Heard, members: Members, addresses: MemberAddresses): boolean {
    const named = namedIn(heard, members, addresses);
    return named === undefined ? members.rankFor(heard.client) === 0 : named === members.self;
  }

  /** Whether it is a REQUEST that names another node, which is alive. */
  namesAnother(heard: Heard, members: Members, addresses: MemberAddresses): boolean {
    const named = namedIn(heard, members, addresses);
    return named !== undefined && named !== members.self;
  }
}

/**
 * What is repeated. A client that looks for a server may take a new xid for each DISCOVER, and goes on asking; any other message with
 * a new xid is asked anew, as a client that renews twice within some seconds was answered the first time.
 */
function questionOf({ type, xid }: Heard): number {
  return type === MessageType.DISCOVER ? type : xid * 256 + type;
}

/** The node that option 54 names, if it lives and can hear the client. */
function namedIn(
  { serverIdentifier }: Heard,
  members: Members,
  addresses: MemberAddresses,
): string | undefined {
  const named = serverIdentifier && addresses.liveMemberOf(serverIdentifier);
  return named !== undefined && (named === members.self || members.names.includes(named)) ? named : undefined;
}

export interface DeferredPacket {
  /** A copy: what the socket gave may be overwritten. */
  readonly bytes: Uint8Array;
  readonly arrival: Arrival;
  /** Of the steady clock, in ms. */
  readonly heardAt: number;
}

/** Of a boot storm of 10,000 machines all; some megabytes. */
const DEFERRED_MAX = 16_384;
/** A node may die between its heartbeat and an answer that it was about to give. */
const MARGIN_MS = 500;
/** Until a death is noticed: the last heartbeat is up to this old when the node dies, and then it must be missed. */
const FRESH_MS = DEAD_AFTER_MS + BEAT_EVERY_MS + MARGIN_MS;

export class DeferredPackets {
  private readonly newest = new BoundedMap<ClientId, DeferredPacket>(DEFERRED_MAX);

  get size(): number {
    return this.newest.size;
  }

  note(client: ClientId, deferred: DeferredPacket): void {
    this.newest.set(client, deferred);
    this.newest.forgetWhile(({ heardAt }) => deferred.heardAt - heardAt >= FRESH_MS);
  }

  /** This node answers the client itself now. */
  forget(client: ClientId): void {
    this.newest.delete(client);
  }

  isNewest(client: ClientId, deferred: DeferredPacket): boolean {
    return this.newest.get(client) === deferred;
  }

  /** What a node may have left unanswered whose last heartbeat was heard then; they are kept for the next death. */
  since(lastBeatAt: number, now: number): readonly (readonly [client: ClientId, deferred: DeferredPacket])[] {
    const from = Math.max(lastBeatAt - MARGIN_MS, now - FRESH_MS);
    return [...this.newest].filter(([, { heardAt }]) => heardAt >= from);
  }
}
