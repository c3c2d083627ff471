// One packet's way into a node: it is read, passes the gates, and becomes a request to be decided. It knows no socket and no
// NATS; time is handed in. transactions.ts decides and commits; answers.ts replies.

import type { Members } from "@leasehold/cluster";
import {
  type ClearingOrder,
  heardSelection,
  type Instant,
  isReasserted,
  type Lease,
  type LeaseRequest,
  OFFERS_MAX,
  releasesOfOlder,
  reservationOf,
} from "@leasehold/leases";
import {
  type ClientId,
  type DecodeFailure,
  decode,
  encode,
  type Ipv4,
  type Mac,
  MessageType,
  messageTypeName,
  type Packet,
} from "@leasehold/protocol";
import { type Heard, Responder } from "../cluster/responder.ts";
import { Backlog } from "../intake/backlog.ts";
import { RateLimiter } from "../intake/rate-limits.ts";
import { answerLeasequery } from "../leasequery/leasequery.ts";
import type { Arrival, Ingress, ServiceLink } from "../ports.ts";
import { isSelectedByOverride, relayPortOf } from "../relay/relay-information.ts";
import { bootpAnswer, decodeWithoutCookie, isBootpRequest } from "../reply/bootp.ts";
import { asksForRapidCommit } from "../reply/rapid-commit.ts";
import { contentOf } from "../reply/reply-content.ts";
import { readAsRenewal } from "../request/client-state.ts";
import { identityOf, isNoRelay, leaseRequestOf, linkOf } from "../request/lease-request.ts";
import { ownAddressFor } from "../request/own-address.ts";
import { nameOf } from "../telemetry/recent-outcomes.ts";
import { Answers } from "./answers.ts";
import { type Cleared, clearLease } from "./clear-lease.ts";
import { type DeferredPacket, DeferredPackets } from "./deferred-packets.ts";
import type { DropReason } from "./drop-reason.ts";
import { DECIDING, type DryRun, type Exchange, type ServiceParts } from "./exchange.ts";
import { PoolWatch } from "./pool-watch.ts";
import { RenewalCalls } from "./renewal-calls.ts";
import { Restoration } from "./restoration.ts";
import { Takeover } from "./takeover.ts";
import { Transactions } from "./transactions.ts";

const MESSAGE_MAX = 1472;

export class DhcpService {
  private readonly parts: ServiceParts;
  private readonly answers: Answers;
  private readonly transactions: Transactions;
  private readonly responder = new Responder();
  private readonly left = new DeferredPackets();
  private readonly backlog = new Backlog();
  private readonly takeover: Takeover;
  private readonly isPrompt = () => this.parts.health.isPrompt(this.parts.clocks.steady());
  private readonly rates: RateLimiter;
  private readonly calls: RenewalCalls;
  private readonly poolWatch: PoolWatch;
  /** After the store was replaced. */
  readonly restoration: Restoration;

  constructor(parts: ServiceParts) {
    this.parts = parts;
    this.calls = new RenewalCalls(parts);
    this.poolWatch = new PoolWatch(parts.world, parts.clocks);
    this.restoration = new Restoration(parts);
    this.answers = new Answers(parts, this.calls);
    this.transactions = new Transactions(parts, this.answers, (packet, arrival) =>
      this.readAgain(packet, arrival),
    );
    this.takeover = new Takeover(parts, this.left, (client, left) => this.answerForDeadNode(client, left));
    this.rates = new RateLimiter(parts.world.network.limits);
  }

  /** Exchanges that wait for the store. */
  get pending(): number {
    return this.transactions.pending;
  }

  /** Another network document is in force. */
  noticeNetwork(): void {
    const { network, offers } = this.parts.world;
    this.rates.change(network.limits);
    offers.limitTo(network.limits.offersMax ?? OFFERS_MAX);
    offers.forgetPools();
    this.parts.world.seenRelays.forget();
    this.parts.world.poolUse.clear();
    this.calls.noticeNetwork();
  }

  /** The inventory says something else of the hosts with these hardware addresses; undefined: it may be of all. */
  noticeHosts(macs: readonly Mac[] | undefined): void {
    if (macs === undefined) this.calls.noticeNetwork();
    else this.calls.noticeHosts(macs);
  }

  /** An operator ends what keeps an address from everybody. */
  clearLease(order: Omit<ClearingOrder, "intent">): Promise<Cleared> {
    return clearLease(this.parts, order);
  }

