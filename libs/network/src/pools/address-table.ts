// Which of some disjoint address ranges holds an address, by binary search: the same for pools and for prefixes.
// Prefixes of one document do not overlap, so the one that holds an address is also the longest one that does.
import type { Ipv4 } from "@leasehold/protocol";

export class AddressTable<T> {
  private readonly entries: readonly { readonly first: Ipv4; readonly last: Ipv4; readonly entry: T }[];

  constructor(entries: Iterable<T>, range: (entry: T) => { readonly first: Ipv4; readonly last: Ipv4 }) {
    this.entries = Array.from(entries, (entry) => ({ ...range(entry), entry })).sort(
      (a, b) => a.first - b.first,
    );
  }

  holding(address: Ipv4): T | undefined {
    let low = 0;
    let high = this.entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const candidate = this.entries[middle]!;
      if (address < candidate.first) high = middle - 1;
      else if (address > candidate.last) low = middle + 1;
      else return candidate.entry;
    }
    return undefined;
  }
}
