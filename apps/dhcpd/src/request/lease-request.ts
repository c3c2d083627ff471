// From a packet to what the decision needs to know of it: the link it came from, and who the client is.
import type { Inventory } from "@leasehold/inventory";
import type { ClientTrace, LeaseRequest, LeaseView, RelayTrace } from "@leasehold/leases";
import {
  type ClientFacts,
  isNoStation,
  type Network,
  reservationOnLink,
  type Subnet,
} from "@leasehold/network";
import {
  type ClientId,
  clientIdFromBytes,
  clientIdOfHardware,
  formatIpv4,
  type Ipv4,
  MessageType,
  macFromBytes,
  optionCodec,
  type Packet,
  parseIpv4,
  statedAddress,
} from "@leasehold/protocol";
import type { Ingress } from "../ports.ts";
import { linkAddressOf } from "../relay/relay-information.ts";
import { isInVpn, vpnOf } from "../relay/virtual-subnet.ts";
import { ciaddrOf } from "./client-state.ts";
import { asksForIpv6Only } from "./ipv6-only.ts";
import { nonceAsked } from "./nonce.ts";
import { isStation } from "./station.ts";

const ETHERNET = 1;
const CLIENT_IDENTIFIER = 61;
const VENDOR_CLASS_IDENTIFIER = 60;
const USER_CLASS = 77;
const RELAY_AGENT_INFORMATION = 82;
const IP_ADDRESS_LEASE_TIME = optionCodec("ipAddressLeaseTime");
const REQUESTED_IP_ADDRESS = optionCodec("requestedIpAddress");
const SERVER_IDENTIFIER = optionCodec("serverIdentifier");
const HOST_NAME = optionCodec("hostName");

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
 * RFC 2131 §4.2: option 61 if there is one, else the hardware address. A subnet with `identity: mac` goes by the hardware
 * address, so that firmware, loader and system of one machine are one client; what has none (RFC 4390) keeps option 61.
 */
export function identityOf(packet: Packet, subnet: Subnet): ClientId | undefined {
  if (subnet.identity === "mac" && isStation(packet)) return clientIdOfHardware(packet.htype, packet.chaddr);
  const stated = packet.hex(CLIENT_IDENTIFIER);
  // The same text as of `clientIdFromBytes`.
  if (stated) return stated as ClientId;
  return isStation(packet) ? clientIdOfHardware(packet.htype, packet.chaddr) : undefined;
}

/** What the request is made of besides the packet. */
export interface Knowledge {
  readonly network: Network;
  readonly inventory: Inventory;
  readonly link: readonly Subnet[];
  readonly client: ClientId;
  readonly intent: string;
  /** Whether this node gives nonces (RFC 6704). Absent: no. */
  readonly givesNonces?: boolean;
  /** Whether the packet was sent to all; undefined where that is not known. */
  readonly isBroadcast?: boolean | undefined;
  /** Where the relay agent is looked up by which a client came that renews now without it. */
  readonly view?: Pick<LeaseView, "get">;
}

export function leaseRequestOf(packet: Packet, type: number, knowledge: Knowledge): LeaseRequest {
  const { network, inventory, link, client, intent, view, isBroadcast, givesNonces = false } = knowledge;
  const ciaddr = ciaddrOf(packet, isBroadcast);
  const mac = macFromBytes(packet.chaddr);
  const host = inventory.byMac(mac) ?? inventory.byClientId(client);
  const earlier = view && earlierRelayOf(packet.giaddr, ciaddr, client, view);
  const facts = { packet, mac, host, subnet: link[0], agent: earlier?.agent, giaddr: earlier?.giaddr };
  return {
    type,
    client,
    mac,
    link,
    classes: network.classesOf(facts),
    reserved: reservationOnLink(link, facts),
    requestedSeconds: packet.read(IP_ADDRESS_LEASE_TIME) || undefined,
    ciaddr,
    misplacedCiaddr: ciaddr === packet.ciaddr ? undefined : packet.ciaddr,
    requestedAddress: statedAddress(packet, REQUESTED_IP_ADDRESS),
    serverIdentifier: statedAddress(packet, SERVER_IDENTIFIER),
    isIpv6OnlyCapable: packet.messageType === MessageType.DISCOVER && asksForIpv6Only(packet),
    nonce: givesNonces ? nonceAsked(packet) : undefined,
    hostname: hostnameOf(packet),
    xid: packet.xid,
    relay: relayTraceOf(packet),
    relayAddress: packet.giaddr === 0 ? undefined : packet.giaddr,
    trace: network.leasequeryPeers.size === 0 ? undefined : clientTraceOf(packet, client),
    firmware: isFirmware(packet),
    intent,
  };
}

/** Option 12, if it could be a name: clients send anything. */
function hostnameOf(packet: Packet): string | undefined {
  const name = packet.read(HOST_NAME);
  return name !== undefined && /^[\w][\w.-]{0,252}$/.test(name) ? name : undefined;
}

/**
 * RFC 2131 §4.3.2: who renews does so by unicast, past its relay agent. It is still where its lease says, so that what is
 * reserved for a port stays its own (RFC 6925 §5).
 */
function earlierRelayOf(
  sentBy: Ipv4,
  ciaddr: Ipv4,
  client: ClientId,
  view: Pick<LeaseView, "get">,
): Pick<ClientFacts, "agent" | "giaddr"> | undefined {
  if (sentBy !== 0 || ciaddr === 0) return undefined;
  const lease = view.get(ciaddr);
  if (lease?.client !== client || lease.state !== "bound" || lease.relay === undefined) return undefined;
  const { agent, giaddr } = lease.relay;
  return { giaddr: parseIpv4(giaddr), agent: agent === undefined ? undefined : Buffer.from(agent, "hex") };
}

function relayTraceOf(packet: Packet): RelayTrace | undefined {
  if (packet.giaddr === 0) return undefined;
  return { giaddr: formatIpv4(packet.giaddr), agent: packet.hex(RELAY_AGENT_INFORMATION) || undefined };
}

function clientTraceOf(packet: Packet, client: ClientId): ClientTrace {
  const identifier = packet.raw(CLIENT_IDENTIFIER);
  const stated = identifier?.length ? clientIdFromBytes(identifier) : undefined;
  // An identity that is no hardware address can only be what the client stated.
  const isPlain = stated === client && client !== clientIdOfHardware(packet.htype, packet.chaddr);
  const vendorClass = packet.hex(VENDOR_CLASS_IDENTIFIER) || undefined;
  return {
    ...(stated === undefined || isPlain ? {} : { clientIdentifier: stated }),
    ...(vendorClass === undefined ? {} : { vendorClass }),
    ...(packet.htype === ETHERNET ? {} : { htype: packet.htype }),
  };
}

function isFirmware(packet: Packet): boolean {
  const vendorClass = packet.raw(VENDOR_CLASS_IDENTIFIER);
  if (vendorClass !== undefined && /^(PXE|HTTP)Client/.test(latin1(vendorClass))) return true;
  const userClass = packet.raw(USER_CLASS);
  return userClass !== undefined && latin1(userClass).includes("iPXE");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
