// From a decision to what became of it: the event first, durably, and only then the answer (I2). A lost race is decided
// again by what stands in the store; an unknown outcome promises nothing that was not held before.
import {
  type Append,
  type AppendResult,
  conflictEvent,
  type Decision,
  DROPPED,
  decide,
  declineLimitReached,
  type Instant,
  type LeaseRequest,
  leaseAfter,
  leaseOf,
  type Revision,
  type StoredEvent,
} from "@leasehold/leases";
import { type Ipv4, MessageType, type Packet } from "@leasehold/protocol";
import type { Arrival, ProbeAnswer } from "../ports.ts";
import type { Grant } from "../reply/reply-content.ts";
import type { Answers } from "./answers.ts";
import { noteDeclines } from "./decline-alarm.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Exchange, ServiceParts } from "./exchange.ts";

const ATTEMPTS_MAX = 4;
/** Intents of writes that were given up, kept in mind at most. */
const GIVEN_UP_MAX = 10_000;
/** What need not be written is answered after so long, though its write still waits. */
const WAIT_MAX_MS = 500;
/** A commit that takes no longer is covered by the guard. */
const PROMPT_MS = 2000;

export class Transactions {
  private readonly parts: ServiceParts;
  private readonly answers: Answers;
  /** A packet by the network of now. */
  private readonly readAgain: (packet: Packet, arrival: Arrival) => LeaseRequest | DropReason;
  private readonly inProgress = new Map<string, Exchange>();
  private readonly givenUp = new Set<string>();

  constructor(parts: ServiceParts, answers: Answers, readAgain: Transactions["readAgain"]) {
    this.parts = parts;
    this.answers = answers;
    this.readAgain = readAgain;
  }

  /** Exchanges that wait for the store. */
  get pending(): number {
    return this.inProgress.size;
  }

  /** Whether a write was given up: should it be stored all the same, no client was told of it. */
  isGivenUp(intent: string): boolean {
    return this.givenUp.has(intent);
  }

  /** The client asks again while its exchange waits: then it also listens for longer. False: nothing waits. */
  hearAgain(key: string, now: number): boolean {
    const waiting = this.inProgress.get(key);
    if (waiting === undefined) return false;
    waiting.receivedAt = now;
    waiting.times++;
    // It was answered, and the answer was lost.
    if (waiting.isAnswered) this.answerByWhatIsHeld(waiting);
    return true;
  }

  /** Every some 100 ms: clients that can be answered without the write that they wait for do not wait on. */
  tick(): void {
    const before = this.parts.clocks.steady() - WAIT_MAX_MS;
    for (const exchange of this.inProgress.values()) {
      if (exchange.waitsSince > before) return;
      if (!exchange.isAnswered) this.answerByWhatIsHeld(exchange);
    }
  }

