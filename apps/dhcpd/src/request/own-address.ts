// By which of its addresses a node shows itself to a client (RFC 2131 §4.1: "the server SHOULD select the IP address the server is using
// for communication on that subnet").
import type { Subnet } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";

/**
 * The node's own address on the link that is in the client's subnet; else one in another subnet of the link, else the first. `others`
 * are those of the client's link. The cluster's identity, where the document has one, counts before this.
 */
export function ownAddressFor(
  { addresses }: { readonly addresses: readonly Ipv4[] },
  subnet: Pick<Subnet, "contains"> | undefined,
  others: readonly Pick<Subnet, "contains">[] = [],
): Ipv4 {
  if (addresses.length === 1) return addresses[0]!;
  for (const each of [subnet, ...others]) {
    const own = each && addresses.find((address) => each.contains(address));
    if (own !== undefined) return own;
  }
  return addresses[0]!;
}
