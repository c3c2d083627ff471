// A packet's way in: it is read, passes the gates, and becomes a request that this node answers, or leaves to another one. It knows no
// socket and no NATS; time is handed in. transactions.ts decides and commits; answers.ts replies.
import type { Members } from "@leasehold/cluster";
import { type Instant, type LeaseRequest, selectionReceived } from "@leasehold/leases";
import {
  type ClientId,
  type DecodeFailure,
  decode,
  encode,
  MessageType,
  messageTypeName,
  type Packet,
} from "@leasehold/protocol";
import { type DeferredPacket, DeferredPackets, type Heard, Responder } from "../cluster/responder.ts";
import type { PacketSink, Received } from "../intake/intake.ts";
import { Backlog, RateLimiter } from "../intake/limits.ts";
import { answerLeasequery } from "../leasequery/leasequery.ts";
import type { Arrival } from "../ports.ts";
import { relayPortOf } from "../relay/relay-information.ts";
import { decodeWithoutCookie, isBootpRequest } from "../request/bootp.ts";
import { ingressOf, requestOf } from "../request/lease-request.ts";
import { ownAddressFor } from "../request/link.ts";
import { nameOf } from "../telemetry/recent-outcomes.ts";
import type { Answers } from "./answers.ts";
import type { DropReason } from "./drop-reason.ts";
import { DECIDING, type Exchange, type ServiceParts } from "./exchange.ts";
import type { Transactions } from "./transactions.ts";

const MESSAGE_MAX = 1472;

export class Reception implements PacketSink<Received> {
  readonly rates: RateLimiter;
  /** What this node left to another one. */
  readonly deferred = new DeferredPackets();
  private readonly parts: ServiceParts;
  private readonly answers: Answers;
  private readonly transactions: Transactions;
  private readonly responder = new Responder();
  private readonly backlog = new Backlog();
  private readonly isPrompt = () => this.parts.health.isPrompt(this.parts.clocks.steady());

  constructor(parts: ServiceParts, answers: Answers, transactions: Transactions) {
    this.parts = parts;
    this.answers = answers;
    this.transactions = transactions;
    this.rates = new RateLimiter(parts.world.network.limits);
  }

  /** A packet whose turn it is. */
  handle(received: Received): void {
    this.take(received.bytes, received);
  }

  /** Takes a datagram. Never throws, whatever the octets. */
  take(bytes: Uint8Array, arrival: Arrival): void {
    try {
      this.read(bytes, arrival);
    } catch (cause) {
      this.parts.faults.count({ cause, during: "reading a packet", packet: bytes });
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
    this.parts.counters.count("received", nameOf(packet.messageType));
    const isLeasequery = packet.messageType === MessageType.LEASEQUERY;
    const reason =
      this.gate(packet) ?? (isLeasequery ? this.leasequery(packet, arrival) : this.admit(packet, arrival));
    if (reason !== undefined) this.answers.drop(reason, packet);
  }

  /** A vendor area without the cookie is of before RFC 1048: looked at only where somebody wants BOOTP served. */
  private mayBeBootp(failure: DecodeFailure): boolean {
    return failure === "bad-cookie" && this.parts.world.network.subnets.some(({ bootp }) => bootp !== "off");
  }

  /** Why a packet is not looked at any further now. */
  gate(packet: Packet): DropReason | undefined {
    const { readiness, world } = this.parts;
    const { op, messageType: type } = packet;
    if (op !== 1) return "not-for-servers";
    if (type === undefined) return isBootpRequest(packet) ? readiness.refusal() : "not-for-servers";
    if (messageTypeName(type) === undefined || NOT_BY_UDP.has(type)) return "not-for-servers";
    const refusal = readiness.refusal() ?? this.overload(type);
    if (refusal !== undefined) return refusal;
    const mayLackEnd = world.network.quirks.has("options-without-end") || packet.isEnded;
    return mayLackEnd ? undefined : "no-end";
  }

  private overload(type: number): DropReason | undefined {
    const { size } = this.transactions.waiting;
    const isFull = this.backlog.isFullFor(type, size, this.isPrompt, this.parts.clocks.steady());
    return isFull ? "overloaded" : undefined;
  }

  private leasequery(packet: Packet, { link, sourcePort = 67 }: Arrival): DropReason | undefined {
    const { world, clocks, counters } = this.parts;
    const { network } = world;
    const own = ownAddressFor(link, network.subnetContaining(packet.giaddr));
    const answer = answerLeasequery({
      ...{ world, packet, serverIdentifier: network.serverIdentifier?.address ?? own },
      ...{ peers: network.leasequeryPeers, now: clocks.now() },
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

  private admit(packet: Packet, arrival: Arrival): DropReason | undefined {
    const { world, clocks } = this.parts;
    const request = requestOf(this.parts, packet, ingressOf(arrival));
    if (typeof request === "string") return request;
    const { client } = request;
    const receivedAt = arrival.at ?? clocks.steady();
    const refusal = this.rates.refusal(client, packet, receivedAt);
    if (refusal !== undefined) return refusal;
    const heard = heardOf(packet, request, arrival);
    const key = keyOf(heard);
    const asked = this.responder.hear(heard, receivedAt);
    if (this.transactions.receivedAgain(key, receivedAt)) return "already-in-progress";
    world.offers.apply(client, selectionReceived(world, request, clocks.now()));
    const members = world.membersOn(request.link[0]!);
    if (
      !this.responder.mayAnswer(heard, asked, members, world.membership, receivedAt) ||
      this.isOthers(heard, members)
    ) {
      this.deferred.note(client, { bytes: Uint8Array.from(packet.bytes), arrival, heardAt: receivedAt });
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

  /** In place of a node that died; unless the packet is another node's again. Never throws. */
  answerForDeadNode(client: ClientId, { bytes, arrival, heardAt: receivedAt }: DeferredPacket): void {
    const { world, counters, faults } = this.parts;
    try {
      const decoded = decode(bytes);
      const packet = decoded.ok ? decoded.packet : decodeWithoutCookie(bytes);
      const request = packet && requestOf(this.parts, packet, ingressOf(arrival));
      if (packet === undefined || typeof request !== "object" || request.client !== client) return;
      const heard = heardOf(packet, request, arrival);
      if (!this.responder.isFirst(heard, world.membersOn(request.link[0]!), world.membership)) return;
      counters.count("anomalies", "answered-for-a-dead-node");
      this.begin({ packet, arrival, request, receivedAt, key: keyOf(heard), times: 1 });
    } catch (cause) {
      faults.count({ cause, during: "answering for a node that died", packet: bytes });
    }
  }

  private begin(of: Pick<Exchange, "packet" | "arrival" | "request" | "receivedAt" | "key" | "times">): void {
    const { clocks, world } = this.parts;
    const { packet, arrival, request, receivedAt, key, times } = of;
    this.deferred.forget(request.client);
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
