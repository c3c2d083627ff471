// One packet's way through a node: gates, decision, commit, reply. It knows no socket and no NATS; time is handed in.
import {
  type Append,
  type AppendResult,
  type Decision,
  decide,
  type Instant,
  type Lease,
  type LeaseRequest,
  type LeaseStore,
  leaseAfter,
  type Revision,
  releasesOfOlder,
  type StoredEvent,
} from "@leasehold/leases";
import {
  decode,
  encode,
  formatIpv4,
  type Ipv4,
  ipv4,
  MessageType,
  messageTypeName,
  type Packet,
  payloadLimit,
} from "@leasehold/protocol";
import type { Counters } from "./counters.ts";
import { type Destination, destinationOf } from "./destination.ts";
import type { DropReason } from "./drop-reason.ts";
import { identityOf, leaseRequestOf, linkOf, type Whence } from "./lease-request.ts";
import type { NodeWorld } from "./node-world.ts";
import { isSelectedByOverride } from "./relay-information.ts";
import { type ReplyContent, replyTo } from "./reply.ts";
import { Responder } from "./responder.ts";
import type { StoreHealth } from "./store-health.ts";

/** A link as the service needs it; `send` says whether the reply left. */
export interface ServiceLink extends Whence {
  send(payload: Buffer, destination: Destination, chaddr: Uint8Array): boolean;
}

export interface Clocks {
  /** Stream time, as well as this node can tell. */
  now(): Instant;
  /** A steady clock in ms, for waiting and for measuring. */
  steady(): number;
}

/** The store, and a look at what its leader has. */
export interface ReadableLeaseStore extends LeaseStore {
  read(address: Ipv4): Promise<StoredEvent | undefined>;
}

export interface ServiceParts {
  readonly world: NodeWorld;
  readonly store: ReadableLeaseStore;
  readonly health: StoreHealth;
  readonly counters: Counters;
  readonly clocks: Clocks;
  /** Why no packet may be answered now; undefined when the node serves. */
  readonly refusal: () => DropReason | undefined;
  readonly nextIntent: () => string;
  /** One line a packet, for `log.level: debug`. */
  readonly trace?: ((line: Record<string, unknown>) => void) | undefined;
  /** Told of each exchange that ended in a reply, in ms. */
  readonly onReplied?: (type: string, ms: number) => void;
}

interface Arrival {
  readonly link: ServiceLink;
  readonly isBroadcast: boolean | undefined;
  /** The UDP port that it was sent from. */
  readonly sourcePort: number | undefined;
}

/** A packet on its way through the node. */
interface Exchange {
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly request: LeaseRequest;
  readonly receivedAt: number;
  /** The same in stream time. */
  readonly arrivedAt: Instant;
  readonly key: string;
  attempts: number;
}

/** A reply later than this would meet a client that has asked again (RFC 2131 §4.1: first retransmission after 4 s). */
const PATIENCE_MS = 4000;
/** Commits under way above which new DISCOVERs wait for better times; above the second also REQUESTs (I14). */
const DISCOVER_PENDING_MAX = 2000;
const REQUEST_PENDING_MAX = 8000;
const ATTEMPTS_MAX = 4;
const EXHAUSTED_FOR_MS = 1000;
const MESSAGE_MAX = 1472;

export class DhcpService {
  private readonly parts: ServiceParts;
  private readonly responder = new Responder();
  private readonly inProgress = new Set<string>();

  constructor(parts: ServiceParts) {
    this.parts = parts;
  }

  /** Exchanges that wait for the store. */
  get pending(): number {
    return this.inProgress.size;
  }

  /** Takes a datagram. `isBroadcast` is undefined where the socket cannot tell. Never throws, whatever the octets. */
  receive(bytes: Uint8Array, link: ServiceLink, isBroadcast: boolean | undefined, sourcePort?: number): void {
    const decoded = decode(bytes);
    if (!decoded.ok) {
      this.drop(decoded.failure);
      return;
    }
    const { packet } = decoded;
    const type = packet.messageType;
    this.parts.counters.count("received", nameOf(type));
    const reason = this.gate(packet, type) ?? this.admit(packet, type!, { link, isBroadcast, sourcePort });
    if (reason !== undefined) this.drop(reason, packet);
  }

  /** The stream shows a lease: if this node granted it, an older one of the client in the same subnet is released. */
  noticeStored(lease: Lease): void {
    const { world, store, clocks, counters, nextIntent } = this.parts;
    if (world.view.ofClient(lease.client).length < 2) return;
    for (const append of releasesOfOlder(world, lease, nextIntent(), clocks.now())) {
      store.append(append, ({ kind }) => counters.count("trouble", `second-address-released-${kind}`));
    }
  }

  private gate(packet: Packet, type: number | undefined): DropReason | undefined {
    if (packet.op !== 1) return "not-for-servers";
    if (type === undefined) return "bootp-not-served";
    if (messageTypeName(type) === undefined || SERVERS_ONLY.has(type)) return "not-for-servers";
    return this.parts.refusal() ?? this.overload(type);
  }

