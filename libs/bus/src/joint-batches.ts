// Batches of several nodes as one. What a compare-and-swap costs the NATS servers is mostly a matter of how many batches there are,
// and not of how many writes (docs/adr/0017): under load every node therefore hands its batch to the same one of them, which
// publishes what comes together as one batch. A write says itself what it expects, so that it can be handed on, repeated, and
// published twice: at most one of these is stored. Whatever goes wrong with a joint batch, each publishes its own.

import { Wrong } from "./bad-message.ts";
import { BATCH_MAX, type CasOutcome } from "./batch.ts";
import { quoted } from "./heard.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

/** What comes within so many ms is one batch. */
const TOGETHER_MS = 1;
const BUSY_MS = 50;
/** Writes of others that wait here, at most; who comes later publishes alone. */
const WAITING_MAX = 4096;
/** So long a node that did not answer is not asked again: by then the heartbeats say what is the matter. */
const AVOIDED_MS = 3000;
/** So long a joint batch may take, as the batch of one node may. */
const PUBLISH_MS = 1000;

/** What carries the batches: NATS (joint-over-nats.ts), or a simulation of it. */
export interface JointPorts {
  /** A steady clock, in ms. */
  now(): number;
  /** A time in ms that all nodes have, nearly. */
  sharedMs(): number;
  after(ms: number, run: () => void): void;
  /** One atomic batch, as publishCas. */
  publish(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome>;
  /** What another node answers to what is handed to it; rejects when it does not within `timeout` ms. */
  ask(node: string, handed: Uint8Array, timeout: number): Promise<number>;
}

export interface JointBatchesOptions {
  /** This node; undefined for who shares with nobody. */
  readonly self?: string;
  /** Who publishes for all at the moment; undefined: everybody alone. */
  readonly publisher?: () => string | undefined;
  /** A node that has published nothing for so many ms publishes alone, and at once; default 50. */
  readonly busyMs?: number;
  /** What became of a batch that was handed to another node, or taken from one. */
  readonly onHanded?: (what: "forwarded" | "accepted" | "not-answered" | "refused") => void;
  /** Told of what this node has published and a quorum has, and when it was sent, on the ports' steady clock. */
  readonly onStored?: (first: number, writes: readonly KeyWrite[], sentAt: number) => void;
  /** Told of what `onStored`, or who waits for a part of a batch, threw: it concerns no other part. */
  readonly onFault?: (cause: unknown) => void;
}

/** A batch of another node. */
export interface Handed {
  /** Until when it is waited for, in the time that all nodes have. */
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

const NOT_TOGETHER: CasOutcome = { kind: "unknown", cause: "no-answer", reason: "not in one batch" };

export class JointBatches {
  private readonly ports: JointPorts;
  private readonly options: JointBatchesOptions;
  private parts: Part[] = [];
  private waiting = 0;
  private inFlight = 0;
  private isFlushPlanned = false;
  private lastAt = Number.NEGATIVE_INFINITY;
  private avoided = { node: "", until: 0 };

  constructor(ports: JointPorts, options: JointBatchesOptions) {
    this.ports = ports;
    this.options = options;
  }

  /** As publishCas; the keys differ. */
  async publish(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const now = this.ports.now();
    const isBusy = now - this.lastAt < (this.options.busyMs ?? BUSY_MS);
    this.lastAt = now;
    const publisher = isBusy ? this.options.publisher?.() : undefined;
    const joint = publisher === undefined ? NOT_TOGETHER : await this.together(publisher, writes, timeout);
    return joint.kind === "stored" ? joint : this.alone(writes, timeout);
  }

  private async alone(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const sentAt = this.ports.now();
    const outcome = await this.ports.publish(writes, timeout);
    // While the store is in doubt, or takes its time with one of these keys, one writer's tries are enough.
    if (outcome.kind === "unknown" || outcome.kind === "busy") this.lastAt = Number.NEGATIVE_INFINITY;
    if (outcome.kind === "stored") {
      const first = outcome.revision - writes.length + 1;
      this.guard(() => this.options.onStored?.(first, writes, sentAt));
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
        if (!this.join({ writes, settle })) settle(NOT_TOGETHER);
      });
    return this.hand(publisher, writes, timeout);
  }

  private async hand(publisher: string, writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const { onHanded } = this.options;
    const now = this.ports.now();
    if (this.avoided.node === publisher && now < this.avoided.until) return NOT_TOGETHER;
    try {
      const until = Math.round(this.ports.sharedMs() + timeout);
      const revision = await this.ports.ask(publisher, encodeWrites([until], writes), timeout);
      onHanded?.(revision > 0 ? "forwarded" : "refused");
      return revision > 0 ? { kind: "stored", revision } : NOT_TOGETHER;
    } catch {
      onHanded?.("not-answered");
      this.avoided = { node: publisher, until: now + AVOIDED_MS };
      return NOT_TOGETHER;
    }
  }

  /** What another node hands in: answered with the revision of its last write; with 0 when it shall publish alone. */
  take({ until, writes }: Handed, answer: (revision: number) => void): void {
    const settle = (outcome: CasOutcome) => answer(outcome.kind === "stored" ? outcome.revision : 0);
    const isInTime = this.ports.sharedMs() < until;
    if (isInTime && this.join({ writes, settle })) this.options.onHanded?.("accepted");
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
      return NOT_TOGETHER;
    });
    let revision = outcome.kind === "stored" ? outcome.revision : 0;
    for (const { writes, settle } of parts.toReversed()) {
      const ofPart: CasOutcome = outcome.kind === "stored" ? { kind: "stored", revision } : NOT_TOGETHER;
      this.guard(() => settle(ofPart));
      revision -= writes.length;
    }
  }
}

/** What is handed from node to node. */
export function readHanded(data: Uint8Array, bucket: BucketOfWrites): Handed | Wrong {
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