  /** Every some 100 ms: what is to be done without a packet. Never throws, nor does what fails keep the rest from its turn. */
  tick(): void {
    this.guard("calling clients to renew", () => this.calls.tick());
    this.guard("answering for a node that died", () => this.takeover.tick());
    this.guard("answering what waits for the store", () => this.transactions.tick());
    this.guard("writing back what the store lost", () => this.restoration.tick());
    this.guard("looking how full the pools are", () => this.poolWatch.tick());
  }

  private guard(during: string, step: () => void, packet?: Uint8Array): void {
    try {
      step();
    } catch (cause) {
      this.answers.fault({ cause, during, packet });
    }
  }

  private answerForDeadNode(client: ClientId, left: DeferredPacket): void {
    this.guard("answering for a node that died", () => this.beginForDeadNode(client, left), left.bytes);
  }

  private beginForDeadNode(client: ClientId, { bytes, arrival, heardAt: receivedAt }: DeferredPacket): void {
    const { world, counters } = this.parts;
    const packet = readPacket(bytes);
    if (packet === undefined) return;
    const request = this.readAgain(packet, arrival);
    if (typeof request === "string" || request.client !== client) return;
    const heard = heardOf(packet, request, arrival);
    if (!this.responder.isFirst(heard, world.membersOn(request.link[0]!), world.membership)) return;
    counters.count("anomalies", "answered-for-a-dead-node");
    this.begin({ packet, arrival, request, receivedAt, key: keyOf(heard), times: 1 });
  }

  /** The stream shows a lease: if this node granted it, an older one of the client in the same subnet is released. */
  noticeStored(lease: Lease): void {
    try {
      this.takeStored(lease);
    } catch (cause) {
      this.answers.fault({ cause, during: "taking in a stored lease" });
    }
  }

  private takeStored(lease: Lease): void {
    const { world, store, clocks, counters, nextIntent } = this.parts;
    if (isReasserted(lease)) return;
    this.calls.noticeStored(lease);
    world.offers.settle(lease.client, lease.address);
    if (lease.relay !== undefined) world.seenRelays.note(lease.relay.giaddr, world, clocks.now());
    if (this.transactions.isGivenUp(lease.intent)) return;
    for (const append of releasesOfOlder(world, lease, nextIntent, clocks.now())) {
      store.append(append, ({ kind }) => counters.count("anomalies", `second-address-released-${kind}`));
    }
  }

  /** Takes a datagram that came in now. `isBroadcast` is undefined where the socket cannot tell. */
  receive(bytes: Uint8Array, link: ServiceLink, isBroadcast: boolean | undefined, sourcePort?: number): void {
    this.take(bytes, { link, isBroadcast, sourcePort });
  }

  /** Takes a datagram. Never throws, whatever the octets. */
  take(bytes: Uint8Array, arrival: Arrival): void {
    try {
      this.read(bytes, arrival);
    } catch (cause) {
      this.answers.fault({ cause, during: "reading a packet", packet: bytes });
      this.answers.drop("internal-error");
    }
  }

  private read(bytes: Uint8Array, arrival: Arrival): void {
    const decoded = decode(bytes);
    if (!decoded.ok && !this.mayBeBootp(decoded.failure)) {
      this.answers.drop(decoded.failure);
      return;
    }
    const packet = decoded.ok ? decoded.packet : decodeWithoutCookie(bytes);
    if (packet === undefined) {
      this.answers.drop("bad-cookie");
      return;
    }
    const type = packet.messageType;
    this.parts.counters.count("received", nameOf(type));
    const reason = this.gate(packet, type) ?? this.sort(packet, type, arrival);
    if (reason !== undefined) this.answers.drop(reason, packet);
  }

  /** What a packet would be answered now, by the same steps; nothing is written, offered or counted for it. */
  dryRun(packet: Packet, ingress: Ingress): DryRun {
    const { messageType: type } = packet;
    if (type === MessageType.LEASEQUERY) return "not-for-servers";
    const refusal = this.gate(packet, type);
    if (refusal !== undefined) return refusal;
    const request = this.requestOf(packet, type ?? MessageType.DISCOVER, ingress);
    if (typeof request === "string") return request;
    const decision = this.transactions.decide(request);
    const { network } = this.parts.world;
    const asked = { packet, request, network, arrival: { link: ingress } };
    const content = decision.kind === "silent" ? undefined : contentOf(asked, decision);
    return { request, decision, content };
  }