  /** A DISCOVER is shed before a REQUEST: that one has an offer to lose (I14). */
  private overload(type: number): DropReason | undefined {
    const pending = this.inProgress.size;
    const limit = type === MessageType.DISCOVER ? DISCOVER_PENDING_MAX : REQUEST_PENDING_MAX;
    return pending > limit ? "overloaded" : undefined;
  }

  private admit(packet: Packet, type: number, arrival: Arrival): DropReason | undefined {
    const { world, clocks } = this.parts;
    const { link, isBroadcast } = arrival;
    const { interfaceName, addresses } = link;
    const subnets = linkOf(packet, { interfaceName, addresses, isBroadcast }, world.network);
    if (subnets === undefined) return "no-subnet-for-link";
    const client = identityOf(packet, subnets[0]!);
    if (client === undefined) return "no-client-identity";
    const asked = leaseRequestOf(packet, type, subnets, client, this.parts.nextIntent());
    // RFC 5107 §4: the relay agent's own identifier stands for whichever server it relays to.
    const request = isSelectedByOverride(packet) ? { ...asked, serverIdentifier: link.addresses[0] } : asked;
    const receivedAt = clocks.steady();
    const isUnicast = packet.giaddr !== 0 || !(isBroadcast ?? packet.ciaddr === 0);
    const heard = { client, xid: packet.xid, type, isUnicast, serverIdentifier: request.serverIdentifier };
    const key = `${client}/${packet.xid}/${type}`;
    if (this.inProgress.has(key)) return "already-in-progress";
    if (!this.responder.mayAnswer(heard, world.members, world.membership, receivedAt)) {
      return "another-node-answers";
    }
    this.act({ packet, arrival, request, receivedAt, arrivedAt: clocks.now(), key, attempts: 0 });
    return undefined;
  }

  private act(exchange: Exchange): void {
    exchange.attempts++;
    this.carryOut(exchange, this.decide(exchange));
  }

  private decide({ request }: Exchange): Decision {
    const { world, clocks, health } = this.parts;
    world.storeReady =
      request.type === MessageType.DISCOVER ? health.isTaking(clocks.steady()) : health.isReachable();
    return decide(world, request, clocks.now());
  }

  private carryOut(exchange: Exchange, decision: Decision): void {
    switch (decision.kind) {
      case "grant":
      case "silent":
        if (decision.append !== undefined) this.commit(exchange, decision, decision.append);
        else this.finish(exchange, decision);
        return;
      case "refuse":
        void this.verifyRefusal(exchange, decision);
        return;
      case "inform":
        this.finish(exchange, decision);
        return;
      default:
        decision satisfies never;
    }
  }

  private commit(exchange: Exchange, decision: Decision, append: Append): void {
    this.inProgress.add(exchange.key);
    const sentAt = this.parts.clocks.now();
    this.parts.store.append(append, (result) => {
      this.inProgress.delete(exchange.key);
      this.parts.counters.count("commits", result.kind);
      this.parts.health.note(result.kind, this.parts.clocks.steady());
      this.settle(exchange, decision, append, result, sentAt);
    });
  }

  private settle(
    exchange: Exchange,
    decision: Decision,
    append: Append,
    result: AppendResult,
    sentAt: Instant,
  ): void {
    switch (result.kind) {
      case "stored":
        this.take(append, result.revision, sentAt);
        this.finish(exchange, decision);
        return;
      case "conflict":
        this.learn(append.address, result.current);
        if (this.isOvertaken(exchange, result.current)) this.silence(exchange, "not-the-owner");
        else if (exchange.attempts < ATTEMPTS_MAX) this.act(exchange);
        else this.silence(exchange, "store-unavailable");
        return;
      case "unknown":
        this.decideWithoutStore(exchange);
        return;
      default:
        result satisfies never;
    }
  }

  /** Until the stream shows it, the instant of sending stands for its own, so that nothing is held for too long. */
  private take(append: Append, revision: Revision, sentAt: Instant): void {
    const { view } = this.parts.world;
    if (view.revisionOf(append.address) < revision) view.apply(leaseAfter(append.event, revision, sentAt));
  }

  /** What a client gave back may have been granted to it again meanwhile: that grant is not what it gave back. */
  private isOvertaken({ request, arrivedAt }: Exchange, current: StoredEvent | undefined): boolean {
    const gives = request.type === MessageType.RELEASE || request.type === MessageType.DECLINE;
    return gives && current !== undefined && current.at + this.parts.world.policy.guardMs > arrivedAt;
  }

  /** What stands in the store beats what the view had. */
  private learn(address: Ipv4, current: StoredEvent | undefined): void {
    const { view } = this.parts.world;
    if (current?.event !== undefined) view.apply(leaseAfter(current.event, current.revision, current.at));
    else view.remove(address, current?.revision ?? view.revisionOf(address));
  }

