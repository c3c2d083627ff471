// Which revisions of a stream are known beyond the one up to which all are known: those of commit notices that overtook earlier ones.
// And whether a feed may be paused meanwhile.

interface Range {
  readonly first: number;
  readonly last: number;
}

export interface PauseLimits {
  /** After this many records announced without a gap, the feed is paused. */
  readonly pauseAfter: number;
  /** For this many ms, missing records may still be on their way from the node that stored them. */
  readonly gapMs: number;
  /** After this many ms without a notice, the other nodes may have stopped announcing. */
  readonly quietMs: number;
  /** At most this many ranges wait for what is missing before them. */
  readonly ranges: number;
}

const USUAL: PauseLimits = { pauseAfter: 200, gapMs: 100, quietMs: 500, ranges: 256 };

export class SequenceRanges {
  private readonly limits: PauseLimits;
  private ahead: Range[] = [];
  /** The newest records that were announced without a gap between them. */
  private run = 0;
  private end = 0;
  private noticeAt = Number.NEGATIVE_INFINITY;
  private gapSince: number | undefined;

  constructor(limits: PauseLimits = USUAL) {
    this.limits = limits;
  }

  /** The position up to which all is known, now that these are, too. `now` is a steady clock's, in ms. */
  add(position: number, first: number, last: number, now: number): number {
    this.run = first === this.end + 1 ? this.run + last - this.end : last - first + 1;
    this.end = last;
    this.noticeAt = now;
    if (last > position) this.ahead.push({ first, last });
    const known = this.after(position);
    this.gapSince = this.hasGap ? (this.gapSince ?? now) : undefined;
    return known;
  }

  /** The position up to which all is known, if all up to `position` is. */
  after(position: number): number {
    if (this.ahead.length === 0) return position;
    let known = position;
    for (let before = -1; before !== known; ) {
      before = known;
      for (const { first, last } of this.ahead) if (first <= known + 1 && last > known) known = last;
    }
    this.ahead = this.ahead.filter(({ last }) => last > known);
    return known;
  }

  /** Whether something is missing before what was announced. */
  private get hasGap(): boolean {
    return this.ahead.length > 0;
  }

  /** Notices bring all that the feed would bring. */
  get mayPause(): boolean {
    return this.run >= this.limits.pauseAfter && !this.hasGap;
  }

  /** A paused feed must resume: something is missing, or notices no longer arrive. */
  mustResume(now: number): boolean {
    const { gapMs, quietMs, ranges } = this.limits;
    const isMissing = this.gapSince !== undefined && now - this.gapSince > gapMs;
    return isMissing || this.ahead.length > ranges || now - this.noticeAt > quietMs;
  }

  clear(): void {
    this.ahead = [];
    this.run = 0;
    this.end = 0;
    this.gapSince = undefined;
  }
}
