// ARP over Ethernet, as far as asking who uses an address needs it (RFC 826; RFC 5227 §2.1.1). Offsets in octets:
//   0 dst | 6 src | 12 0806 | 14 hardware 1 | 16 protocol 0800 | 18 sizes 6, 4 | 20 operation: 1 request, 2 reply
//   22 sender MAC | 28 sender IP | 32 target MAC | 38 target IP
import { type Ipv4, ipv4, type Mac, macBytes, macFromBytes } from "@leasehold/protocol";

/** The least Ethernet frame without its checksum; ARP itself takes 42 octets of it. */
export const PROBE_SIZE = 60;
const ARP_SIZE = 42;
const ETHERNET_IPV4 = Uint8Array.of(0x08, 0x06, 0, 1, 0x08, 0, 6, 4);
const REQUEST = 1;

/**
 * Writes an ARP Probe into `into` (60 octets) and returns its length. RFC 5227 §2.1.1: broadcast; the sender IP MUST be all
 * zeroes, so that no ARP cache is polluted; the target hardware address SHOULD be zeroes.
 */
export function writeArpProbe(into: Buffer, mac: Uint8Array, address: Ipv4): number {
  into.fill(0, 0, PROBE_SIZE);
  into.fill(0xff, 0, 6);
  into.set(mac, 6);
  into.set(ETHERNET_IPV4, 12);
  into.writeUInt16BE(REQUEST, 20);
  into.set(mac, 22);
  into.writeUInt32BE(address, 38);
  return PROBE_SIZE;
}

/** RFC 5227 §2.3: "identical to the ARP Probe …, except that now the sender and target IP addresses are both set to" it. */
export function writeArpAnnouncement(into: Buffer, mac: Mac, address: Ipv4): number {
  const length = writeArpProbe(into, macBytes(mac), address);
  into.writeUInt32BE(address, 28);
  return length;
}

/**
 * Who says to have which address: the sender of an ARP packet, request or reply alike (RFC 5227 §2.1.1). Undefined for a
 * probe, because other nodes and the client itself may be asking for the same address; and for anything that is not ARP
 * for IPv4 over Ethernet.
 */
export function arpSender(frame: Buffer): { readonly address: Ipv4; readonly mac: Mac } | undefined {
  if (frame.length < ARP_SIZE || ETHERNET_IPV4.some((octet, index) => frame[12 + index] !== octet)) {
    return undefined;
  }
  const address = ipv4(frame.readUInt32BE(28));
  return address === 0 ? undefined : { address, mac: macFromBytes(frame.subarray(22, 28)) };
}
