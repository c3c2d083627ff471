// IPv4 addresses, lists and pairs of them, and classless routes.

import { u32 } from "../../values/octets.ts";
import {
  type Ipv4,
  maskOf,
  type Prefix,
  parseIpv4,
  parsePrefix,
  ipv4 as toIpv4,
} from "../../values/values.ts";
import { fieldsOf, joinAll, listed, listOf, type Shape } from "./shape.ts";

/** An address; an operator writes "10.0.0.1". */
export const ipv4: Shape<Ipv4> & { readonly size: number } = {
  expected: "an IPv4 address",
  size: 4,
  read: (bytes, start, end) => (end - start === 4 ? (u32(bytes, start) as Ipv4) : undefined),
  write(value) {
    const address = typeof value === "string" ? parseIpv4(value) : value;
    if (typeof address !== "number" || address !== toIpv4(address)) return undefined;
    return Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);
  },
};

export const ipv4s: Shape<readonly Ipv4[]> = listOf(ipv4, "a list of IPv4 addresses");
/** Mobile IP home agents may be none: "no home agents are available" (RFC 2132 §8.13). */
export const ipv4sOrNone: Shape<readonly Ipv4[]> = listOf(ipv4, "a list of IPv4 addresses, perhaps empty", 0);

/** Address and mask (21), or destination and router (33); an operator writes ["10.1.0.0", "255.255.0.0"]. */
export type AddressPair = readonly [Ipv4, Ipv4];

const ipv4Pair: Shape<AddressPair> & { readonly size: number } = {
  expected: "a pair of IPv4 addresses",
  size: 8,
  read: (bytes, start, end) =>
    end - start === 8 ? [u32(bytes, start) as Ipv4, u32(bytes, start + 4) as Ipv4] : undefined,
  write: (value) =>
    Array.isArray(value) && value.length === 2 ? joinAll(value.map((one) => ipv4.write(one))) : undefined,
};

export const ipv4Pairs: Shape<readonly AddressPair[]> = listOf(ipv4Pair, "a list of pairs of IPv4 addresses");

/** A route; `router` 0.0.0.0 says that the destination is on the link (RFC 3442, "Local Subnet Routes"). */
export interface Route {
  readonly destination: Pick<Prefix, "address" | "length">;
  readonly router: Ipv4;
}

/** RFC 3442: the width of the mask, the octets of the destination that it covers, the router; and so on. */
export const routes: Shape<readonly Route[]> = {
  expected: 'a list of routes { destination: "10.1.0.0/16", router: "10.0.0.1" }',
  read(bytes, start, end) {
    const found: Route[] = [];
    let at = start;
    while (at < end) {
      const length = bytes[at++]!;
      const octets = (length + 7) >>> 3;
      if (length > 32 || at + octets + 4 > end) return undefined;
      let address = 0;
      for (let index = 0; index < octets; index++) address |= bytes[at + index]! << (24 - 8 * index);
      // Bits beyond the mask mean nothing: RFC 3442 has the client take the masked subnet number.
      const destination = { address: toIpv4(address & maskOf(length)), length };
      found.push({ destination, router: u32(bytes, at + octets) as Ipv4 });
      at += octets + 4;
    }
    return found.length > 0 ? found : undefined;
  },
  write(value) {
    const items = listed(value);
    return items.length === 0 ? undefined : joinAll(items.map(writeRoute));
  },
};

function writeRoute(value: unknown): Uint8Array | undefined {
  const fields = fieldsOf(value);
  const destination = fields?.destination;
  const prefix = typeof destination === "string" ? parsePrefix(destination) : fieldsOf(destination);
  const address = ipv4.write(prefix?.address);
  const length = prefix?.length;
  if (address === undefined || typeof length !== "number") return undefined;
  if (!Number.isInteger(length) || length < 0 || length > 32) return undefined;
  return joinAll([
    Uint8Array.of(length),
    address.subarray(0, (length + 7) >>> 3),
    ipv4.write(fields?.router),
  ]);
}
