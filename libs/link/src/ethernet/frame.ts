// An Ethernet frame around a DHCP reply, for clients that have no address yet and cannot answer ARP (RFC 2131 §4.1: "the
// server … SHOULD unicast to the client's hardware address and yiaddr").
//
//   0       6       12    14                34           42
//   | dst   | src   | 0800 | IPv4 header 20 | UDP 8      | DHCP …
import { type Ipv4, type Mac, macBytes } from "@leasehold/protocol";

const HEADERS = 14 + 20 + 8;

export interface FrameEnds {
  readonly sourceMac: Mac;
  readonly targetMac: Uint8Array;
  readonly source: Ipv4;
  readonly target: Ipv4;
}

/** Writes the frame into `into` (payload + 42 octets); returns its length. Ports are 67 and 68. */
export function writeFrame(into: Buffer, ends: FrameEnds, payload: Uint8Array): number {
  const udpLength = payload.length + 8;
  into.set(ends.targetMac.subarray(0, 6), 0);
  into.set(macBytes(ends.sourceMac), 6);
  into.writeUInt16BE(0x0800, 12);
  writeIpv4(into, ends, udpLength + 20);
  into.writeUInt16BE(67, 34);
  into.writeUInt16BE(68, 36);
  into.writeUInt16BE(udpLength, 38);
  into.writeUInt16BE(0, 40);
  into.set(payload, HEADERS);
  into.writeUInt16BE(udpChecksum(into, udpLength), 40);
  return HEADERS + payload.length;
}

function writeIpv4(into: Buffer, ends: FrameEnds, length: number): void {
  into[14] = 0x45;
  into[15] = 0x10; // low delay, as dhcpd sends
  into.writeUInt16BE(length, 16);
  into.writeUInt32BE(0, 18);
  into[22] = 64;
  into[23] = 17;
  into.writeUInt16BE(0, 24);
  into.writeUInt32BE(ends.source, 26);
  into.writeUInt32BE(ends.target, 30);
  into.writeUInt16BE(fold(sum(into, 14, 34)), 24);
}

// Some boot ROMs drop a datagram without a checksum although IPv4 allows it.
function udpChecksum(frame: Buffer, udpLength: number): number {
  const pseudo = sum(frame, 26, 34) + 17 + udpLength;
  return fold(pseudo + sum(frame, 34, 34 + udpLength)) || 0xffff;
}

function sum(bytes: Buffer, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to - 1; i += 2) total += (bytes[i]! << 8) | bytes[i + 1]!;
  return (to - from) % 2 === 0 ? total : total + (bytes[to - 1]! << 8);
}

function fold(total: number): number {
  let t = total;
  while (t > 0xffff) t = (t & 0xffff) + (t >>> 16);
  return ~t & 0xffff;
}
