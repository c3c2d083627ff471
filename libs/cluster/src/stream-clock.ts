// Stream time, as this node can tell (docs/adr/0011): its steady clock, set by what the stream's leader says the time is. A step
// of the node's own wall clock changes nothing. What cannot be true of both is told: then the node fences itself.

/** More than this between clocks, and expiry is no longer safe: the guard of libs/leases allows for no more. */
export const FENCED_FROM_MS = 15_000;
/** Worth a warning. */
export const WARNED_FROM_MS = FENCED_FROM_MS / 3;
/** Within this, samples are of one clock: NTP slews, and the steady clock drifts. */
const SAME_CLOCK_MS = 50;
const KEPT_MS = 30_000;

interface Sample {
  /** Stream time less steady time, to within `error`, ms. */
  readonly offset: number;
  readonly error: number;
  readonly at: number;
}

export type Sampled =
  /** As expected. */
  | "agrees"
  /** The steady clock stood still (a suspended machine), as the wall clock confirms: stream time was taken over. */
  | "caught-up"
  /** Neither of this node's clocks agrees with the stream's. */
  | "fenced";

export class StreamClock {
  private offset: number;
  private samples: Sample[] = [];
  private fenced = false;
  private known = false;
  private lastDifference = 0;
  private lastWallDifference = 0;

  /** Until the first sample, the wall clock stands for the stream's. */
  constructor(steady: number, wall: number) {
    this.offset = wall - steady;
  }

  now(steady: number): number {
    return steady + this.offset;
  }

  /** Stream time was heard at least once, and is believed. */
  get isKnown(): boolean {
    return this.known;
  }

  get isFenced(): boolean {
    return this.fenced;
  }

  /** By how much the stream's time was ahead of what this node took for it, ms, at the last sample. */
  get differenceMs(): number {
    return this.lastDifference;
  }

  /** By how much this node's wall clock was ahead of the stream's, ms, at the last sample. */
  get wallDifferenceMs(): number {
    return this.lastWallDifference;
  }

  /** The leader was asked at `asked`, and at `answered` its answer was here: it was `at` there; all in ms. */
  sample(at: number, asked: number, answered: number, wall: number): Sampled {
    const error = (answered - asked) / 2;
    const offset = at - (asked + answered) / 2;
    this.lastDifference = offset - this.offset;
    this.lastWallDifference = wall - answered - offset;
    const isExpected = Math.abs(this.lastDifference) <= FENCED_FROM_MS + error;
    const isOnWall = Math.abs(this.lastWallDifference) <= FENCED_FROM_MS + error;
    this.fenced = !(isExpected || isOnWall);
    if (this.fenced) return "fenced";
    this.take({ offset, error, at: answered });
    this.known = true;
    return isExpected ? "agrees" : "caught-up";
  }

  /** The answer that took the shortest way tells best, as long as all are of one clock. */
  private take(sample: Sample): void {
    const isOfAnother = Math.abs(sample.offset - this.offset) > sample.error + SAME_CLOCK_MS;
    const kept = isOfAnother ? [] : this.samples.filter(({ at }) => sample.at - at < KEPT_MS);
    this.samples = [...kept, sample];
    const best = this.samples.reduce((a, b) => (b.error <= a.error ? b : a));
    this.offset = best.offset;
  }
}
