// From a decision to what became of it: the event first, durably, and only then the answer (I2). A lost race is decided
// again by what stands in the store; an unknown outcome promises nothing that was not held before.
import {
  type Append,
  type AppendResult,
  BoundedMap,
  type Decision,
  decide,
  type Instant,
  type LeaseRequest,
  leaseAfter,
  type Revision,
  type StoredEvent,
  type StoreState,
} from "@leasehold/leases";
import { type Ipv4, MessageType, type Packet } from "@leasehold/protocol";
import type { Arrival } from "../ports.ts";
import type { Grant } from "../reply/asked.ts";
import type { Answers } from "./answers.ts";
import { noteDeclines } from "./decline-alarm.ts";
import type { DropReason } from "./drop-reason.ts";
import { DECIDING, DONE, type Exchange, type ExchangeState, type ServiceParts } from "./exchange.ts";
import { askWhoUses, outOfUse } from "./probing.ts";

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
  /** Those that wait, by key; the one that waits longest first. */
  private readonly waiting = new Map<string, Exchange>();
  private readonly givenUp = new BoundedMap<string, true>(GIVEN_UP_MAX);

  constructor(parts: ServiceParts, answers: Answers, readAgain: Transactions["readAgain"]) {
    this.parts = parts;
    this.answers = answers;
    this.readAgain = readAgain;
  }

  /** Exchanges that wait for the store, or for whoever may use an address. */
  get pending(): number {
    return this.waiting.size;
  }

  /** Whether a write was given up: should it be stored all the same, no client was told of it. */
  isGivenUp(intent: string): boolean {
    return this.givenUp.has(intent);
  }

  /** The client asks again while its exchange waits: then it also listens for longer. False: nothing waits. */
  hearAgain(key: string, now: number): boolean {
    const waiting = this.waiting.get(key);
    if (waiting === undefined) return false;
    waiting.receivedAt = now;
    waiting.times++;
    // The answer was lost.
    if (waiting.state.kind === "answered") this.answerFromStored(waiting);
    return true;
  }

  /** Every some 100 ms: clients that can be answered without the write that they wait for do not wait on. */
  tick(): void {
    const before = this.parts.clocks.steady() - WAIT_MAX_MS;
    for (const exchange of this.waiting.values()) {
      const { state } = exchange;
      if (!isWaiting(state) || state.since > before) return;
      if (state.kind === "storing" || state.kind === "verifying") this.answerFromStored(exchange);
    }
  }

  /** Decides, and carries the decision out. Never throws: a mistake of ours ends this exchange alone. */
  act(exchange: Exchange): void {
    try {
      this.enter(exchange, DECIDING);
      this.step(exchange);
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  /** The one place where an exchange changes its state. */
  private enter(exchange: Exchange, state: ExchangeState): void {
    const { key, state: before } = exchange;
    exchange.state = state;
    // Its key may be another exchange's by now.
    const isKnown = isWaiting(before) && this.waiting.get(key) === exchange;
    if (!isWaiting(state)) {
      if (isKnown) this.waiting.delete(key);
    } else if (!isKnown || state.since !== before.since) {
      this.waiting.delete(key);
      this.waiting.set(key, exchange);
    }
  }

  private wait(exchange: Exchange, kind: "storing" | "probing" | "verifying"): void {
    this.enter(exchange, { kind, since: this.parts.clocks.steady() });
  }

  private fail(exchange: Exchange, cause: unknown): void {
    this.enter(exchange, DONE);
    this.answers.fail(exchange, cause);
  }

  private finish(exchange: Exchange, decision: Decision): void {
    this.enter(exchange, DONE);
    this.answers.finish(exchange, decision);
  }

  private silence(exchange: Exchange, reason: string): void {
    this.enter(exchange, DONE);
    this.answers.silence(exchange, reason);
  }

  private step(exchange: Exchange): void {
    exchange.attempts++;
    const refusal = this.readByNetworkOfNow(exchange);
    if (refusal !== undefined) {
      this.silence(exchange, refusal);
      return;
    }
    const decision = this.decide(exchange.request, exchange);
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
      this.wait(exchange, "probing");
      this.parts.world.offers.apply(exchange.request.client, decision.offers);
      const answer = await askWhoUses(this.parts, exchange, decision.address, waitMs);
      exchange.probed ??= new Set();
      exchange.probed.add(decision.address);
      if (typeof answer === "string") this.act(exchange);
      else this.noteInUse(exchange, decision);
    } catch (cause) {
      this.fail(exchange, cause);
    }
  }

  /** Somebody else uses the address: another one is looked for once it is out of use. */
  private noteInUse(exchange: Exchange, decision: Grant): void {
    const append = outOfUse(this.parts, exchange.request, decision);
    if (append === undefined) {
      this.silence(exchange, "address-in-use");
      return;
    }
    this.append(exchange, append, (result) => {
      this.noteResult(append, result, this.parts.clocks.now());
      if (exchange.attempts < ATTEMPTS_MAX) this.act(exchange);
      else this.silence(exchange, "address-in-use");
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

  /** Changes nothing. While writes have to wait, what can be answered without one is answered without one. `of`: to be told of. */
  decide(request: LeaseRequest, of?: Exchange): Decision {
    const { clocks, health } = this.parts;
    const now = clocks.steady();
    if (!health.isPrompt(now)) {
      const stored = this.decideFromStored(request, of);
      if (stored !== undefined) return stored;
    }
    const isWritable = request.type === MessageType.DISCOVER ? health.mayOffer(now) : health.mayWrite(now);
    return this.decideBy(isWritable ? "writable" : "stored-only", request, of);
  }

  /** A grant that promises nothing beyond what a quorum holds already (I5). */
  private decideFromStored(request: LeaseRequest, of?: Exchange): Grant | undefined {
    const decision = this.decideBy("stored-only", request, of);
    return decision.kind === "grant" && decision.append === undefined ? decision : undefined;
  }

  private decideBy(store: StoreState, request: LeaseRequest, of: Exchange | undefined): Decision {
    const { world, clocks, events } = this.parts;
    const now = clocks.now();
    const decision = decide(world, request, now, store);
    if (of !== undefined && events.decision.isHeard)
      events.decision.tell({ packet: of.packet, arrival: of.arrival, request, now, store, decision });
    return decision;
  }

  /** What it waits for, if anything, still comes; then it has been answered. A failure is an answer, too: the client asks again. */
  private answerFromStored(exchange: Exchange): boolean {
    try {
      if (this.readByNetworkOfNow(exchange) !== undefined) return false;
      const decision = this.decideFromStored(exchange.request, exchange);
      if (decision?.reply !== "ACK") return false;
      this.noteAnswered(exchange);
      this.answers.finish(exchange, decision);
    } catch (cause) {
      this.noteAnswered(exchange);
      this.answers.fail(exchange, cause);
    }
    return true;
  }

  private noteAnswered(exchange: Exchange): void {
    const { state } = exchange;
    if (isWaiting(state)) this.enter(exchange, { kind: "answered", since: state.since });
  }

  private carryOut(exchange: Exchange, decision: Decision): void {
    switch (decision.kind) {
      case "grant":
      case "silent":
        if (decision.append !== undefined) this.commit(exchange, decision, decision.append);
        else this.finish(exchange, decision);
        return;
      case "refuse":
        void this.verifyRefusal(exchange, decision.address);
        return;
      case "inform":
      case "offer-no-address":
        this.finish(exchange, decision);
        return;
      default:
        decision satisfies never;
    }
  }

  private commit(exchange: Exchange, decision: Decision, append: Append): void {
    this.wait(exchange, "storing");
    const sentAt = this.parts.clocks.now();
    this.append(exchange, append, (result) => {
      this.parts.counters.count("commits", result.kind);
      this.parts.health.note(result.kind, this.parts.clocks.steady());
      const isAnswered = exchange.state.kind === "answered";
      this.enter(exchange, DECIDING);
      const isBehind = this.noteResult(append, result, sentAt);
      if (isAnswered) this.enter(exchange, DONE);
      else if (result.kind === "stored") this.finishStored(exchange, decision, append, sentAt);
      else if (result.kind === "unknown") this.finishWithoutStore(exchange);
      else if (isBehind) this.silence(exchange, "store-unavailable");
      else this.decideAgain(exchange, result.current);
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

  /** What the store says stands in the view now; true: it says less than was seen of it, and that counts for nothing. */
  private noteResult(append: Append, result: AppendResult, sentAt: Instant): boolean {
    switch (result.kind) {
      case "stored":
        this.parts.world.view.expect(append, result.revision, sentAt);
        return false;
      case "conflict":
        if (this.isBehind(append.address, append.expected, result.current)) return true;
        this.parts.world.view.learn(append.address, result.current);
        return false;
      case "unknown":
        this.noteGivenUp(append.event.intent);
        return false;
      default:
        return result satisfies never;
    }
  }

  /** Another node was faster. */
  private decideAgain(exchange: Exchange, current: StoredEvent | undefined): void {
    if (this.isOvertaken(exchange, current)) this.silence(exchange, "not-the-owner");
    else if (exchange.attempts < ATTEMPTS_MAX) this.act(exchange);
    else this.silence(exchange, "store-unavailable");
  }

  /** The fate of the write is open: only what was stored before may be promised (I5). */
  private finishWithoutStore(exchange: Exchange): void {
    if (this.answerFromStored(exchange)) this.enter(exchange, DONE);
    else this.silence(exchange, "store-unavailable");
  }

  /**
   * An event counts from when its write left, and a leader that lost its majority may hold that back for longer than the
   * guard: what the client is told fits into what is left by now.
   */
  private finishStored(exchange: Exchange, decision: Decision, append: Append, sentAt: Instant): void {
    const now = this.parts.clocks.now();
    if (decision.kind !== "grant" || decision.reply !== "ACK" || now - sentAt < PROMPT_MS) {
      this.finish(exchange, decision);
      return;
    }
    const { heldUntil } = leaseAfter(append.event, append.expected, sentAt);
    const left = Math.floor((heldUntil - now) / 1000);
    if (left < 1) this.silence(exchange, "store-unavailable");
    else this.finish(exchange, { ...decision, seconds: Math.min(decision.seconds, left) });
  }

  private noteGivenUp(intent: string): void {
    this.givenUp.set(intent, true);
  }

  /** What a client gave back may have been granted to it again meanwhile: that grant is not what it gave back. */
  private isOvertaken({ request, arrivedAt }: Exchange, current: StoredEvent | undefined): boolean {
    const gives = request.type === MessageType.RELEASE || request.type === MessageType.DECLINE;
    return gives && current !== undefined && current.at + this.parts.world.policy.guardMs > arrivedAt;
  }

  /** Revisions of an address only grow: a store that has less than was seen was replaced, and what it says counts for nothing. */
  private isBehind(address: Ipv4, seen: Revision, current: StoredEvent | undefined): boolean {
    if ((current?.revision ?? 0) >= seen) return false;
    this.parts.counters.count("anomalies", "store-behind");
    this.parts.noteStoreBehind?.(address, seen);
    return true;
  }

  /** NAK takes an address from somebody: the view may be some ms behind, so the stream's leader has the last word. */
  private async verifyRefusal(exchange: Exchange, address: Ipv4): Promise<void> {
    this.wait(exchange, "verifying");
    const seen = this.parts.world.view.revisionOf(address);
    let current: StoredEvent | undefined;
    try {
      if (address !== 0) current = await this.parts.store.read(address);
    } catch {
      // The store has no leader, or does not answer.
      if (exchange.state.kind === "answered") this.enter(exchange, DONE);
      else this.silence(exchange, "store-unavailable");
      return;
    }
    try {
      this.refuseBy(exchange, address, seen, current);
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
    const isAnswered = exchange.state.kind === "answered";
    this.enter(exchange, DECIDING);
    const isBehind = address !== 0 && this.isBehind(address, seen, current);
    if (address !== 0 && !isBehind) this.parts.world.view.learn(address, current);
    // A NAK must not follow an ACK.
    if (isAnswered) this.enter(exchange, DONE);
    else if (isBehind) this.silence(exchange, "store-unavailable");
    else this.refuseAgain(exchange);
  }

  private refuseAgain(exchange: Exchange): void {
    const refusal = this.readByNetworkOfNow(exchange);
    const again = this.decide(exchange.request, exchange);
    if (refusal !== undefined) this.silence(exchange, refusal);
    else if (again.kind === "refuse") this.finish(exchange, again);
    else this.carryOut(exchange, again);
  }
}

type WaitingState = Exclude<ExchangeState, typeof DECIDING | typeof DONE>;

function isWaiting(state: ExchangeState): state is WaitingState {
  return "since" in state;
}
