// The addresses of a pool, with holes, numbered from 0 in rising order. One range is answered by arithmetic, several by
// binary search: thousands of holes cost a dozen comparisons.
import { type Ipv4, ipv4 } from "@leasehold/protocol";
import type { AddressRange } from "./address-range.ts";

export class LeasableAddresses {
  /** Disjoint, in rising order; one at least. */
  readonly ranges: readonly AddressRange[];
  readonly first: Ipv4;
  readonly last: Ipv4;
  readonly size: number;
  private readonly firsts: Uint32Array;
  private readonly lasts: Uint32Array;
  /** How many addresses stand before each range. */
  private readonly before: Uint32Array;

  constructor(ranges: readonly AddressRange[]) {
    this.ranges = ranges;
    this.firsts = Uint32Array.from(ranges, ({ first }) => first);
    this.lasts = Uint32Array.from(ranges, ({ last }) => last);
    this.before = new Uint32Array(ranges.length);
    let size = 0;
    for (const [i, { first, last }] of ranges.entries()) {
      this.before[i] = size;
      size += last - first + 1;
    }
    this.size = size;
    this.first = ipv4(this.firsts[0] ?? 0);
    this.last = ipv4(this.lasts.at(-1) ?? 0);
  }

  /** The address with this number, 0 … size - 1. */
  at(index: number): Ipv4 {
    if (this.before.length === 1) return ipv4(this.first + index);
    const range = lastNotAbove(this.before, index);
    return ipv4(this.firsts[range]! + index - this.before[range]!);
  }

  /** The number of an address that is contained. */
  indexOf(address: Ipv4): number {
    const range = lastNotAbove(this.firsts, address);
    return this.before[range]! + address - this.firsts[range]!;
  }

  contains(address: Ipv4): boolean {
    if (address < this.first || address > this.last || this.size === 0) return false;
    return this.before.length === 1 || address <= this.lasts[lastNotAbove(this.firsts, address)]!;
  }
}

/** The index of the last of the rising numbers that is not above `value`; the first is not. */
function lastNotAbove(rising: Uint32Array, value: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (rising[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