  /** Decides, and carries the decision out. Never throws: a mistake of ours ends this exchange alone. */
  act(exchange: Exchange): void {
    try {
      this.step(exchange);
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  private fail(exchange: Exchange, cause: unknown): void {
    // Its key may be another exchange's by now.
    if (this.inProgress.get(exchange.key) === exchange) this.inProgress.delete(exchange.key);
    this.answers.fail(exchange, cause);
  }

  private step(exchange: Exchange): void {
    exchange.attempts++;
    const refusal = this.readByNetworkOfNow(exchange);
    if (refusal !== undefined) {
      this.answers.silence(exchange, refusal);
      return;
    }
    const decision = this.decide(exchange.request);
    if (decision.kind === "silent" && decision.reason === "too-many-declines")
      noteDeclines(this.parts.world, exchange.request, this.parts.clocks);
    const waitMs = this.probeTime(exchange, decision);
    if (waitMs === undefined) this.carryOut(exchange, decision);
    else void this.probe(exchange, decision as Grant, waitMs);
  }

  /**
   * How long to look for another user of the address before it is promised; undefined: not at all. RFC 2131 §3.1 item 2:
   * "SHOULD check", which is for addresses that the client does not have already.
   */
  private probeTime(exchange: Exchange, decision: Decision): number | undefined {
    const { world, probe } = this.parts;
    const { conflictProbe } = world.network;
    if (conflictProbe === undefined || probe === undefined || decision.kind !== "grant") return undefined;
    const isFirst = exchange.request.type === MessageType.DISCOVER && !exchange.probed?.has(decision.address);
    if (!isFirst || world.view.get(decision.address)?.client === exchange.request.client) return undefined;
    return conflictProbe.waitMs;
  }

  /** Off the packet path: other packets are handled meanwhile, and the address is offered to nobody else. */
  private async probe(exchange: Exchange, decision: Grant, waitMs: number): Promise<void> {
    try {
      this.noteProbed(exchange, decision, await this.askWhoUses(exchange, decision, waitMs));
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  /** A probe that fails is one that could not be made: the address is offered as where it cannot be asked. */
  private async askWhoUses(
    exchange: Exchange,
    { address, offers }: Grant,
    waitMs: number,
  ): Promise<ProbeAnswer> {
    const { world, probe } = this.parts;
    const { packet, request, arrival } = exchange;
    this.await(exchange);
    world.offers.apply(request.client, offers);
    const interfaceName = packet.giaddr === 0 ? arrival.link.interfaceName : undefined;
    try {
      return await probe!(address, { interfaceName, clientMac: request.mac }, waitMs);
    } catch (cause) {
      this.answers.fault({ cause, during: "probing an address", packet: packet.bytes });
      return "unknown";
    }
  }

  private noteProbed(exchange: Exchange, decision: Grant, answer: ProbeAnswer): void {
    const { world, clocks, counters, nextIntent } = this.parts;
    const { request } = exchange;
    const { address } = decision;
    this.inProgress.delete(exchange.key);
    exchange.probed ??= new Set();
    exchange.probed.add(address);
    if (typeof answer === "string") {
      this.act(exchange);
      return;
    }
    counters.count("trouble", "address-in-use");
    world.offers.apply(request.client, DROPPED);
    // Who answers for every address must not take the pool out of use.
    if (declineLimitReached(world, request, clocks.now()) !== undefined) {
      noteDeclines(world, request, clocks);
      this.answers.silence(exchange, "address-in-use");
      return;
    }
    const intent = nextIntent();
    const append = conflictEvent(world, { ...request, intent }, decision);
    this.append(exchange, append, (result) => {
      if (result.kind === "stored") this.take(append, result.revision, clocks.now());
      if (result.kind === "conflict") this.learn(address, result.current);
      if (exchange.attempts < ATTEMPTS_MAX) this.act(exchange);
      else this.answers.silence(exchange, "address-in-use");
    });
  }

  /** What waited for the store may have been read by a document that is in force no longer: nothing is promised by that one. */
  private readByNetworkOfNow(exchange: Exchange): DropReason | undefined {
    const { network } = this.parts.world;
    if (exchange.network === network) return undefined;
    const request = this.readAgain(exchange.packet, exchange.arrival);
    if (typeof request === "string") return request;
    exchange.network = network;
    exchange.request = request;
    return undefined;
  }

  /** Changes nothing. While writes have to wait, what can be answered without one is answered without one. */
  decide(request: LeaseRequest): Decision {
    const { world, clocks, health } = this.parts;
    const now = clocks.steady();
    if (!health.isPrompt(now)) {
      const held = this.decideByWhatIsHeld(request);
      if (held !== undefined) return held;
    }
    const isWritable = request.type === MessageType.DISCOVER ? health.mayOffer(now) : health.mayWrite(now);
    return decide(world, request, clocks.now(), isWritable ? "writable" : "stored-only");
  }

  /** A grant that promises nothing beyond what a quorum holds already (I5). */
  private decideByWhatIsHeld(request: LeaseRequest): Grant | undefined {
    const { world, clocks } = this.parts;
    const decision = decide(world, request, clocks.now(), "stored-only");
    return decision.kind === "grant" && decision.append === undefined ? decision : undefined;
  }

  /** Should it fail, that is its answer: its write waits on, and the client asks again. */
  private answerByWhatIsHeld(exchange: Exchange): void {
    try {
      if (this.readByNetworkOfNow(exchange) !== undefined) return;
      const decision = this.decideByWhatIsHeld(exchange.request);
      if (decision?.reply !== "ACK") return;
      exchange.isAnswered = true;
      this.answers.finish(exchange, decision);
    } catch (cause) {
      exchange.isAnswered = true;
      this.answers.fail(exchange, cause);
    }
  }

  private carryOut(exchange: Exchange, decision: Decision): void {
    switch (decision.kind) {
      case "grant":
      case "silent":
        if (decision.append !== undefined) this.commit(exchange, decision, decision.append);
        else this.answers.finish(exchange, decision);
        return;
      case "refuse":
        void this.verifyRefusal(exchange, decision);
        return;
      case "inform":
      case "forgo":
        this.answers.finish(exchange, decision);
        return;
      default:
        decision satisfies never;
    }
  }

  private commit(exchange: Exchange, decision: Decision, append: Append): void {
    this.await(exchange);
    const sentAt = this.parts.clocks.now();
    this.append(exchange, append, (result) => {
      this.inProgress.delete(exchange.key);
      this.parts.counters.count("commits", result.kind);
      this.parts.health.note(result.kind, this.parts.clocks.steady());
      this.settle(exchange, decision, append, result, sentAt);
    });
  }

  /** Whatever is thrown once the store has answered concerns this exchange, and no other one of its batch. */
  private append(exchange: Exchange, append: Append, settle: (result: AppendResult) => void): void {
    this.parts.store.append(append, (result) => {
      try {
        settle(result);
      } catch (cause) {
        this.fail(exchange, cause);
      }
    });
  }

  private await(exchange: Exchange): void {
    exchange.waitsSince = this.parts.clocks.steady();
    this.inProgress.set(exchange.key, exchange);
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
        if (!exchange.isAnswered) this.finish(exchange, decision, append, sentAt);
        return;
      case "conflict":
        if (this.isBehind(append.address, append.expected, result.current)) {
          if (!exchange.isAnswered) this.answers.silence(exchange, "store-unavailable");
          return;
        }
        this.learn(append.address, result.current);
        if (exchange.isAnswered) return;
        if (this.isOvertaken(exchange, result.current)) this.answers.silence(exchange, "not-the-owner");
        else if (exchange.attempts < ATTEMPTS_MAX) this.act(exchange);
        else this.answers.silence(exchange, "store-unavailable");
        return;
      case "unknown":
        this.noteGivenUp(append.event.intent);
        this.decideWithoutStore(exchange);
        return;
      default:
        result satisfies never;
    }
  }

  /**
   * An event counts from when its write left, and a leader that lost its majority may hold that back for longer than the
   * guard: what the client is told fits into what is left by now.
   */
  private finish(exchange: Exchange, decision: Decision, append: Append, sentAt: Instant): void {
    const now = this.parts.clocks.now();
    if (decision.kind !== "grant" || decision.reply !== "ACK" || now - sentAt < PROMPT_MS) {
      this.answers.finish(exchange, decision);
      return;
    }
    const { heldUntil } = leaseAfter(append.event, append.expected, sentAt);
    const left = Math.floor((heldUntil - now) / 1000);
    if (left < 1) this.answers.silence(exchange, "store-unavailable");
    else this.answers.finish(exchange, { ...decision, seconds: Math.min(decision.seconds, left) });
  }

  private noteGivenUp(intent: string): void {
    this.givenUp.add(intent);
    const oldest = this.givenUp.values().next();
    if (this.givenUp.size > GIVEN_UP_MAX && !oldest.done) this.givenUp.delete(oldest.value);
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

  /** Revisions of an address only grow: a store that has less than was seen was replaced, and what it says counts for nothing. */
  private isBehind(address: Ipv4, seen: Revision, current: StoredEvent | undefined): boolean {
    if ((current?.revision ?? 0) >= seen) return false;
    this.parts.counters.count("trouble", "store-behind");
    this.parts.noteStoreBehind?.(address, seen);
    return true;
  }

  /** What stands in the store beats what the view had. */
  private learn(address: Ipv4, current: StoredEvent | undefined): void {
    const { view } = this.parts.world;
    const lease = current && leaseOf(current);
    if (lease !== undefined) view.apply(lease);
    else if (current !== undefined) view.noteRemoved(address, current.revision, current.at);
  }

  /** The fate of the write is open: only what was held before may be promised (I5). */
  private decideWithoutStore(exchange: Exchange): void {
    if (exchange.isAnswered) return;
    this.answerByWhatIsHeld(exchange);
    if (!exchange.isAnswered) this.answers.silence(exchange, "store-unavailable");
  }

  /** NAK takes an address from somebody: the view may be some ms behind, so the stream's leader has the last word. */
  private async verifyRefusal(
    exchange: Exchange,
    decision: Extract<Decision, { kind: "refuse" }>,
  ): Promise<void> {
    this.await(exchange);
    const seen = this.parts.world.view.revisionOf(decision.address);
    let current: StoredEvent | undefined;
    try {
      if (decision.address !== 0) current = await this.parts.store.read(decision.address);
    } catch {
      // The store has no leader, or does not answer.
      this.inProgress.delete(exchange.key);
      this.answers.silence(exchange, "store-unavailable");
      return;
    }
    try {
      this.refuseBy(exchange, decision.address, seen, current);
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  /** What the leader has stands in the view now, and is decided by. */
  private refuseBy(
    exchange: Exchange,
    address: Ipv4,
    seen: Revision,
    current: StoredEvent | undefined,
  ): void {
    // From here on a commit may put the key in again.
    this.inProgress.delete(exchange.key);
    if (address !== 0 && this.isBehind(address, seen, current)) {
      this.answers.silence(exchange, "store-unavailable");
      return;
    }
    if (address !== 0) this.learn(address, current);
    const refusal = this.readByNetworkOfNow(exchange);
    const again = this.decide(exchange.request);
    if (refusal !== undefined) this.answers.silence(exchange, refusal);
    else if (again.kind === "refuse") this.answers.finish(exchange, again);
    else this.carryOut(exchange, again);
  }
}
