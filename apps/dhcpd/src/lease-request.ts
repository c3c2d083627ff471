// From a packet to what the decision needs to know of it: the link it came from, and who the client is.
import type { LeaseRequest, RelayTrace } from "@leasehold/leases";
import type { Network, Subnet } from "@leasehold/network";
import {
  type ClientId,
  clientIdFromBytes,
  clientIdOfHardware,
  formatIpv4,
  type Ipv4,
  macFromBytes,
  type Packet,
} from "@leasehold/protocol";
import { linkAddressOf } from "./relay-information.ts";

const CLIENT_IDENTIFIER = 61;
const VENDOR_CLASS_IDENTIFIER = 60;
const USER_CLASS = 77;
const RELAY_AGENT_INFORMATION = 82;

export interface Whence {
  /** Of the interface that the packet came in by. */
  readonly interfaceName: string;
  readonly addresses: readonly Ipv4[];
  /** Whether it was sent to all; undefined where the socket cannot tell. */
  readonly isBroadcast?: boolean | undefined;
}

/** The subnets of the link that the client is on, the primary one first; undefined when none is configured. */
export function linkOf(packet: Packet, whence: Whence, network: Network): readonly Subnet[] | undefined {
  const subnet = subnetOf(packet, whence, network);
  if (subnet === undefined) return undefined;
  if (subnet.sharedNetwork === undefined) return [subnet];
  const shared = network.subnets.filter((other) => other.sharedNetwork === subnet.sharedNetwork);
  return [subnet, ...shared.filter((other) => other !== subnet)];
}

function subnetOf(packet: Packet, whence: Whence, network: Network): Subnet | undefined {
  const linkAddress = linkAddressOf(packet);
  if (linkAddress !== 0) return network.subnetOfRelay(linkAddress);
  const onLink = network.subnetOnLink(whence.interfaceName, whence.addresses);
  // A client behind a router renews by unicast without a relay: then only ciaddr tells its subnet. A broadcast without a
  // relay is from this very link, whatever network the client believes to be on.
  if (packet.ciaddr !== 0 && whence.isBroadcast !== true && !onLink?.contains(packet.ciaddr)) {
    return network.subnetContaining(packet.ciaddr) ?? onLink;
  }
  return onLink;
}

/**
 * RFC 2131 §4.2: option 61 if there is one, else the hardware address. A subnet with `identity: mac` goes by the hardware
 * address, so that firmware, loader and system of one machine are one client; what has none (RFC 4390) keeps option 61.
 */
export function identityOf(packet: Packet, subnet: Subnet): ClientId | undefined {
  const byHardware = packet.hlen > 0 && packet.chaddr.some((octet) => octet !== 0);
  if (subnet.identity === "mac" && byHardware) return clientIdOfHardware(packet.htype, packet.chaddr);
  const stated = packet.raw(CLIENT_IDENTIFIER);
  if (stated !== undefined && stated.length > 0) return clientIdFromBytes(stated);
  return byHardware ? clientIdOfHardware(packet.htype, packet.chaddr) : undefined;
}

export function leaseRequestOf(
  packet: Packet,
  type: number,
  link: readonly Subnet[],
  client: ClientId,
  intent: string,
): LeaseRequest {
  return {
    type,
    client,
    mac: macFromBytes(packet.chaddr),
    link,
    ciaddr: packet.ciaddr,
    requestedAddress: packet.get("requestedIpAddress"),
    serverIdentifier: packet.get("serverIdentifier"),
    hostname: hostnameOf(packet),
    xid: packet.xid,
    relay: relayTraceOf(packet),
    firmware: isFirmware(packet),
    intent,
  };
}

/** Option 12, if it could be a name: clients send anything. */
function hostnameOf(packet: Packet): string | undefined {
  const name = packet.get("hostName");
  return name !== undefined && /^[\w][\w.-]{0,252}$/.test(name) ? name : undefined;
}

function relayTraceOf(packet: Packet): RelayTrace | undefined {
  if (packet.giaddr === 0) return undefined;
  const agent = packet.raw(RELAY_AGENT_INFORMATION);
  const giaddr = formatIpv4(packet.giaddr);
  return agent === undefined ? { giaddr } : { giaddr, agent: Buffer.from(agent).toString("hex") };
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
