// What a node's process sees of a bucket, as libs/bus follows it: some time after it was written, not while it is cut off, and all of
// it again when the bucket is another one.
import type { Change, Follower, FollowOptions } from "@leasehold/bus";
import type { Process } from "../nodes/process.ts";
import type { SimulatedBucket } from "./bucket.ts";
import { Delivery } from "./delivery.ts";

const CHECK_EVERY_MS = 3000;
const SOME_OCTETS = new Uint8Array(1);

export interface BucketFeedParts {
  readonly bucket: SimulatedBucket;
  readonly process: Process;
  readonly options: FollowOptions;
  /** How long the next delivery takes, ms; undefined: the node is cut off. */
  readonly lagMs: () => number | undefined;
}

export class BucketFeed implements Follower {
  position = 0;
  complete = false;
  keys = 0;
  readonly isPaused = false;
  private readonly parts: BucketFeedParts;
  private readonly stopFollowing: () => void;
  private incarnation: number;
  private readonly delivery: Delivery;

  constructor(parts: BucketFeedParts) {
    this.parts = parts;
    this.delivery = new Delivery(parts, () => this.deliver());
    this.incarnation = parts.bucket.incarnation;
    this.stopFollowing = parts.bucket.follow(() => this.plan());
    parts.process.every(CHECK_EVERY_MS, () => this.check());
    this.plan();
  }

  get created(): string {
    return String(this.incarnation);
  }

  noteCommitted(): boolean {
    return false;
  }

  async caughtUp(): Promise<boolean> {
    return this.complete && this.position >= this.parts.bucket.lastRevision;
  }

  distrust(): void {}

  async stop(): Promise<void> {
    this.stopFollowing();
  }

  private check(): void {
    const { bucket, options, lagMs } = this.parts;
    if (lagMs() === undefined || bucket.incarnation === this.incarnation) return;
    this.incarnation = bucket.incarnation;
    this.position = 0;
    this.complete = false;
    options.onReset?.("it was made anew");
    this.plan();
  }

  private plan(): void {
    this.delivery.plan();
  }

  private deliver(): void {
    const { bucket, options } = this.parts;
    // Of another one it is told first that it is another one.
    if (bucket.incarnation !== this.incarnation) return;
    for (const record of bucket.after(this.position)) {
      this.position = record.revision;
      options.onRecord({ ...record, data: record.value === undefined ? undefined : SOME_OCTETS } as Change);
    }
    this.keys = bucket.keys;
    if (this.complete) return;
    this.complete = true;
    options.onComplete?.();
  }
}
