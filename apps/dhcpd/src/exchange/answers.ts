// What leaves the node for a decision: a reply, or a silence with its reason; counted and, at debug, told.
import type { Decision, LeaseRequest } from "@leasehold/leases";
import type { Subnet } from "@leasehold/network";
import { type Ipv4, ipv4, macFromBytes, type Packet } from "@leasehold/protocol";
import { BootWatch } from "../alarms/boot-watch.ts";
import { retransmitTimeoutOf } from "../intake/tries.ts";
import type { Grant } from "../reply/asked.ts";
import { autoConfigureOption, meansNoAddress } from "../reply/auto-configure.ts";
import type { ReplyContent } from "../reply/feature.ts";
import { contentOf, destinationOf, encodeReply, type ReplySink } from "../reply/reply.ts";
import { identityFault } from "../request/client.ts";
import { ownAddressFor } from "../request/link.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Ending, Exchange, ServiceParts } from "./exchange.ts";
import type { RenewalCalls } from "./renewal-calls.ts";

const MESSAGE_MAX = 1472;

type Silent = Extract<Decision, { kind: "silent" }>;

export class Answers {
  private readonly parts: ServiceParts;
  private readonly calls: RenewalCalls;
  private readonly boots: BootWatch;
  /** One for all replies: a link has read it when `send` returns. */
  private readonly sink: ReplySink = {
    buffer: Buffer.alloc(MESSAGE_MAX),
    onOmitted: (code) => this.parts.counters.count("omitted", String(code)),
  };

  constructor(parts: ServiceParts, calls: RenewalCalls) {
    this.parts = parts;
    this.calls = calls;
    this.boots = new BootWatch(parts);
  }

  /** Never throws: a mistake of ours ends this exchange alone, and its client asks again. */
  give(exchange: Exchange, ending: Ending): void {
    try {
      if (ending.kind === "reply") this.carryOut(exchange, ending.decision);
      else if (ending.kind === "silent") this.silence(exchange, ending.reason);
      else this.fail(exchange, ending.cause);
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  private carryOut(exchange: Exchange, decision: Decision): void {
    if (this.isLate(exchange) && decision.kind !== "silent") {
      this.drop("too-late", exchange.packet);
      return;
    }
    // Here alone; but an address that is being probed is on offer to its client before (transactions.ts).
    this.parts.world.offers.apply(exchange.request.client, decision.offers);
    switch (decision.kind) {
      case "silent":
        if (!this.answerWithoutAddress(exchange, decision)) this.silence(exchange, decision.reason);
        break;
      case "refuse":
        this.parts.counters.count("refused", decision.reason);
        if (this.parts.world.nonces.size > 0) this.calls.forget(exchange.request.client);
        this.reply(
          exchange,
          contentOf(exchange, decision),
          exchange.request.link.find((subnet) => subnet.contains(decision.address)),
        );
        break;
      case "inform":
      case "offer-no-address":
        this.reply(exchange, contentOf(exchange, decision), decision.subnet);
        break;
      case "grant":
        this.grant(exchange, decision);
        break;
      default:
        decision satisfies never;
    }
  }

  /** Whether the client has given up on this try: as it has asked again since, or is about to begin anew. */
  private isLate({ receivedAt, times }: Exchange): boolean {
    return this.parts.clocks.steady() - receivedAt > retransmitTimeoutOf(times);
  }

  /** RFC 2563 §2.3: a client that asks whether it may make itself an address is told so when it gets none. */
  private answerWithoutAddress(exchange: Exchange, { reason }: Silent): boolean {
    const { packet, request } = exchange;
    if (!meansNoAddress(reason)) return false;
    const settings = this.parts.world.network.settingsFor(
      request.link[0]!,
      undefined,
      request.classes,
      undefined,
    );
    if (autoConfigureOption(packet, settings.options) === undefined) return false;
    this.reply(exchange, { type: "OFFER", yiaddr: ipv4(0), settings });
    return true;
  }

  private grant(exchange: Exchange, decision: Grant): void {
    const isAck = decision.reply === "ACK";
    // Most clients take no nonces, and most networks have none.
    const mayHaveNonce = isAck && (decision.nonce !== undefined || this.parts.world.nonces.size > 0);
    const nonce = mayHaveNonce ? this.calls.noteAcknowledged(exchange, decision) : undefined;
    const content = contentOf(exchange, decision);
    if (decision.settings.boot !== undefined) this.boots.note(exchange, decision);
    this.reply(exchange, nonce === undefined ? content : { ...content, nonce }, decision.subnet);
  }

  /** `subnet`: the client's, where it is known better than by its link. */
  private reply(exchange: Exchange, content: ReplyContent, subnet?: Subnet): void {
    const { packet, arrival, request } = exchange;
    const { link, sourcePort } = arrival;
    const isNak = content.type === "NAK";
    const own = ownAddressFor(link, subnet, request.link);
    const serverIdentifier = this.parts.world.network.serverIdentifier?.address ?? own;
    const payload = encodeReply(packet, content, serverIdentifier, this.sink);
    const destination = destinationOf(
      packet,
      { isNak, yiaddr: content.yiaddr, ciaddr: request.ciaddr },
      sourcePort,
    );
    if (!link.send(payload, destination, packet.chaddr, own)) {
      this.parts.counters.count("anomalies", "send-failed");
      return;
    }
    this.parts.counters.count("replied", content.type);
    this.noteReplied(content.type, exchange);
    this.trace(content.type, packet, request, content.yiaddr, content.text);
  }

  private noteReplied(type: string, { receivedAt }: Exchange): void {
    const { reply } = this.parts.events;
    if (reply.isHeard) reply.tell({ type, ms: this.parts.clocks.steady() - receivedAt });
  }

  /** A mistake of ours ends an exchange that has had no answer. */
  private fail(exchange: Exchange, cause: unknown): void {
    this.parts.faults.count({ cause, during: "answering a packet", packet: exchange.packet.bytes });
    this.silence(exchange, "internal-error");
  }

  private silence(exchange: Exchange, reason: string): void {
    this.parts.counters.count("silent", reason);
    this.trace(reason, exchange.packet, exchange.request);
  }

  drop(reason: DropReason, packet?: Packet): void {
    this.parts.counters.count("dropped", reason);
    if (packet === undefined) return;
    const fault = reason === "no-client-identity" ? identityFault(packet) : undefined;
    this.trace(reason, packet, undefined, undefined, fault);
  }

  private trace(
    outcome: string,
    packet: Packet,
    request?: LeaseRequest,
    address?: Ipv4,
    reason?: string,
  ): void {
    const { events, clocks } = this.parts;
    if (!events.packet.isHeard) return;
    events.packet.tell({
      at: clocks.now(),
      outcome,
      reason,
      type: packet.messageType,
      xid: packet.xid,
      mac: request?.mac ?? macFromBytes(packet.chaddr),
      client: request?.client,
      address,
    });
  }
}
