// Whether a packet's hardware address is one machine's: zeros are no machine's, and a group address (IEEE 802) is of many. Firmware
// that cannot read its own address sends such a thing. Nobody is known by it, and no frame goes there.
import type { Packet } from "@leasehold/protocol";

const ETHERNET = 1;

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