  /** A vendor area without the cookie is of before RFC 1048: looked at only where somebody wants BOOTP served. */
  private mayBeBootp(failure: DecodeFailure): boolean {
    return failure === "bad-cookie" && this.parts.world.network.subnets.some(({ bootp }) => bootp !== "off");
  }

  private gate(packet: Packet, type: number | undefined): DropReason | undefined {
    if (packet.op !== 1) return "not-for-servers";
    if (type === undefined)
      return isBootpRequest(packet) ? this.parts.readiness.refusal() : "not-for-servers";
    if (messageTypeName(type) === undefined || NOT_BY_UDP.has(type)) return "not-for-servers";
    return this.parts.readiness.refusal() ?? this.overload(type) ?? this.formFault(packet);
  }

  private formFault(packet: Packet): DropReason | undefined {
    const { quirks } = this.parts.world.network;
    return quirks.has("options-without-end") || packet.isEnded ? undefined : "no-end";
  }

  private overload(type: number): DropReason | undefined {
    const now = this.parts.clocks.steady();
    const isFull = this.backlog.isFullFor(type, this.transactions.pending, this.isPrompt, now);
    return isFull ? "overloaded" : undefined;
  }

  private sort(packet: Packet, type: number | undefined, arrival: Arrival): DropReason | undefined {
    if (type === MessageType.LEASEQUERY) return this.leasequery(packet, arrival);
    return this.admit(packet, type ?? MessageType.DISCOVER, arrival);
  }

  private leasequery(packet: Packet, { link, sourcePort = 67 }: Arrival): DropReason | undefined {
    const { world, clocks, counters } = this.parts;
    const answer = answerLeasequery({
      world,
      packet,
      serverIdentifier: this.serverIdentifier(link, packet.giaddr),
      peers: world.network.leasequeryPeers,
      now: clocks.now(),
    });
    if ("dropped" in answer) return answer.dropped;
    const buffer = Buffer.allocUnsafe(MESSAGE_MAX);
    // Option 92 may name many addresses, and who asks is no small client.
    const onOmitted = (code: number) => counters.count("omitted", String(code));
    const length = encode(answer.reply, buffer, { maximumSize: MESSAGE_MAX, onOmitted });
    const port = relayPortOf(packet, sourcePort);
    link.send(buffer.subarray(0, length), { kind: "unicast", address: packet.giaddr, port }, packet.chaddr);
    counters.count("replied", "LEASEQUERY");
    return undefined;
  }

  private serverIdentifier(link: ServiceLink, giaddr: Ipv4): Ipv4 {
    const { network } = this.parts.world;
    return network.serverIdentifier?.address ?? ownAddressFor(link, network.subnetContaining(giaddr));
  }

  private admit(packet: Packet, type: number, arrival: Arrival): DropReason | undefined {
    const { world, clocks } = this.parts;
    const { link, isBroadcast } = arrival;
    const { interfaceName, addresses } = link;
    const request = this.requestOf(packet, type, { interfaceName, addresses, isBroadcast });
    if (typeof request === "string") return request;
    const { client } = request;
    const receivedAt = arrival.at ?? clocks.steady();
    const refusal = this.rates.refusal(client, packet, receivedAt);
    if (refusal !== undefined) return refusal;
    const heard = heardOf(packet, request, arrival);
    const key = keyOf(heard);
    const asked = this.responder.hear(heard, receivedAt);
    if (this.transactions.hearAgain(key, receivedAt)) return "already-in-progress";
    world.offers.apply(client, heardSelection(world, request, clocks.now()));
    const members = world.membersOn(request.link[0]!);
    if (
      !this.responder.mayAnswer(heard, asked, members, world.membership, receivedAt) ||
      this.isOthers(heard, members)
    ) {
      this.left.note(client, { bytes: Uint8Array.from(packet.bytes), arrival, heardAt: receivedAt });
      return "another-node-answers";
    }
    this.begin({ packet, arrival, request, receivedAt, key, times: asked.times });
    return undefined;
  }

  /**
   * A node that drains leaves to the others what they heard, unless it is alone. While the store takes no writes, the node that a
   * REQUEST names waits for it as this one would: both would write the same then, and all but one of the writes be in vain.
   */
  private isOthers(heard: Heard, members: Members): boolean {
    const { membership } = this.parts.world;
    if (heard.isUnicast) return false;
    if (this.parts.readiness.isYielding() && members.names.length > 1) return true;
    return this.responder.namesAnother(heard, members, membership) && !this.isPrompt();
  }

