// From a decision to what became of it: the event first, durably, and only then the answer (I2). A lost race is decided
// again by what stands in the store; an unknown outcome grants nothing that was not stored before.
import {
  type Append,
  type Decision,
  DROPPED,
  decide,
  type LeaseRequest,
  type StoreState,
} from "@leasehold/leases";
import { MessageType } from "@leasehold/protocol";
import { noteDeclines } from "../alarms/decline-alarm.ts";
import type { Grant } from "../reply/asked.ts";
import { ingressOf, type NoRequest, requestOf } from "../request/lease-request.ts";
import { type AfterCommit, ATTEMPTS_MAX, afterCommit, UNAVAILABLE } from "./after-commit.ts";
import type { Answers } from "./answers.ts";
import type { Commits } from "./commits.ts";
import {
  DECIDING,
  DONE,
  type Ending,
  type Exchange,
  type ServiceParts,
  WaitingExchanges,
} from "./exchange.ts";
import { outOfUse, probeTime } from "./probe-rule.ts";
import { askWhoUses } from "./probing.ts";

/** After this time, a renewal that the stored lease already covers is ACKed without waiting for its write. */
const WAIT_MAX_MS = 500;
const IN_USE = { kind: "silent", reason: "address-in-use" } as const;

export class Transactions {
  readonly waiting = new WaitingExchanges();
  private readonly parts: ServiceParts;
  private readonly answers: Answers;
  private readonly commits: Commits;

  constructor(parts: ServiceParts, answers: Answers, commits: Commits) {
    this.parts = parts;
    this.answers = answers;
    this.commits = commits;
  }

  /** The client asks again while its exchange waits: then it also listens for longer. False: nothing waits. */
  receivedAgain(key: string, now: number): boolean {
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
    const unanswered = this.waiting.unanswered(this.parts.clocks.steady() - WAIT_MAX_MS);
    for (const exchange of unanswered) this.answerFromStored(exchange);
  }

  /** Decides, and carries the decision out. Never throws: a mistake of ours ends this exchange alone. */
  act(exchange: Exchange): void {
    try {
      this.waiting.enter(exchange, DECIDING);
      this.step(exchange);
    } catch (cause) {
      this.end(exchange, { kind: "failed", cause });
    }
  }

  private end(exchange: Exchange, ending: Ending): void {
    this.waiting.enter(exchange, DONE);
    this.answers.give(exchange, ending);
  }

  private wait(exchange: Exchange, kind: "storing" | "probing" | "verifying"): void {
    this.waiting.enter(exchange, { kind, since: this.parts.clocks.steady() });
  }

  private step(exchange: Exchange): void {
    const { world, probe, clocks } = this.parts;
    exchange.attempts++;
    const refusal = this.readByNetworkOfNow(exchange);
    if (refusal !== undefined) {
      this.end(exchange, { kind: "silent", reason: refusal });
      return;
    }
    const decision = decideNow(this.parts, exchange.request, exchange);
    if (decision.kind === "silent" && decision.reason === "too-many-declines")
      noteDeclines(world, exchange.request, clocks);
    const mayProbe = probe !== undefined && world.network.conflictProbe !== undefined;
    const waitMs = mayProbe && decision.kind === "grant" ? probeTime(world, exchange, decision) : undefined;
    if (waitMs === undefined) this.carryOut(exchange, decision);
    else void this.probe(exchange, decision as Grant, waitMs);
  }

  /** Off the packet path: other packets are handled meanwhile, and the address is offered to nobody else. */
  private async probe(exchange: Exchange, decision: Grant, waitMs: number): Promise<void> {
    const { address, offers } = decision;
    try {
      this.wait(exchange, "probing");
      this.parts.world.offers.apply(exchange.request.client, offers);
      const answer = await askWhoUses(this.parts, exchange, { address, waitMs });
      exchange.probed ??= new Set();
      exchange.probed.add(address);
      if (typeof answer === "string") this.act(exchange);
      else this.noteInUse(exchange, decision);
    } catch (cause) {
      this.end(exchange, { kind: "failed", cause });
    }
  }

  /** Another machine uses the address: another one is looked for once it is out of use. */
  private noteInUse(exchange: Exchange, decision: Grant): void {
    const { world, clocks, counters, nextIntent } = this.parts;
    const { request } = exchange;
    counters.count("anomalies", "address-in-use");
    world.offers.apply(request.client, DROPPED);
    const append = outOfUse(world, { ...request, intent: nextIntent() }, { decision, now: clocks.now() });
    if (append === undefined) {
      noteDeclines(world, request, clocks);
      this.end(exchange, IN_USE);
      return;
    }
    this.commits.begin(
      append,
      () => (exchange.attempts < ATTEMPTS_MAX ? this.act(exchange) : this.end(exchange, IN_USE)),
      (cause) => this.end(exchange, { kind: "failed", cause }),
    );
  }

