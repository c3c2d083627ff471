// Who the client of a packet is, and in which state (RFC 2131 §4.3, tables 4 and 5), as far as it decides what ciaddr means. Clients fill
// in more fields than they should, so a field's being there tells nothing: the message's type and the way by which it came do.
//
//   RENEWING, REBINDING, INFORM, RELEASE   ciaddr is the client's address: it can be reached there
//   INIT, SELECTING, INIT-REBOOT, DECLINE  it has none, whatever stands in ciaddr (an ended lease, another network's address)
//   BOOTP                                  ciaddr is its address, when it knows one (RFC 951 §3)
import {
  type Decision,
  type Instant,
  isBound,
  type LeaseRequest,
  reservationOf,
  type World,
} from "@leasehold/leases";
import { isNoStation, type Subnet } from "@leasehold/network";
import {
  type ClientId,
  clientIdOfHardware,
  ETHERNET,
  type Ipv4,
  ipv4,
  MessageType,
  OptionCode,
  optionCodec,
  type Packet,
  statedAddress,
} from "@leasehold/protocol";

const REQUESTED_IP_ADDRESS = optionCodec("requestedIpAddress");
const SERVER_IDENTIFIER = optionCodec("serverIdentifier");
const NONE = ipv4(0);

/** ciaddr, where it counts; else 0. `isBroadcast`: whether the packet was sent to all, undefined where that is not known. */
export function ciaddrOf(packet: Packet, isBroadcast: boolean | undefined): Ipv4 {
  const { ciaddr } = packet;
  if (ciaddr === 0) return NONE;
  switch (packet.messageType) {
    case undefined:
    case MessageType.INFORM:
      // Nobody is reached at it alone: a group, or all.
      return isNoStation(ciaddr) ? NONE : ciaddr;
    case MessageType.RELEASE:
      return ciaddr;
    case MessageType.REQUEST:
      return isSelecting(packet, isBroadcast) ? NONE : ciaddr;
    default:
      return NONE;
  }
}

/** RFC 2131 §4.3.2: it has option 54, and was sent to all. One by unicast is of a client in RENEWING, which needs none. */
function isSelecting(packet: Packet, isBroadcast: boolean | undefined): boolean {
  if (statedAddress(packet, SERVER_IDENTIFIER) === undefined) return false;
  if (isBroadcast !== false || packet.giaddr !== 0) return true;
  const requested = statedAddress(packet, REQUESTED_IP_ADDRESS);
  return requested !== undefined && requested !== packet.ciaddr;
}

/**
 * A REQUEST of a client that renews, and that says all the same which server it means: by unicast, or one that is none of ours though
 * the address is the client's here. It is read as if it had left out what it should not have; every other one as it is.
 */
export function readAsRenewal(world: World, packet: Packet, asked: LeaseRequest, now: Instant): LeaseRequest {
  const { type, serverIdentifier, requestedAddress } = asked;
  const { ciaddr } = packet;
  if (type !== MessageType.REQUEST || ciaddr === 0 || serverIdentifier === undefined) return asked;
  if (requestedAddress !== undefined && requestedAddress !== ciaddr) return asked;
  if (!world.network.quirks.has("renewing-with-server-identifier")) return asked;
  const isRenewal = world.isServer(serverIdentifier)
    ? asked.ciaddr !== 0
    : isItsOwn(world, asked, ciaddr, now);
  if (!isRenewal) return asked;
  return {
    ...asked,
    ciaddr,
    misplacedCiaddr: undefined,
    serverIdentifier: undefined,
    requestedAddress: undefined,
  };
}

function isItsOwn(world: World, asked: LeaseRequest, address: Ipv4, now: Instant): boolean {
  const lease = world.view.get(address);
  if (isBound(lease, now)) return lease.client === asked.client;
  return reservationOf(world, asked)?.address === address;
}

/** Whether chaddr tells one machine from another. */
export function isStation({ htype, chaddr }: Packet): boolean {
  return hasNotZero(chaddr) && !isGroup(htype, chaddr);
}

/** Whether an Ethernet frame reaches the client. */
export function isEthernetStation(packet: Packet): boolean {
  return packet.htype === ETHERNET && packet.hlen === 6 && isStation(packet);
}

/** Why a packet has no client identity, in words for `leasehold why`. */
export function identityFault({ htype, hlen, chaddr }: Packet): string {
  if (hlen === 0) return "hlen is 0, and there is no option 61";
  if (isGroup(htype, chaddr)) return "chaddr is a group address, and there is no option 61";
  return "chaddr is all zeros, and there is no option 61";
}

/** The lowest bit of the first octet; ff:ff:ff:ff:ff:ff is one of them. */
function isGroup(htype: number, chaddr: Uint8Array): boolean {
  return htype === ETHERNET && chaddr.length === 6 && (chaddr[0]! & 1) !== 0;
}

function hasNotZero(octets: Uint8Array): boolean {
  for (let at = 0; at < octets.length; at++) if (octets[at] !== 0) return true;
  return false;
}

/**
 * RFC 2131 §4.2: option 61 if there is one, else the hardware address. A subnet with `identity: mac` goes by the hardware
 * address, so that firmware, loader and system of one machine are one client; what has none (RFC 4390) keeps option 61.
 */
export function identityOf(packet: Packet, subnet: Subnet): ClientId | undefined {
  if (subnet.identity === "mac" && isStation(packet)) return clientIdOfHardware(packet.htype, packet.chaddr);
  const stated = packet.hex(OptionCode.clientIdentifier);
  // The same text as of `clientIdFromBytes`.
  if (stated) return stated as ClientId;
  return isStation(packet) ? clientIdOfHardware(packet.htype, packet.chaddr) : undefined;
}

/** What the document or the inventory calls the client. */
export function hostnameOf(
  request: LeaseRequest,
  {
    host,
    subnet,
  }: Pick<Extract<Decision, { kind: "grant" | "inform" | "offer-no-address" }>, "host" | "subnet">,
): string | undefined {
  const reserved = request.reserved?.subnet === subnet ? request.reserved.reservation : undefined;
  return reserved?.hostname ?? host?.hostname;
}
