// "10.77.16.0-10.77.31.255": the addresses from the first to the last, both included.
import { formatIpv4, type Ipv4, ipv4, type Prefix, parseIpv4 } from "@leasehold/protocol";

export interface AddressRange {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

/** The two ends as written, possibly reversed; undefined when it is no range. Spaces around the dash are allowed. */
export function parseRange(text: string): AddressRange | undefined {
  const [first, last, ...rest] = text.split("-").map((end) => parseIpv4(end.trim()));
  return first === undefined || last === undefined || rest.length > 0 ? undefined : { first, last };
}

/** A range, or a single address as a range of one. */
export function parseAddressOrRange(text: string): AddressRange | undefined {
  const address = parseIpv4(text.trim());
  return address === undefined ? parseRange(text) : { first: address, last: address };
}

export function formatRange(range: AddressRange): string {
  return `${formatIpv4(range.first)}-${formatIpv4(range.last)}`;
}

/**
 * The part of a range that may be leased: without the prefix's network and broadcast address. A /31 and a /32 have
 * neither (RFC 3021). Undefined when nothing is left.
 */
export function leasablePart(range: AddressRange, prefix: Prefix): AddressRange | undefined {
  const reserved = prefix.length < 31 ? 1 : 0;
  const first = Math.max(range.first, prefix.address + reserved);
  const last = Math.min(range.last, prefix.broadcast - reserved);
  return first > last ? undefined : { first: ipv4(first), last: ipv4(last) };
}

/** What is left of `ranges` without `holes`, in rising order. Ranges must not overlap; holes may, and may lie outside. */
export function withoutHoles(
  ranges: readonly AddressRange[],
  holes: readonly AddressRange[],
): readonly AddressRange[] {
  const inOrder = [...holes].sort(byFirst);
  return [...ranges].sort(byFirst).flatMap((range) => {
    const left: AddressRange[] = [];
    let next: number = range.first;
    for (const hole of inOrder) {
      if (hole.last < next) continue;
      if (hole.first > range.last) break;
      if (hole.first > next) left.push({ first: ipv4(next), last: ipv4(hole.first - 1) });
      next = hole.last + 1;
    }
    if (next <= range.last) left.push({ first: ipv4(next), last: range.last });
    return left;
  });
}

export function byFirst(a: AddressRange, b: AddressRange): number {
  return a.first - b.first;
}
