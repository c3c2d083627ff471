// In which state a client is that sent a packet (RFC 2131 §4.3, tables 4 and 5), as far as it decides what ciaddr means. Clients fill
// in more fields than they should, so a field's being there tells nothing: the message's type and the way by which it came do.
//
//   RENEWING, REBINDING, INFORM, RELEASE   ciaddr is the client's address: it can be reached there
//   INIT, SELECTING, INIT-REBOOT, DECLINE  it has none, whatever stands in ciaddr (an ended lease, another network's address)
//   BOOTP                                  ciaddr is its address, when it knows one (RFC 951 §3)
import { type Instant, isBound, type LeaseRequest, reservationOf, type World } from "@leasehold/leases";
import { isNoStation } from "@leasehold/network";
import { type Ipv4, ipv4, MessageType, optionCodec, type Packet, statedAddress } from "@leasehold/protocol";

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
