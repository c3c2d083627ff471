// What a node's process sees of the stream: the newest event of every address first, then each one, in order, some time after
// it was committed. As libs/bus follows a bucket: what is missing is caught up after a cut.
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
  /** Follow from here on, and take what is before for known. */
  readonly from?: number;
}

const TRY_AGAIN_MS = 500;

export class LeaseFeed {
  /** The newest sequence seen. */
  position: number;
  isComplete: boolean;
  private readonly parts: FeedParts;
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

  private plan(): void {
    if (this.isPlanned) return;
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
    const { stream, onEvent } = this.parts;
    const unseen = stream.log.slice(this.position);
    for (const stored of this.isComplete ? unseen : newestOfEach(unseen)) {
      onEvent(stored);
      this.position = stored.revision;
    }
    this.isComplete = true;
  }
}

function newestOfEach(events: readonly StoredEvent[]): StoredEvent[] {
  const newest = new Map(events.map((stored) => [stored.address, stored]));
  return [...newest.values()].sort((a, b) => a.revision - b.revision);
}
