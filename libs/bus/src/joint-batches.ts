// Batches of several nodes as one. What a compare-and-swap costs the NATS servers is mostly a matter of how many batches there are,
// and not of how many writes (docs/adr/0017): under load every node therefore hands its batch to the same one of them, which
// publishes what comes together as one batch. A write says itself what it expects, so that it can be handed on, repeated, and
// published twice: at most one of these is stored. Whatever goes wrong with a joint batch, each publishes its own.
import type { Msg } from "@nats-io/transport-node";
import { BATCH_MAX, type CasOutcome, publishCas } from "./batch.ts";
import type { Bus } from "./connection.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

const SUBJECT = "dhcp.commit";
/** What comes within so many ms is one batch. */
const TOGETHER_MS = 1;
/** A node that has published nothing for so long publishes alone, and at once. */
const BUSY_MS = 50;
/** Writes of others that wait here, at most; who comes later publishes alone. */
const WAITING_MAX = 4096;
/** So long a node that did not answer is not asked again: by then the heartbeats say what is the matter. */
const AVOIDED_MS = 3000;
/** So long a joint batch may take, as the batch of one node may. */
const PUBLISH_MS = 1000;

export interface JointBatchesOptions {
  /** This node; undefined for who shares with nobody. */
  readonly self?: string;
  /** The subject of a key in the bucket; undefined for what is no key. */
  readonly subjectOf: (key: string) => string | undefined;
  /** Who publishes for all at the moment; undefined: everybody alone. */
  readonly publisher?: () => string | undefined;
  /** What became of a batch that was handed to another node, or taken from one. */
  readonly onHanded?: (what: "handed" | "taken" | "not-answered" | "refused") => void;
  /** Told of what this node has published and a quorum has, and when it was sent, on the clock of performance.now(). */
  readonly onStored?: (first: number, writes: readonly KeyWrite[], sentAt: number) => void;
}

interface Part {
  readonly writes: readonly KeyWrite[];
  readonly settle: (outcome: CasOutcome) => void;
}

const NOT_TOGETHER: CasOutcome = { kind: "unknown", cause: "no-answer", reason: "not in one batch" };

export class JointBatches {
  private readonly bus: Bus;
  private readonly options: JointBatchesOptions;
  private parts: Part[] = [];
  private waiting = 0;
  private inFlight = 0;
  private isFlushPlanned = false;
  private lastAt = Number.NEGATIVE_INFINITY;
  private avoided = { node: "", until: 0 };

  constructor(bus: Bus, options: JointBatchesOptions) {
    this.bus = bus;
    this.options = options;
    if (options.self === undefined) return;
    bus.nc.subscribe(`${SUBJECT}.${options.self}`, {
      callback: (error, message) => {
        if (!error) this.take(message);
      },
    });
  }

  /** As publishCas; the keys differ. */
  async publish(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const now = performance.now();
    const isBusy = now - this.lastAt < BUSY_MS;
    this.lastAt = now;
    const publisher = isBusy ? this.options.publisher?.() : undefined;
    const joint = publisher === undefined ? NOT_TOGETHER : await this.together(publisher, writes, timeout);
    return joint.kind === "stored" ? joint : this.alone(writes, timeout);
  }

  private async alone(writes: readonly KeyWrite[], timeout: number): Promise<CasOutcome> {
    const { subjectOf, onStored } = this.options;
    const sentAt = performance.now();
    const outcome = await publishCas(
      this.bus,
      writes.map(({ key, data, expected }) => ({ subject: subjectOf(key)!, data, expected })),
      timeout,
    );
    // While the store is in doubt one writer's tries are enough.
    if (outcome.kind === "unknown") this.lastAt = Number.NEGATIVE_INFINITY;
    if (outcome.kind === "stored") onStored?.(outcome.revision - writes.length + 1, writes, sentAt);
    return outcome;
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
    const now = performance.now();
    if (this.avoided.node === publisher && now < this.avoided.until) return NOT_TOGETHER;
    try {
      const until = Math.round(performance.timeOrigin + now + timeout);
      const answer = await this.bus.nc.request(`${SUBJECT}.${publisher}`, encodeWrites([until], writes), {
        timeout,
      });
      const revision = Number(answer.string());
      onHanded?.(revision > 0 ? "handed" : "refused");
      return revision > 0 ? { kind: "stored", revision } : NOT_TOGETHER;
    } catch {
      onHanded?.("not-answered");
      this.avoided = { node: publisher, until: now + AVOIDED_MS };
      return NOT_TOGETHER;
    }
  }

  /** What another node hands in: answered with the revision of its last write; with 0 when it shall publish alone. */
  private take(message: Msg): void {
    const answer = (revision: number) => message.respond(`${revision}`);
    const handed = decodeWrites(message.data);
    const isGood =
      handed !== undefined &&
      performance.timeOrigin + performance.now() < Number(handed.words[0]) &&
      handed.writes.length <= BATCH_MAX &&
      handed.writes.every(({ key }) => this.options.subjectOf(key) !== undefined);
    const settle = (outcome: CasOutcome) => answer(outcome.kind === "stored" ? outcome.revision : 0);
    if (isGood && this.join({ writes: handed.writes, settle })) this.options.onHanded?.("taken");
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
    setTimeout(() => {
      this.isFlushPlanned = false;
      this.flush();
    }, TOGETHER_MS);
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
    const outcome = await this.alone(writes, PUBLISH_MS);
    let revision = outcome.kind === "stored" ? outcome.revision : 0;
    for (const { writes, settle } of parts.toReversed()) {
      settle(outcome.kind === "stored" ? { kind: "stored", revision } : NOT_TOGETHER);
      revision -= writes.length;
    }
  }
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
