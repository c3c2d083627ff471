// The link that a client is on: which subnets are there, and by which of its addresses the node shows itself to the client (RFC 2131
// §4.1: "the server SHOULD select the IP address the server is using for communication on that subnet").
import { isNoStation, type Network, type Subnet } from "@leasehold/network";
import type { Ipv4, Packet } from "@leasehold/protocol";
import type { Ingress } from "../ports.ts";
import { linkAddressOf, vpnOf } from "../relay/relay-information.ts";
import { isInVpn } from "../relay/virtual-subnet.ts";
import { ciaddrOf } from "./client.ts";

/** The subnets of the link that the client is on, the primary one first; undefined when none is configured. */
export function linkOf(packet: Packet, ingress: Ingress, network: Network): readonly Subnet[] | undefined {
  const subnet = subnetOf(packet, ingress, network);
  return subnet?.link;
}

/**
 * Whether giaddr is nobody's: a group's, a loopback, or the network's own or the broadcast address of a subnet. The reply would go to a
 * whole link, to which a stranger could so have it sent. Option 82 or 118 may name a network by its own address (RFC 3011 §2).
 */
export function isNoRelay(giaddr: Ipv4, network: Network): boolean {
  if (giaddr === 0) return false;
  if (isNoStation(giaddr)) return true;
  const prefix = network.subnetContaining(giaddr)?.prefix;
  // RFC 3021: in a /31 both are hosts.
  return (
    prefix !== undefined && prefix.length < 31 && (giaddr === prefix.address || giaddr === prefix.broadcast)
  );
}

function subnetOf(packet: Packet, ingress: Ingress, network: Network): Subnet | undefined {
  const vpn = vpnOf(packet);
  const isInOther = vpn !== undefined && vpn.kind !== "global";
  if (packet.giaddr === 0) {
    const onLink = network.subnetOnLink(ingress.interfaceName, ingress.addresses);
    // A client on the link itself belongs to the link: options 82 and 118 are a relay agent's to say, and a VPN has to be the link's.
    if ((onLink ?? network).subnetSelection === "relayed" || linkAddressOf(packet) === 0) {
      if (!isInOther) return byCiaddr(packet, ingress, network, onLink);
      return onLink !== undefined && isInVpn(onLink.vss, vpn) ? onLink : undefined;
    }
  }
  const linkAddress = linkAddressOf(packet);
  if (isInOther) return vpn.kind === "vpn" ? network.subnetOfVss(vpn.id, linkAddress) : undefined;
  return network.subnetOfRelay(linkAddress);
}

function byCiaddr(
  packet: Packet,
  { isBroadcast }: Ingress,
  network: Network,
  onLink: Subnet | undefined,
): Subnet | undefined {
  const ciaddr = ciaddrOf(packet, isBroadcast);
  // A client behind a router renews by unicast without a relay: then only ciaddr tells its subnet. A broadcast without a
  // relay is from this very link, whatever network the client believes to be on.
  if (ciaddr !== 0 && isBroadcast !== true && !onLink?.contains(ciaddr)) {
    return network.subnetContaining(ciaddr) ?? onLink;
  }
  return onLink;
}

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
