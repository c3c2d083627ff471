// Which revisions of a stream are known beyond the one up to which all are: what was told, and came before what it follows.

interface Range {
  readonly first: number;
  readonly last: number;
}

export class ToldRanges {
  private ahead: Range[] = [];
  /** Records that were told without a gap between them, lately. */
  run = 0;
  private end = 0;

  /** Up to where all is known, now that these are, too. */
  add(position: number, first: number, last: number): number {
    this.run = first === this.end + 1 ? this.run + last - this.end : last - first + 1;
    this.end = last;
    if (last > position) this.ahead.push({ first, last });
    return this.after(position);
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
  get hasGap(): boolean {
    return this.ahead.length > 0;
  }

  /** How many ranges wait for what is missing. */
  get size(): number {
    return this.ahead.length;
  }

  clear(): void {
    this.ahead = [];
    this.run = 0;
    this.end = 0;
  }
}
