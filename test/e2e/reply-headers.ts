// What stands around a DHCP message on the wire: the headers of IPv4 (RFC 791) and UDP (RFC 768), and whether their
// checksums are right.
import { formatIpv4, type Ipv4, ipv4 } from "@leasehold/protocol";

export interface Headers {
  /** "10.77.0.11:67 → 255.255.255.255:68" */
  readonly ports: string;
  readonly hasRightIpChecksum: boolean;
  /**
   * "for the card": the kernel left it to the network card, which veth does not have: what is there is the sum of the
   * pseudo-header, by which the card would have begun.
   */
  readonly udpChecksum: "right" | "for the card" | "wrong";
  readonly hasRightLengths: boolean;
}

const ETHERNET = 14;

export function headersOf(frame: Buffer): Headers {
  const udp = ETHERNET + (frame[ETHERNET]! & 15) * 4;
  const ipLength = frame.readUInt16BE(16);
  const udpLength = frame.readUInt16BE(udp + 4);
  const end = (at: number, port: number) => `${formatIpv4(addressAt(frame, at))}:${frame.readUInt16BE(port)}`;
  return {
    ports: `${end(26, udp)} → ${end(30, udp + 2)}`,
    hasRightIpChecksum: sum(frame.subarray(ETHERNET, udp)) === 0xffff,
    udpChecksum: udpChecksum(frame, udp, udpLength),
    hasRightLengths: ipLength === udpLength + udp - ETHERNET && frame.length >= ETHERNET + ipLength,
  };
}

function udpChecksum(frame: Buffer, udp: number, length: number): Headers["udpChecksum"] {
  const pseudo = Buffer.concat([frame.subarray(26, 34), Buffer.from([0, 17, length >> 8, length & 255])]);
  const all = sum(Buffer.concat([pseudo, frame.subarray(udp, udp + length)]));
  // 0 says that there is none, and some boot ROMs drop that.
  if (all === 0xffff && frame.readUInt16BE(udp + 6) !== 0) return "right";
  return frame.readUInt16BE(udp + 6) === sum(pseudo) ? "for the card" : "wrong";
}

const addressAt = (frame: Buffer, at: number): Ipv4 => ipv4(frame.readUInt32BE(at));

/** The ones' complement sum of 16-bit words (RFC 1071). */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}
