// What a node's process sees of the stream: the newest event of every address first, then each one, in order, some time after
// it was committed. As libs/bus follows a bucket: what is missing is caught up after a cut, and while others tell what is stored
// it rests.
import { type RestLimits, ToldRanges } from "@leasehold/bus";
import type { StoredEvent } from "@leasehold/leases";
import type { Enter } from "./door.ts";
import type { SimulatedStream } from "./stream.ts";
import type { Timeline } from "./timeline.ts";

export interface FeedParts {
  readonly stream: SimulatedStream;
  readonly timeline: Timeline;
  readonly enter: Enter;
  /** How long the next delivery takes, ms; undefined: the node is cut off. */
  readonly lagMs: () => number | undefined;
  readonly onEvent: (stored: StoredEvent) => void;
  readonly onComplete: () => void;
  /** Follow from here on, and take what is before for known. */
  readonly from?: number;
  /** What only a planted bug does. */
  readonly skipsGaps?: boolean;
}

const TRY_AGAIN_MS = 500;
const REST_CHECK_MS = 50;
/** A simulated cluster stores little: what is under load two hundred records within half a second are a few within seconds here. */
const LIMITS: RestLimits = { restAfter: 3, gapMs: 100, quietMs: 8000, ranges: 8 };

export class LeaseFeed {
  /** The newest sequence up to which all is known. */
  position: number;
  isComplete: boolean;
  isResting = false;
  private readonly parts: FeedParts;
  private readonly ranges = new ToldRanges(LIMITS);
  private isPlanned = false;
  private readonly stopFollowing: () => void;

  constructor(parts: FeedParts) {
    this.parts = parts;
    this.position = parts.from ?? 0;
    this.isComplete = parts.from !== undefined;
    this.stopFollowing = parts.stream.follow(() => this.plan());
    this.plan();
  }

  stop(): void {
    this.stopFollowing();
  }

  /** The stream is another one, or has less: all of it is delivered again. */
  reset(): void {
    this.position = 0;
    this.isComplete = false;
    this.isResting = false;
    this.ranges.clear();
    this.plan();
  }

  /** As Follower.told of libs/bus. */
  told(first: number, last: number): boolean {
    if (!this.isComplete) return false;
    const { timeline, skipsGaps } = this.parts;
    const from = skipsGaps ? Math.max(this.position, first - 1) : this.position;
    this.position = this.ranges.add(from, first, last, timeline.now);
    if (!this.isResting && this.ranges.mayRest) this.rest();
    return true;
  }

  private rest(): void {
    const { timeline, enter } = this.parts;
    this.isResting = true;
    timeline.after(REST_CHECK_MS, () =>
      enter(() => {
        if (!this.isResting) return;
        if (!this.ranges.mustGoOn(timeline.now)) return this.rest();
        this.isResting = false;
        this.ranges.clear();
        this.plan();
      }),
    );
  }

  private plan(): void {
    if (this.isPlanned || this.isResting) return;
    this.isPlanned = true;
    const { lagMs, timeline, enter } = this.parts;
    const lag = lagMs();
    timeline.after(lag ?? TRY_AGAIN_MS, () => {
      this.isPlanned = false;
      if (lag === undefined || lagMs() === undefined) this.plan();
      else enter(() => this.deliver());
    });
  }

  private deliver(): void {
    if (this.isResting) return;
    const { stream, onEvent, onComplete } = this.parts;
    const unseen = stream.after(this.position);
    for (const stored of this.isComplete ? unseen : newestOfEach(unseen)) {
      onEvent(stored);
      this.position = this.ranges.after(Math.max(this.position, stored.revision));
    }
    if (this.isComplete) return;
    // What is missing up to the end was purged.
    this.position = Math.max(this.position, stream.lastSequence);
    this.isComplete = true;
    onComplete();
  }
}

function newestOfEach(events: readonly StoredEvent[]): StoredEvent[] {
  const newest = new Map(events.map((stored) => [stored.address, stored]));
  return [...newest.values()].sort((a, b) => a.revision - b.revision);
}
