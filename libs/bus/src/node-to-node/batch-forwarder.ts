// Batches of several nodes, published as one. The cost of a compare-and-swap to the NATS servers depends on the number of batches
// much more than on the number of writes (docs/adr/0017). Under load every node therefore forwards its batch to one publisher, which
// publishes what arrives together as one batch. A write carries the revision that it expects, so it can be forwarded, repeated, and
// published twice: at most one of these is stored. If forwarding fails, each node publishes its own batch.

import { BATCH_MAX, type CasOutcome } from "../bucket/batch.ts";
import { Wrong } from "../connection/bad-message.ts";
import { quoted } from "./message.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

/** Writes that arrive within this time are one batch. */
const TOGETHER_MS = 1;
const BUSY_MS = 50;
/** At most this many writes of other nodes wait here; a node whose batch does not fit publishes alone. */
const WAITING_MAX = 4096;
/** For this time a node that did not answer is not asked again: by then the heartbeats show whether it is alive. */
const AVOIDED_MS = 3000;
/** At most this long a batch for several nodes may take, as the batch of one node may. */
const PUBLISH_MS = 1000;

/** What carries the batches: NATS (forwarder-over-nats.ts), or a simulation of it. */
export interface ForwarderPorts {
  /** A steady clock, in ms. */
  now(): number;
  /** A time in ms that all nodes have, nearly. */
  sharedMs(): number;
  after(ms: number, run: () => void): void;
  /** One atomic batch, as publishCas. */
  publish(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome>;
  /** What another node answers to what is forwarded to it; rejects when it does not within `timeout` ms. */
  ask(node: string, forwarded: Uint8Array, timeout: number): Promise<number>;
}

export interface ForwarderOptions {
  /** This node; undefined for a process that forwards nothing. */
  readonly self?: string;
  /** The node that publishes for all at the moment; undefined: each node alone. */
  readonly publisher?: () => string | undefined;
  /** A node that has published nothing for this many ms publishes alone, and at once; default 50. */
  readonly busyMs?: number;
  /** Outcome of a batch that was forwarded to another node, or accepted from one. */
  readonly onForwarded?: (what: "forwarded" | "accepted" | "not-answered" | "refused") => void;
  /** Called with what this node has published once a quorum has it, and when it was sent, on the ports' steady clock. */
  readonly onCommitted?: (first: number, writes: readonly KeyWrite[], sentAt: number) => void;
  /** Called with what `onCommitted`, or the one that waits for a part of a batch, threw: it affects no other part. */
  readonly onFault?: (cause: unknown) => void;
}

/** A batch of another node. */
export interface ForwardedBatch {
  /** When the node stops waiting for it, in the time that all nodes share. */
  readonly until: number;
  readonly writes: readonly KeyWrite[];
}

/** What a bucket has: the subject of a key, undefined for what is none; and what is wrong with a write, if anything is. */
export interface BucketOfWrites {
  subjectOf(key: string): string | undefined;
  faultOf(write: KeyWrite): Wrong | undefined;
}

interface Part {
  readonly writes: readonly KeyWrite[];
  readonly settle: (outcome: CasOutcome) => void;
}

const NOT_FORWARDED: CasOutcome = { kind: "unknown", cause: "no-answer", reason: "not in one batch" };

export class BatchForwarder {
  private readonly ports: ForwarderPorts;
  private readonly options: ForwarderOptions;
  private parts: Part[] = [];
  private waiting = 0;
  private inFlight = 0;
  private isFlushPlanned = false;
  private lastAt = Number.NEGATIVE_INFINITY;
  private avoided = { node: "", until: 0 };

  constructor(ports: ForwarderPorts, options: ForwarderOptions) {
    this.ports = ports;
    this.options = options;
  }

  /** As publishCas; the keys differ. */
  async publish(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const now = this.ports.now();
    const isBusy = now - this.lastAt < (this.options.busyMs ?? BUSY_MS);
    this.lastAt = now;
    const publisher = isBusy ? this.options.publisher?.() : undefined;
    const forwarding =
      publisher === undefined ? NOT_FORWARDED : await this.together(publisher, writes, timeout);
    return forwarding.kind === "stored" ? forwarding : this.alone(writes, timeout);
  }

  private async alone(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const sentAt = this.ports.now();
    const outcome = await this.ports.publish(writes, timeout);
    // While the store is in doubt, or takes its time with one of these keys, one writer's tries are enough.
    if (outcome.kind === "unknown" || outcome.kind === "busy") this.lastAt = Number.NEGATIVE_INFINITY;
    if (outcome.kind === "stored") {
      const first = outcome.revision - writes.length + 1;
      this.guard(() => this.options.onCommitted?.(first, writes, sentAt));
    }
    return outcome;
  }