  /** What waited for the store may have been read by a document that is in force no longer: nothing is granted by that one. */
  private readByNetworkOfNow(exchange: Exchange): NoRequest | undefined {
    const { network } = this.parts.world;
    if (exchange.network === network) return undefined;
    const request = requestOf(this.parts, exchange.packet, ingressOf(exchange.arrival));
    if (typeof request === "string") return request;
    exchange.network = network;
    exchange.request = request;
    return undefined;
  }

  /** What it waits for, if anything, still comes; then it has been answered. A failure is an answer, too: the client asks again. */
  private answerFromStored(exchange: Exchange): boolean {
    let ending: Ending;
    try {
      if (this.readByNetworkOfNow(exchange) !== undefined) return false;
      const decision = decideFromStored(this.parts, exchange.request, exchange);
      if (decision?.reply !== "ACK") return false;
      ending = { kind: "reply", decision };
    } catch (cause) {
      ending = { kind: "failed", cause };
    }
    this.waiting.noteAnswered(exchange);
    this.answers.give(exchange, ending);
    return true;
  }

  private carryOut(exchange: Exchange, decision: Decision): void {
    switch (decision.kind) {
      case "grant":
      case "silent":
        if (decision.append !== undefined) this.commit(exchange, decision, decision.append);
        else this.end(exchange, { kind: "reply", decision });
        return;
      case "refuse":
        void this.verifyRefusal(exchange, decision);
        return;
      case "inform":
      case "offer-no-address":
        this.end(exchange, { kind: "reply", decision });
        return;
      default:
        decision satisfies never;
    }
  }

  private commit(exchange: Exchange, decision: Decision, append: Append): void {
    const { counters, health, clocks, world } = this.parts;
    this.wait(exchange, "storing");
    this.commits.begin(
      append,
      (result, isBehind, sentAt) => {
        counters.count("commits", result.kind);
        health.note(result.kind, clocks.steady());
        if (exchange.state.kind === "answered") {
          this.waiting.enter(exchange, DONE);
          return;
        }
        this.waiting.enter(exchange, DECIDING);
        const { guardMs } = world.policy;
        const committed = { decision, append, result, isBehind, sentAt, now: clocks.now(), guardMs };
        this.goOn(exchange, afterCommit(exchange, committed));
      },
      (cause) => this.end(exchange, { kind: "failed", cause }),
    );
  }

  private goOn(exchange: Exchange, after: AfterCommit): void {
    if (after.kind === "again") this.act(exchange);
    else if (after.kind !== "from-stored") this.end(exchange, after);
    else if (this.answerFromStored(exchange)) this.waiting.enter(exchange, DONE);
    else this.end(exchange, UNAVAILABLE);
  }

  /** What the leader has stands in the view then, and is decided by. */
  private async verifyRefusal(
    exchange: Exchange,
    { address }: Extract<Decision, { kind: "refuse" }>,
  ): Promise<void> {
    this.wait(exchange, "verifying");
    try {
      const found = address === 0 ? "current" : await this.commits.look(address);
      // A NAK must not follow an ACK.
      if (exchange.state.kind === "answered") this.waiting.enter(exchange, DONE);
      else if (found === "current") this.refuseAgain(exchange);
      else this.end(exchange, UNAVAILABLE);
    } catch (cause) {
      this.end(exchange, { kind: "failed", cause });
    }
  }

  private refuseAgain(exchange: Exchange): void {
    this.waiting.enter(exchange, DECIDING);
    const refusal = this.readByNetworkOfNow(exchange);
    const again = decideNow(this.parts, exchange.request, exchange);
    if (refusal !== undefined) this.end(exchange, { kind: "silent", reason: refusal });
    else if (again.kind === "refuse") this.end(exchange, { kind: "reply", decision: again });
    else this.carryOut(exchange, again);
  }
}

type Deciding = Pick<ServiceParts, "world" | "clocks" | "health" | "events">;

/** Changes nothing. While writes have to wait, what can be answered without one is answered without one. `of`: to be told of. */
export function decideNow(parts: Deciding, request: LeaseRequest, of?: Exchange): Decision {
  const { clocks, health } = parts;
  const now = clocks.steady();
  if (!health.isPrompt(now)) {
    const stored = decideFromStored(parts, request, of);
    if (stored !== undefined) return stored;
  }
  const isWritable = request.type === MessageType.DISCOVER ? health.mayOffer(now) : health.mayWrite(now);
  return decideBy(isWritable ? "writable" : "stored-only", { parts, request, of });
}

/** A grant of nothing beyond what a quorum has already (I5). */
function decideFromStored(parts: Deciding, request: LeaseRequest, of?: Exchange): Grant | undefined {
  const decision = decideBy("stored-only", { parts, request, of });
  return decision.kind === "grant" && decision.append === undefined ? decision : undefined;
}

interface Asking {
  readonly parts: Deciding;
  readonly request: LeaseRequest;
  readonly of: Exchange | undefined;
}

function decideBy(store: StoreState, { parts, request, of }: Asking): Decision {
  const { world, clocks, events } = parts;
  const now = clocks.now();
  const decision = decide(world, request, now, store);
  if (of !== undefined && events.decision.isHeard)
    events.decision.tell({ packet: of.packet, arrival: of.arrival, request, now, store, decision });
  return decision;
}
