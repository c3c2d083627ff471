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