  private begin(of: Pick<Exchange, "packet" | "arrival" | "request" | "receivedAt" | "key" | "times">): void {
    const { clocks, world } = this.parts;
    const { packet, arrival, request, receivedAt, key, times } = of;
    this.left.forget(request.client);
    const waited = clocks.steady() - receivedAt;
    this.transactions.act({
      packet,
      arrival,
      request,
      receivedAt,
      key,
      network: world.network,
      arrivedAt: (clocks.now() - waited) as Instant,
      times,
      state: DECIDING,
      attempts: 0,
      probed: undefined,
    });
  }

  private readAgain(packet: Packet, { link, isBroadcast }: Arrival): LeaseRequest | DropReason {
    const { interfaceName, addresses } = link;
    const type = packet.messageType ?? MessageType.DISCOVER;
    return this.requestOf(packet, type, { interfaceName, addresses, isBroadcast });
  }

  /** What a packet asks for, by what the node knows now; a reason where it is not to be answered. */
  requestOf(packet: Packet, type: number, ingress: Ingress): LeaseRequest | DropReason {
    const { world, nextIntent } = this.parts;
    const { network, inventory } = world;
    if (isNoRelay(packet.giaddr, network)) return "giaddr-not-a-host";
    const subnets = linkOf(packet, ingress, network);
    if (subnets === undefined) return "no-subnet-for-link";
    if (packet.messageType === undefined && subnets[0]!.bootp === "off") return "bootp-not-served";
    const client = identityOf(packet, subnets[0]!);
    if (client === undefined) return "no-client-identity";
    const asked = leaseRequestOf(packet, type, {
      network,
      inventory,
      link: subnets,
      client,
      intent: nextIntent(),
      givesNonces: this.parts.randomOctets !== undefined,
      view: world.view,
      isBroadcast: ingress.isBroadcast,
    });
    if (packet.messageType === undefined) return this.asBootp(packet, asked);
    // RFC 5107 §4: the relay agent's own identifier stands for whichever server it relays to.
    if (isSelectedByOverride(packet)) return { ...asked, serverIdentifier: ingress.addresses[0] };
    return this.asRapid(packet, readAsRenewal(world, packet, asked, this.parts.clocks.now()));
  }

  /** A BOOTP client is given an address in one step, by the policy of its subnet (RFC 1534). */
  private asBootp(packet: Packet, asked: LeaseRequest): LeaseRequest | DropReason {
    const { world } = this.parts;
    const answer = bootpAnswer(packet, {
      policy: asked.link[0]!.bootp,
      isShortTaken: world.network.quirks.has("bootp-shorter-than-300"),
      isReserved: reservationOf(world, asked) !== undefined,
      serverNames: [world.node],
    });
    return answer.refused ?? { ...asked, commitAtOnce: { seconds: answer.seconds } };
  }

  private asRapid(packet: Packet, asked: LeaseRequest): LeaseRequest {
    const isWanted = asked.link[0]!.rapidCommit && asksForRapidCommit(packet);
    return isWanted ? { ...asked, commitAtOnce: { seconds: undefined } } : asked;
  }
}

function readPacket(bytes: Uint8Array): Packet | undefined {
  const decoded = decode(bytes);
  return decoded.ok ? decoded.packet : decodeWithoutCookie(bytes);
}

/** What decides who answers. */
function heardOf(packet: Packet, request: LeaseRequest, { isBroadcast }: Arrival): Heard {
  const { client, type, serverIdentifier, ciaddr } = request;
  const isUnicast = packet.giaddr !== 0 || !(isBroadcast ?? ciaddr === 0);
  return { client, xid: packet.xid, type, isUnicast, serverIdentifier };
}

const keyOf = ({ client, xid, type }: Heard) => `${client}/${xid}/${type}`;

const NOT_BY_UDP: ReadonlySet<number> = new Set([
  MessageType.OFFER,
  MessageType.ACK,
  MessageType.NAK,
  MessageType.FORCERENEW,
  MessageType.LEASEUNASSIGNED,
  MessageType.LEASEUNKNOWN,
  MessageType.LEASEACTIVE,
  MessageType.BULKLEASEQUERY,
  MessageType.LEASEQUERYDONE,
  MessageType.ACTIVELEASEQUERY,
  MessageType.LEASEQUERYSTATUS,
  MessageType.TLS,
]);
