// In which state the lease store is, as one node can tell: from its connection, from what became of its writes, and from
// looks at the stream. docs/operate.md says what each state means for clients, and what to do.

import type { CasOutcome } from "@leasehold/bus";
import type { AppendResult } from "@leasehold/leases";

/** From the worst to the best: the first one that is the case is the store's state. */
export const STORE_STATES = [
  /** The server that the node is connected to is being shut down in order; the node moves to another one. */
  "lame-duck",
  /** No NATS server can be reached. */
  "disconnected",
  /** The stream of the leases was deleted. */
  "missing",
  /** It is another one, or an older one: what this node knows to have been promised is being written back. */
  "restored",
  /** The disk or a limit is full. */
  "full",
  /** Writes are not answered, for so long that it is no election. */
  "no-quorum",
  /** Writes are not answered: most likely a new leader is being elected. */
  "electing",
  /** There is a leader, and writes take long, or are not answered. */
  "slow",
  /** Leases are safe, and it lacks something that it should have: the network document, hosts, or leases that nobody knows any more. */
  "incomplete",
  /** All is well, but a copy is missing: one more loss, and nothing can be written. */
  "degraded",
  "healthy",
] as const;
export type StoreState = (typeof STORE_STATES)[number];

/** In these the node answers no new client, and says that it is not ready. */
const UNREADY: ReadonlySet<StoreState> = new Set([
  "disconnected",
  "missing",
  "restored",
  "full",
  "no-quorum",
]);

/** What a look at the stream of the leases found. */
export type StoreLook =
  | {
      readonly kind: "stream";
      readonly hasLeader: boolean;
      readonly copies: number;
      readonly current: number;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "no-answer" };

/** NATS elects within 4 to 9 s, and takes a leader that lost its followers for one for 10 s at most. */
const ELECTION_MAX_MS = 10_000;
/** Doubt that nothing confirms ends after so long. */
const DOUBT_MS = 2000;
/** A commit takes a millisecond, or some with fsync. */
const SLOW_MS = 500;
const SLOW_FOR_MS = 5000;

export class StoreHealth {
  private readonly isConnected: () => boolean;
  private isLameDuck = false;
  private isFull = false;
  private isRestored = false;
  private isRestoredElsewhere = false;
  private isIncomplete = false;
  private downSince: number | undefined;
  private readonly doubt = new Doubt();
  private slowUntil = 0;
  private look: StoreLook | undefined;

  constructor(isConnected: () => boolean) {
    this.isConnected = isConnected;
  }

  /** What became of a write in the end. */
  note(result: AppendResult["kind"], now: number): void {
    if (result === "unknown") this.doubt.noteUnanswered(now);
    else this.noteAnswer();
  }

  /** What became of one attempt, which took `ms`. */
  noteAttempt(outcome: CasOutcome, ms: number, now: number): void {
    if (ms > SLOW_MS) this.slowUntil = now + SLOW_FOR_MS;
    if (outcome.kind !== "unknown") this.noteAnswer();
    else if (outcome.cause === "full") this.isFull = true;
    else this.doubt.noteUnanswered(now);
  }

  /** What a look at the stream found, that was taken at `askedAt`. */
  noteLook(look: StoreLook, askedAt: number, now: number): void {
    this.look = look;
    if (look.kind === "stream" && look.hasLeader) {
      this.doubt.noteLeader(askedAt);
    } else if (look.kind !== "missing") {
      this.doubt.raise(now);
    }
  }

  noteLameDuck(isLameDuck: boolean): void {
    this.isLameDuck = isLameDuck;
  }

  noteRestored(isRestored: boolean): void {
    this.isRestored = isRestored;
  }

  /** Another node still knows more than the store. */
  noteRestoredElsewhere(isRestored: boolean): void {
    this.isRestoredElsewhere = isRestored;
  }

  noteIncomplete(isIncomplete: boolean): void {
    this.isIncomplete = isIncomplete;
  }

  state(now: number): StoreState {
    if (!this.isReachable(now)) return this.isLameDuck ? "lame-duck" : "disconnected";
    if (this.look?.kind === "missing") return "missing";
    if (this.isRestored || this.isRestoredElsewhere) return "restored";
    if (this.isFull) return "full";
    const doubtful = this.doubt.state(now);
    if (doubtful !== undefined) return doubtful;
    if (now < this.slowUntil) return "slow";
    if (this.isIncomplete) return "incomplete";
    return this.look?.kind === "stream" && this.look.current < this.look.copies ? "degraded" : "healthy";
  }

  /** Why the node is not ready; undefined in the states in which new clients are answered, if only after a wait. */
  unreadiness(now: number): StoreState | undefined {
    const state = this.state(now);
    return UNREADY.has(state) ? state : undefined;
  }

  /** Whether there is a connection at all. */
  isReachable(now: number): boolean {
    if (this.isConnected()) this.downSince = undefined;
    else this.downSince ??= now;
    return this.downSince === undefined;
  }

  /** Writes are answered at once, as far as anybody knows. */
  isPrompt(now: number): boolean {
    return this.isReachable(now) && !this.isBarred() && !this.isFull && this.doubt.state(now) === undefined;
  }

  /** Whether an offer makes sense: its REQUEST will be committed in time, or wait for no longer than an election takes. */
  mayOffer(now: number): boolean {
    if (!this.isReachable(now)) return this.mayWrite(now);
    return !(this.isBarred() || this.isFull || this.doubt.state(now) === "no-quorum");
  }

  /** Whether a write may be put in the queue. Without a majority, too: that is how its return is noticed. */
  mayWrite(now: number): boolean {
    if (this.isBarred()) return false;
    return this.isReachable(now) || now - this.downSince! < ELECTION_MAX_MS;
  }

  private isBarred(): boolean {
    return this.isRestored || this.isRestoredElsewhere || this.look?.kind === "missing";
  }

  private noteAnswer(): void {
    this.doubt.end();
    this.isFull = false;
  }
}

/** Whether writes are answered: raised by each that is not, and by a stream without a leader; it ends by an answer, or by itself. */
class Doubt {
  private raised: { readonly since: number; readonly at: number } | undefined;
  /** The first write of those that were not answered, since one was. */
  private unansweredSince: number | undefined;
  private leaderSeenAt = 0;

  state(now: number): StoreState | undefined {
    if (this.raised === undefined || now - this.raised.at >= DOUBT_MS) return undefined;
    if (this.leaderSeenAt > (this.unansweredSince ?? now)) return "slow";
    return now - this.raised.since < ELECTION_MAX_MS ? "electing" : "no-quorum";
  }

  noteUnanswered(now: number): void {
    this.unansweredSince ??= now;
    this.raise(now);
  }

  raise(now: number): void {
    const isNew = this.raised === undefined || now - this.raised.at >= DOUBT_MS;
    this.raised = { since: isNew ? now : this.raised!.since, at: now };
  }

  /** There was a leader when it was asked for. */
  noteLeader(askedAt: number): void {
    this.leaderSeenAt = askedAt;
    if (this.raised !== undefined && this.raised.at < askedAt) this.raised = undefined;
  }

  end(): void {
    this.unansweredSince = undefined;
    this.raised = undefined;
  }
}
