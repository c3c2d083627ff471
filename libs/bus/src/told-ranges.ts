// Which revisions of a stream are known beyond the one up to which all are: what was told, and came before what it follows. And
// whether a feed may rest meanwhile.

interface Range {
  readonly first: number;
  readonly last: number;
}

export interface RestLimits {
  /** So many records told in a row, and the feed rests. */
  readonly restAfter: number;
  /** What is missing may still be on its way from whoever stored it, for so many ms. */
  readonly gapMs: number;
  /** Nothing was told for so many ms: nobody may be telling any more. */
  readonly quietMs: number;
  /** So many ranges that wait for what is missing. */
  readonly ranges: number;
}

const USUAL: RestLimits = { restAfter: 200, gapMs: 100, quietMs: 500, ranges: 256 };

export class ToldRanges {
  private readonly limits: RestLimits;
  private ahead: Range[] = [];
  /** Records that were told without a gap between them, lately. */
  private run = 0;
  private end = 0;
  private toldAt = Number.NEGATIVE_INFINITY;
  private gapSince: number | undefined;

  constructor(limits: RestLimits = USUAL) {
    this.limits = limits;
  }

  /** Up to where all is known, now that these are, too. `now` is a steady clock's, in ms. */
  add(position: number, first: number, last: number, now: number): number {
    this.run = first === this.end + 1 ? this.run + last - this.end : last - first + 1;
    this.end = last;
    this.toldAt = now;
    if (last > position) this.ahead.push({ first, last });
    const known = this.after(position);
    this.gapSince = this.hasGap ? (this.gapSince ?? now) : undefined;
    return known;
  }

  /** Up to where all is known, when all is up to `position`. */
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

  /** Whether something is missing before what was told. */
  private get hasGap(): boolean {
    return this.ahead.length > 0;
  }

  /** All that the feed would bring is told. */
  get mayPause(): boolean {
    return this.run >= this.limits.restAfter && !this.hasGap;
  }

  /** A feed that rests has to go on: something is missing, or nothing is told any more. */
  mustResume(now: number): boolean {
    const { gapMs, quietMs, ranges } = this.limits;
    const isMissing = this.gapSince !== undefined && now - this.gapSince > gapMs;
    return isMissing || this.ahead.length > ranges || now - this.toldAt > quietMs;
  }

  clear(): void {
    this.ahead = [];
    this.run = 0;
    this.end = 0;
    this.gapSince = undefined;
  }
}
