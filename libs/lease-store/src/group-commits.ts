// Group commits: the lease store on top of a stream that takes batches by compare-and-swap. Appends wait while a batch is on
// its way and leave together as one atomic batch, each with its own expected sequence; a lone append leaves at once. A batch costs the
// store far more than a write in it, so that batches follow each other no closer than a tick (docs/adr/0017); the longer the store
// takes, the larger they get by themselves, and only full ones go side by side. When a
// batch is refused nobody says which write was stale, so it is halved until the stale one stands alone; when its fate is
// unknown the same compare-and-swap is repeated, and a conflict with our own intent is success (docs/adr/0002). While the
// stream does not answer (an election takes 4 to 9 s), all wait in order, and only the first one is tried.
import type { CasOutcome } from "@leasehold/bus";
import {
  type Append,
  type AppendResult,
  isOwn,
  type LeaseStore,
  revision,
  type StoredEvent,
} from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";

/** While the stream does not answer, it is tried so often. */
const RETRY_MS = 50;
const TICK_MS = 5;

export interface GroupCommitOptions {
  /** Writes in one batch, at most. */
  readonly batchMax?: number;
  /** Batches on their way at once, at most; more than one only while they are full. */
  readonly inFlightMax?: number;
  /** Under load batches leave this many ms apart, on the tick of a clock that all nodes share. */
  readonly tickMs?: number;
  /** How long one attempt may take, in ms. */
  readonly attemptMs?: number;
  /** How long an append may take in all, in ms: an election, and somewhat more. */
  readonly deadlineMs?: number;
  /** Appends waiting, at most: more are answered `unknown` at once. */
  readonly queueMax?: number;
  /** Whether the address is known to have a newer event than the write expects: it would only make a whole batch be refused. */
  readonly isOutdated?: (append: Append) => boolean;
  /** Called for every batch: its size, outcome, and how long it took in ms. */
  readonly onBatch?: (size: number, outcome: CasOutcome, ms: number) => void;
  /** Called with what `settle`, `isOutdated` or `onBatch` threw: it concerns no other append of the batch. */
  readonly onFault?: (cause: unknown) => void;
}

/** A stream that takes writes by compare-and-swap, several at a time or none of them. */
export interface CasStream {
  /** Answers after `patienceMs` at the latest, and never rejects. The addresses differ. */
  publish(appends: readonly Append[], patienceMs: number): Promise<CasOutcome>;
  /** The newest event of an address, as the stream's leader has it. Rejects when there is no leader to ask. */
  read(address: Ipv4): Promise<StoredEvent | undefined>;
}

/** A steady clock, timers, and chance, as this pure library does not have them. */
export interface Timers {
  now(): number;
  /** The time that other nodes have, too, as well as clocks agree, in ms. */
  wall(): number;
  after(ms: number, run: () => void): void;
  /** When what is at hand has been handled. */
  soon(run: () => void): void;
  /** From 0 to 1. */
  random(): number;
}

interface Waiting {
  readonly append: Append;
  readonly settle: (result: AppendResult) => void;
  readonly deadline: number;
  /** Its place among all that ever came. */
  readonly place: number;
}

export class GroupCommits implements LeaseStore {
  private readonly stream: CasStream;
  private readonly timers: Timers;
  private readonly options: Required<GroupCommitOptions>;
  private queue: Waiting[] = [];
  private readonly busyKeys = new Set<Ipv4>();
  private inFlight = 0;
  private unsettled = 0;
  private places = 0;
  private isFlushPlanned = false;
  private lastTick = Number.NEGATIVE_INFINITY;
  private isInDoubt = false;

  constructor(stream: CasStream, timers: Timers, options: GroupCommitOptions = {}) {
    this.stream = stream;
    this.timers = timers;
    this.options = {
      batchMax: 128,
      inFlightMax: 4,
      tickMs: TICK_MS,
      attemptMs: 1000,
      deadlineMs: 12_000,
      queueMax: 12_000,
      isOutdated: () => false,
      onBatch: () => {},
      onFault: () => {},
      ...options,
    };
  }

  get pending(): number {
    return this.unsettled;
  }

  append(append: Append, settle: (result: AppendResult) => void): void {
    if (this.queue.length >= this.options.queueMax) {
      settle({ kind: "unknown", reason: "the commit queue is full" });
      return;
    }
    this.unsettled++;
    this.queue.push({
      append,
      settle: (result) => {
        this.unsettled--;
        // A mistake in what one exchange does with its result must not end the others of its batch.
        try {
          settle(result);
        } catch (cause) {
          this.options.onFault(cause);
        }
      },
      deadline: this.timers.now() + this.options.deadlineMs,
      place: this.places++,
    });
    this.planFlush();
  }

  // After the packets that the event loop has at hand: they then share a batch.
  private planFlush(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    const run = () => {
      this.isFlushPlanned = false;
      this.flush();
    };
    const pause = this.untilMayLeave();
    if (pause > 0) this.timers.after(pause, run);
    else this.timers.soon(run);
  }

  /** Nothing, when no batch left since the last tick, or one is full; else the time until the next tick. */
  private untilMayLeave(): number {
    if (this.queue.length >= this.options.batchMax || this.tick() > this.lastTick) return 0;
    const { tickMs } = this.options;
    return Math.ceil(tickMs - (this.timers.wall() % tickMs));
  }