  /** The fate of the write is open: only what was held before may be promised (I5). */
  private decideWithoutStore(exchange: Exchange): void {
    const { world, clocks } = this.parts;
    world.storeReady = false;
    const decision = decide(world, exchange.request, clocks.now());
    if (decision.kind === "grant" && decision.append === undefined && decision.reply === "ACK") {
      this.finish(exchange, decision);
    } else {
      this.silence(exchange, "store-unavailable");
    }
  }

  /** NAK takes an address from somebody: the view may be some ms behind, so the stream's leader has the last word. */
  private async verifyRefusal(
    exchange: Exchange,
    decision: Extract<Decision, { kind: "refuse" }>,
  ): Promise<void> {
    this.inProgress.add(exchange.key);
    try {
      const current = decision.address === 0 ? undefined : await this.parts.store.read(decision.address);
      // From here on a commit may put the key in again.
      this.inProgress.delete(exchange.key);
      if (decision.address !== 0) this.learn(decision.address, current);
      const again = this.decide(exchange);
      if (again.kind === "refuse") this.finish(exchange, again);
      else this.carryOut(exchange, again);
    } catch {
      this.inProgress.delete(exchange.key);
      this.silence(exchange, "store-unavailable");
    }
  }

  private finish(exchange: Exchange, decision: Decision): void {
    const late = this.parts.clocks.steady() - exchange.receivedAt > PATIENCE_MS;
    if (late && decision.kind !== "silent") {
      this.drop("too-late", exchange.packet);
      return;
    }
    switch (decision.kind) {
      case "silent":
        this.noteSilence(exchange, decision);
        this.silence(exchange, decision.reason);
        break;
      case "refuse":
        this.parts.counters.count("refused", decision.reason);
        this.reply(exchange, { type: "NAK", yiaddr: ipv4(0), text: decision.reason.replaceAll("-", " ") });
        break;
      case "inform":
        this.reply(exchange, { ...decision, type: "ACK", yiaddr: ipv4(0) });
        break;
      case "grant":
        this.noteGrant(exchange, decision);
        this.reply(exchange, { ...decision, type: decision.reply, yiaddr: decision.address });
        break;
      default:
        decision satisfies never;
    }
  }

  private noteSilence(exchange: Exchange, decision: Extract<Decision, { kind: "silent" }>): void {
    const { offers } = this.parts.world;
    const until = (this.parts.clocks.now() + EXHAUSTED_FOR_MS) as Instant;
    for (const pool of decision.pools ?? []) offers.noteExhausted(pool, until);
    // RFC 2131 §4.3.2: the REQUEST that selects another server declines our offer.
    if (decision.reason === "selected-another-server") offers.drop(exchange.request.client);
  }

  private noteGrant(exchange: Exchange, decision: Extract<Decision, { kind: "grant" }>): void {
    const { offers, policy } = this.parts.world;
    const { client } = exchange.request;
    if (decision.reply === "ACK") offers.drop(client);
    else offers.put(client, decision.address, (this.parts.clocks.now() + policy.offerMs) as Instant);
  }

  private reply(exchange: Exchange, content: Omit<ReplyContent, "serverIdentifier">): void {
    const { packet, arrival } = exchange;
    const { link, sourcePort } = arrival;
    const serverIdentifier = this.parts.world.network.serverIdentifier?.address ?? link.addresses[0]!;
    const message = replyTo(packet, { ...content, serverIdentifier });
    const buffer = Buffer.allocUnsafe(MESSAGE_MAX);
    const length = encode(message, buffer, { maximumSize: payloadLimit(packet) });
    const destination = destinationOf(packet, content.yiaddr, content.type === "NAK", sourcePort);
    if (!link.send(buffer.subarray(0, length), destination, packet.chaddr)) {
      this.parts.counters.count("trouble", "send-failed");
      return;
    }
    this.parts.counters.count("replied", content.type);
    this.parts.onReplied?.(content.type, this.parts.clocks.steady() - exchange.receivedAt);
    this.trace(content.type, packet, exchange.request, { address: formatIpv4(content.yiaddr) });
  }

  private silence(exchange: Exchange, reason: string): void {
    this.parts.counters.count("silent", reason);
    this.trace(reason, exchange.packet, exchange.request);
  }

  private drop(reason: DropReason, packet?: Packet): void {
    this.parts.counters.count("dropped", reason);
    if (packet !== undefined) this.trace(reason, packet);
  }

  private trace(
    outcome: string,
    packet: Packet,
    request?: LeaseRequest,
    more?: Record<string, unknown>,
  ): void {
    this.parts.trace?.({
      outcome,
      type: nameOf(packet.messageType),
      xid: packet.xid.toString(16),
      chaddr: Buffer.from(packet.chaddr).toString("hex"),
      client: request?.client,
      ...more,
    });
  }
}

const SERVERS_ONLY = new Set<number>([
  MessageType.OFFER,
  MessageType.ACK,
  MessageType.NAK,
  MessageType.FORCERENEW,
]);

function nameOf(type: number | undefined): string {
  return type === undefined ? "BOOTP" : (messageTypeName(type) ?? "unassigned");
}