  private guard(step: () => void): void {
    try {
      step();
    } catch (cause) {
      this.options.onFault?.(cause);
    }
  }

  private together(publisher: string, writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    if (publisher === this.options.self)
      return new Promise((settle) => {
        if (!this.join({ writes, settle })) settle(NOT_FORWARDED);
      });
    return this.forward(publisher, writes, timeout);
  }

  private async forward(
    publisher: string,
    writes: readonly KeyWrite[],
    timeout: number,
  ): Promise<CasOutcome> {
    const { onForwarded } = this.options;
    const now = this.ports.now();
    if (this.avoided.node === publisher && now < this.avoided.until) return NOT_FORWARDED;
    try {
      const until = Math.round(this.ports.sharedMs() + timeout);
      const revision = await this.ports.ask(publisher, encodeWrites([until], writes), timeout);
      onForwarded?.(revision > 0 ? "forwarded" : "refused");
      return revision > 0 ? { kind: "stored", revision } : NOT_FORWARDED;
    } catch {
      onForwarded?.("not-answered");
      this.avoided = { node: publisher, until: now + AVOIDED_MS };
      return NOT_FORWARDED;
    }
  }

  /** What another node hands in: answered with the revision of its last write; with 0 when it shall publish alone. */
  accept({ until, writes }: ForwardedBatch, answer: (revision: number) => void): void {
    const settle = (outcome: CasOutcome) => answer(outcome.kind === "stored" ? outcome.revision : 0);
    const isInTime = this.ports.sharedMs() < until;
    if (isInTime && this.join({ writes, settle })) this.options.onForwarded?.("accepted");
    else answer(0);
  }

  private join(part: Part): boolean {
    if (this.waiting + part.writes.length > WAITING_MAX) return false;
    this.parts.push(part);
    this.waiting += part.writes.length;
    this.planFlush();
    return true;
  }

  // What comes while a batch is on its way is the next one: as in each node, slow stores make for large batches.
  private planFlush(): void {
    if (this.isFlushPlanned || this.inFlight > 0) return;
    this.isFlushPlanned = true;
    this.ports.after(TOGETHER_MS, () => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    const parts = this.parts;
    this.parts = [];
    this.waiting = 0;
    for (let batch = takeBatch(parts); batch.length > 0; batch = takeBatch(parts)) {
      this.inFlight++;
      void this.commit(batch).finally(() => {
        this.inFlight--;
        if (this.parts.length > 0) this.planFlush();
      });
    }
  }

  private async commit(parts: readonly Part[]): Promise<void> {
    const writes = parts.flatMap((part) => part.writes);
    const outcome = await this.alone(writes, PUBLISH_MS).catch((cause: unknown) => {
      this.options.onFault?.(cause);
      return NOT_FORWARDED;
    });
    let revision = outcome.kind === "stored" ? outcome.revision : 0;
    for (const { writes, settle } of parts.toReversed()) {
      const ofPart: CasOutcome = outcome.kind === "stored" ? { kind: "stored", revision } : NOT_FORWARDED;
      this.guard(() => settle(ofPart));
      revision -= writes.length;
    }
  }
}

/** What is forwarded from node to node. */
export function readForwarded(data: Uint8Array, bucket: BucketOfWrites): ForwardedBatch | Wrong {
  const decoded = decodeWrites(data);
  if (decoded === undefined) return new Wrong(quoted(data), "a line with a time, and a line a write");
  const { words, writes } = decoded;
  const until = Number(words[0]);
  if (words.length !== 1 || !Number.isSafeInteger(until)) return new Wrong(words.join(" "), "a time in ms");
  if (writes.length > BATCH_MAX) return new Wrong(`${writes.length} writes`, `${BATCH_MAX} at most`);
  if (new Set(writes.map(({ key }) => key)).size < writes.length)
    return new Wrong("two writes of one key", "one of each");
  for (const write of writes) {
    if (bucket.subjectOf(write.key) === undefined) return new Wrong(write.key, "a key of the bucket");
    const fault = bucket.faultOf(write);
    if (fault !== undefined) return fault;
  }
  return { until, writes };
}

/** The first parts that fit into one batch, which takes one write a key. */
function takeBatch(parts: Part[]): Part[] {
  const keys = new Set<string>();
  const batch: Part[] = [];
  for (let part = parts[0]; part !== undefined; part = parts[0]) {
    if (batch.length > 0 && keys.size + part.writes.length > BATCH_MAX) break;
    if (part.writes.some(({ key }) => keys.has(key))) break;
    for (const { key } of part.writes) keys.add(key);
    batch.push(parts.shift()!);
  }
  return batch;
}
