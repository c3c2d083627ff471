// A small, fast random source that a seed repeats (xorshift128, Marsaglia 2003).

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Any whole number is a seed. */
  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9 | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    this.#d = 0x243f6a88;
    for (let warm = 0; warm < 20; warm++) this.next();
  }

  /** A whole number from 0 to 0xffffffff. */
  next(): number {
    const t = this.#d ^ (this.#d << 11);
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = this.#a;
    this.#a = this.#a ^ (this.#a >>> 19) ^ (t ^ (t >>> 8));
    return this.#a >>> 0;
  }

  /** A whole number from 0 to `end` - 1; 0 when `end` is 0. */
  below(end: number): number {
    return end === 0 ? 0 : this.next() % end;
  }
}