  private tick(): number {
    return Math.floor(this.timers.wall() / this.options.tickMs);
  }

  private flush(): void {
    const batchMax = this.isInDoubt ? 1 : this.options.batchMax;
    while (this.queue.length > 0 && this.mayLeave()) {
      const batch = this.takeBatch(batchMax);
      if (batch.length === 0) return;
      this.inFlight++;
      this.lastTick = this.tick();
      void this.commit(batch).finally(() => {
        this.inFlight--;
        for (const each of batch) this.busyKeys.delete(each.append.address);
        if (this.queue.length > 0) this.planFlush();
      });
    }
  }

  /** One after the other, unless they are full. */
  private mayLeave(): boolean {
    const { inFlightMax, batchMax } = this.options;
    const isFull = !this.isInDoubt && this.queue.length >= batchMax;
    return this.inFlight === 0 || (isFull && this.inFlight < inFlightMax);
  }

  /** Waiting appends whose address is not on its way already: the server takes one unapplied write an address. */
  private takeBatch(batchMax: number): Waiting[] {
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const each of this.queue) {
      if (batch.length >= batchMax || this.busyKeys.has(each.append.address)) {
        rest.push(each);
      } else if (!this.isInDoubt && this.isOutdated(each.append)) {
        void this.settleConflict(each).finally(() => this.planFlush());
      } else {
        this.busyKeys.add(each.append.address);
        batch.push(each);
      }
    }
    this.queue = rest;
    return batch;
  }

  /** An append of which that cannot be said goes to the store, which knows. */
  private isOutdated(append: Append): boolean {
    try {
      return this.options.isOutdated(append);
    } catch (cause) {
      this.options.onFault(cause);
      return false;
    }
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const outcome = await this.publish(batch);
    this.isInDoubt = outcome.kind === "unknown" && outcome.cause !== "full";
    switch (outcome.kind) {
      case "stored":
        batch.forEach((each, i) => {
          each.settle({ kind: "stored", revision: revision(outcome.revision - batch.length + 1 + i) });
        });
        return;
      case "conflict":
        return batch.length > 1 ? this.commitHalves(batch) : this.settleConflict(batch[0]!);
      case "busy":
        return this.again(
          batch,
          3 + this.timers.random() * 7,
          "another write to the address is being applied",
        );
      case "unknown":
        return outcome.cause === "full"
          ? this.giveUp(batch, outcome.reason)
          : this.putBack(batch, outcome.reason);
      case "rejected":
        return this.giveUp(batch, outcome.reason);
      default:
        outcome satisfies never;
    }
  }

  private async publish(batch: readonly Waiting[]): Promise<CasOutcome> {
    const started = this.timers.now();
    const appends = batch.map(({ append }) => append);
    const outcome = await this.attempt(appends);
    try {
      this.options.onBatch(batch.length, outcome, this.timers.now() - started);
    } catch (cause) {
      this.options.onFault(cause);
    }
    return outcome;
  }

  /** A stream that rejects all the same has not said what became of the batch. */
  private async attempt(appends: readonly Append[]): Promise<CasOutcome> {
    try {
      return await this.stream.publish(appends, this.options.attemptMs);
    } catch (cause) {
      this.options.onFault(cause);
      return { kind: "unknown", cause: "no-answer", reason: reasonOf(cause) };
    }
  }

  private async commitHalves(batch: readonly Waiting[]): Promise<void> {
    const half = batch.length >> 1;
    await Promise.all([this.commit(batch.slice(0, half)), this.commit(batch.slice(half))]);
  }

  private async again(batch: readonly Waiting[], pauseMs: number, reason: string): Promise<void> {
    await new Promise<void>((resolve) => this.timers.after(pauseMs, resolve));
    const now = this.timers.now();
    const rest: Waiting[] = [];
    for (const each of batch) {
      if (now < each.deadline) rest.push(each);
      else each.settle({ kind: "unknown", reason });
    }
    if (rest.length > 0) await this.commit(rest);
  }

  /** Before all that came later, to be tried again; what has waited for too long is given up. */
  private async putBack(batch: readonly Waiting[], reason: string): Promise<void> {
    await new Promise<void>((resolve) => this.timers.after(RETRY_MS, resolve));
    this.queue = [...batch, ...this.queue].sort((a, b) => a.place - b.place);
    const now = this.timers.now();
    const isOver = ({ deadline }: Waiting) => deadline <= now;
    const over = this.queue.filter(isOver);
    if (over.length === 0) return;
    this.queue = this.queue.filter((each) => !isOver(each));
    this.giveUp(over, reason);
  }

  private giveUp(batch: readonly Waiting[], reason: string): void {
    for (const each of batch) each.settle({ kind: "unknown", reason });
  }

  /** The stream's leader says what is there: the event of another node, or our own from an attempt whose answer was lost. */
  private async settleConflict(waiting: Waiting): Promise<void> {
    let current: StoredEvent | undefined;
    try {
      current = await this.read(waiting.append.address);
    } catch (cause) {
      await this.putBack([waiting], reasonOf(cause));
      return;
    }
    waiting.settle(
      isOwn(waiting.append, current)
        ? { kind: "stored", revision: current.revision }
        : { kind: "conflict", current },
    );
  }

  read(address: Ipv4): Promise<StoredEvent | undefined> {
    return this.stream.read(address);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
