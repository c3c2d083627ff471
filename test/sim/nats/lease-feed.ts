// What a node's process sees of the stream: the newest event of every address first, then each one, in order, some time after
// it was committed. As libs/bus follows a bucket: what is missing is caught up after a cut, while others tell what is stored it rests,
// and a stream that is another one, or has fewer keys for long enough, is loaded again.
import {
  type Change,
  type Follower,
  type FollowOptions,
  type PauseLimits,
  SequenceRanges,
} from "@leasehold/bus";
import { encodeLeaseEvent, type StoredEvent } from "@leasehold/leases";
import { START } from "../../../apps/dhcpd/test/node.ts";
import type { Process } from "../nodes/process.ts";
import type { Timeline } from "../timeline.ts";
import { Delivery } from "./delivery.ts";
import type { Connection } from "./door.ts";
import type { SimulatedStream } from "./stream.ts";

export interface FeedParts {
  readonly stream: SimulatedStream;
  readonly timeline: Timeline;
  readonly process: Process;
  readonly connection: Connection;
  readonly options: FollowOptions;
  /** How long the next delivery takes, ms; undefined: the node is cut off. */
  readonly lagMs: () => number | undefined;
  /** Of each batch that was told. */
  readonly onCommitNotice: (isPaused: boolean) => void;
  /** Follow from here on, and take what is before for known. */
  readonly from?: number | undefined;
  /** What only a planted bug does. */
  readonly skipsGaps: boolean;
  readonly overlooksLoss: boolean;
}

const REST_CHECK_MS = 50;
const CHECK_EVERY_MS = 3000;
const CONFIRMED_AFTER_MS = 2500;
const DAY_MS = 86_400_000;
/** A simulated cluster stores little: what is under load two hundred records within half a second are a few within seconds here. */
const LIMITS: PauseLimits = { pauseAfter: 3, gapMs: 100, quietMs: 8000, ranges: 8 };

export class LeaseFeed implements Follower {
  /** The newest sequence up to which all is known. */
  position: number;
  complete: boolean;
  isPaused = false;
  keys = 0;
  private incarnation: number;
  private readonly parts: FeedParts;
  private readonly ranges = new SequenceRanges(LIMITS);
  private readonly delivery: Delivery;
  private isDistrusted = false;
  private lessSince: number | undefined;
  private readonly stopFollowing: () => void;

  constructor(parts: FeedParts) {
    this.parts = parts;
    this.delivery = new Delivery(parts, () => this.deliver());
    this.incarnation = parts.stream.incarnation;
    this.position = parts.from ?? 0;
    this.complete = parts.from !== undefined;
    this.stopFollowing = parts.stream.follow(() => this.plan());
    parts.process.every(CHECK_EVERY_MS, () => void this.check());
    this.plan();
  }

  get created(): string {
    return new Date(START - DAY_MS + this.incarnation * 1000).toISOString();
  }

  async stop(): Promise<void> {
    this.stopFollowing();
  }

  distrust(): void {
    this.isDistrusted = true;
  }

  async caughtUp(): Promise<boolean> {
    const last = await this.parts.connection.lastSequence().catch(() => Number.POSITIVE_INFINITY);
    return this.complete && last <= this.position;
  }

  noteCommitted(stream: string, first: number, last: number): boolean {
    if (!this.complete || this.isDistrusted || stream !== this.created || this.lessSince !== undefined)
      return false;
    const { timeline, skipsGaps, onCommitNotice } = this.parts;
    const from = skipsGaps ? Math.max(this.position, first - 1) : this.position;
    this.position = this.ranges.add(from, first, last, timeline.now);
    if (!this.isPaused && this.ranges.mayPause) this.rest();
    onCommitNotice(this.isPaused);
    return true;
  }

  private async check(): Promise<void> {
    const { connection, timeline } = this.parts;
    const found = await connection.contents().catch(() => undefined);
    if (found === undefined || !this.complete) return;
    const isOther = found.incarnation !== this.incarnation;
    if (!isOther && !this.isDistrusted && found.keys >= this.keys) {
      this.lessSince = undefined;
      this.keys = Math.max(found.keys, this.parts.options.known?.() ?? 0);
      return;
    }
    this.lessSince ??= timeline.now;
    if (isOther || timeline.now - this.lessSince >= CONFIRMED_AFTER_MS) this.replaced(found.incarnation);
  }

  private replaced(incarnation: number): void {
    this.lessSince = undefined;
    this.incarnation = incarnation;
    this.isDistrusted = false;
    this.keys = 0;
    if (this.parts.overlooksLoss) return;
    this.position = 0;
    this.complete = false;
    this.isPaused = false;
    this.ranges.clear();
    this.parts.options.onReset?.("it is another one");
    this.plan();
  }

  private rest(): void {
    const { timeline, process } = this.parts;
    this.isPaused = true;
    process.receive(REST_CHECK_MS, () => {
      if (!this.isPaused) return;
      if (!this.ranges.mustResume(timeline.now)) return this.rest();
      this.isPaused = false;
      this.ranges.clear();
      this.plan();
    });
  }

  private plan(): void {
    if (!this.isPaused) this.delivery.plan();
  }

  private deliver(): void {
    if (this.isPaused) return;
    const { stream, options } = this.parts;
    const unseen = stream.after(this.position);
    for (const stored of this.complete ? unseen : newestOfEach(unseen)) {
      options.onRecord(changeOf(stored));
      this.position = this.ranges.after(Math.max(this.position, stored.revision));
    }
    if (this.complete) return;
    // What is missing up to the end was purged.
    this.position = Math.max(this.position, stream.lastSequence);
    this.complete = true;
    options.onComplete?.();
  }
}

function changeOf({ event, revision, at }: StoredEvent): Change {
  return { key: event!.address, data: encodeLeaseEvent(event!), value: event, revision, at };
}

function newestOfEach(events: readonly StoredEvent[]): StoredEvent[] {
  const newest = new Map(events.map((stored) => [stored.address, stored]));
  return [...newest.values()].sort((a, b) => a.revision - b.revision);
}
