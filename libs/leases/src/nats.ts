// The JetStream adapter of the lease store: group commits. Appends wait while a batch is on its way and leave together as
// one atomic batch, each with its own expected sequence; a lone append leaves at once. When a batch is refused nobody says
// which write was stale, so it is halved until the stale one stands alone; when its fate is unknown the same
// compare-and-swap is repeated, and a conflict with our own intent is success (docs/adr/0002).
import { type Bus, type CasOutcome, LEASES, publishCas, readRecord, subjectOf } from "@leasehold/bus";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { type Instant, type Revision, revision } from "./instant.ts";
import { decodeLeaseEvent, encodeLeaseEvent, leaseKey, parseLeaseEvent } from "./lease-event.ts";
import { type Append, type AppendResult, isOwn, type LeaseStore, type StoredEvent } from "./lease-store.ts";

export interface JetStreamLeaseStoreOptions {
  /** Writes in one batch, at most. */
  readonly batchMax?: number;
  /** Batches on their way at once, at most. */
  readonly inFlightMax?: number;
  /** How long one attempt may take, in ms. */
  readonly attemptMs?: number;
  /** How long an append may take in all, in ms: beyond it the client has asked again. */
  readonly deadlineMs?: number;
  /** Appends waiting, at most: more are answered `unknown` at once. */
  readonly queueMax?: number;
  /** Told of every batch: its size, outcome, and how long it took in ms. */
  readonly onBatch?: (size: number, outcome: CasOutcome["kind"], ms: number) => void;
}

interface Waiting {
  readonly append: Append;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly settle: (result: AppendResult) => void;
  readonly deadline: number;
}

export class JetStreamLeaseStore implements LeaseStore {
  private readonly bus: Bus;
  private readonly options: Required<JetStreamLeaseStoreOptions>;
  private queue: Waiting[] = [];
  private readonly busyKeys = new Set<Ipv4>();
  private inFlight = 0;
  private unsettled = 0;
  private isFlushPlanned = false;

  constructor(bus: Bus, options: JetStreamLeaseStoreOptions = {}) {
    this.bus = bus;
    this.options = {
      batchMax: 128,
      inFlightMax: 4,
      attemptMs: 1000,
      deadlineMs: 3000,
      queueMax: 10_000,
      onBatch: () => {},
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
      subject: subjectOf(LEASES, leaseKey(append.address)),
      data: encodeLeaseEvent(append.event),
      settle: (result) => {
        this.unsettled--;
        settle(result);
      },
      deadline: performance.now() + this.options.deadlineMs,
    });
    this.planFlush();
  }

  // After the packets that the event loop has at hand: they then share a batch.
  private planFlush(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    setImmediate(() => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    while (this.inFlight < this.options.inFlightMax && this.queue.length > 0) {
      const batch = this.takeBatch();
      if (batch.length === 0) return;
      this.inFlight++;
      void this.commit(batch).finally(() => {
        this.inFlight--;
        for (const each of batch) this.busyKeys.delete(each.append.address);
        if (this.queue.length > 0) this.planFlush();
      });
    }
  }

  /** Waiting appends whose address is not on its way already: the server takes one unapplied write an address. */
  private takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const each of this.queue) {
      if (batch.length < this.options.batchMax && !this.busyKeys.has(each.append.address)) {
        this.busyKeys.add(each.append.address);
        batch.push(each);
      } else {
        rest.push(each);
      }
    }
    this.queue = rest;
    return batch;
  }

  private async commit(batch: readonly Waiting[]): Promise<void> {
    const outcome = await this.publish(batch);
    switch (outcome.kind) {
      case "stored":
        batch.forEach((each, i) => {
          each.settle({ kind: "stored", revision: revision(outcome.revision - batch.length + 1 + i) });
        });
        return;
      case "conflict":
        return batch.length > 1 ? this.commitHalves(batch) : this.settleConflict(batch[0]!);
      case "busy":
        return this.again(batch, 3 + Math.random() * 7, "another write to the address is being applied");
      case "unknown":
        return this.again(batch, 50, outcome.reason);
      case "rejected":
        for (const each of batch) each.settle({ kind: "unknown", reason: outcome.reason });
        return;
      default:
        outcome satisfies never;
    }
  }

  private async publish(batch: readonly Waiting[]): Promise<CasOutcome> {
    const started = performance.now();
    const writes = batch.map((each) => ({
      subject: each.subject,
      data: each.data,
      expected: each.append.expected,
    }));
    const outcome = await publishCas(this.bus, writes, this.options.attemptMs);
    this.options.onBatch(batch.length, outcome.kind, performance.now() - started);
    return outcome;
  }

  private async commitHalves(batch: readonly Waiting[]): Promise<void> {
    const half = batch.length >> 1;
    await Promise.all([this.commit(batch.slice(0, half)), this.commit(batch.slice(half))]);
  }

  private async again(batch: readonly Waiting[], pauseMs: number, reason: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const now = performance.now();
    const rest: Waiting[] = [];
    for (const each of batch) {
      if (now < each.deadline) rest.push(each);
      else each.settle({ kind: "unknown", reason });
    }
    if (rest.length > 0) await this.commit(rest);
  }

  /** The stream's leader says what stands there: somebody else's event, or our own from an attempt whose answer was lost. */
  private async settleConflict(waiting: Waiting): Promise<void> {
    try {
      const current = await this.read(waiting.append.address);
      waiting.settle(
        isOwn(waiting.append, current)
          ? { kind: "stored", revision: current.revision }
          : { kind: "conflict", current },
      );
    } catch (cause) {
      waiting.settle({ kind: "unknown", reason: cause instanceof Error ? cause.message : String(cause) });
    }
  }

  /** The newest event of an address, as the stream's leader has it. Rejects when there is no leader to ask. */
  async read(address: Ipv4): Promise<StoredEvent | undefined> {
    const record = await readRecord(this.bus, LEASES, leaseKey(address));
    return (
      record && {
        ...storedEvent(address, record.revision, record.at),
        event: parseLeaseEvent(record.value),
      }
    );
  }
}

function storedEvent(address: Ipv4, sequence: number, at: number): StoredEvent {
  return { address, event: undefined, revision: sequence as Revision, at: at as Instant };
}

/** A change of the bucket as an event; undefined when its key is no address or its value no event. */
export function storedEventOf(change: {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}): StoredEvent | undefined {
  const address = parseIpv4(change.key);
  if (address === undefined) return undefined;
  const stored = storedEvent(address, change.revision, change.at);
  if (change.data === undefined) return stored;
  const event = decodeLeaseEvent(change.data);
  return event && { ...stored, event };
}
