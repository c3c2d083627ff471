// ICMP echo (RFC 792): 0 type: 8 request, 0 reply | 1 code | 2 checksum | 4 identifier | 6 sequence | 8 data
import { type Ipv4, ipv4 } from "@leasehold/protocol";

export const ECHO_SIZE = 24;
const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
const ICMP = 1;

/** Writes an echo request into `into` (24 octets) and returns its length. */
export function writeEchoRequest(into: Buffer, identifier: number, sequence: number): number {
  into.fill(0, 0, ECHO_SIZE);
  into[0] = ECHO_REQUEST;
  into.writeUInt16BE(identifier, 4);
  into.writeUInt16BE(sequence, 6);
  into.write("leasehold probe", 8, "latin1");
  let sum = 0;
  for (let at = 0; at < ECHO_SIZE; at += 2) sum += into.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  into.writeUInt16BE(~sum & 0xffff, 2);
  return ECHO_SIZE;
}

/** Who answered an echo request of ours: the source of an IPv4 datagram. Undefined when it is no such answer. */
export function echoReplySource(datagram: Buffer, identifier: number): Ipv4 | undefined {
  const headerSize = (datagram[0]! & 0x0f) * 4;
  if (datagram.length < headerSize + 8 || headerSize < 20 || datagram[9] !== ICMP) return undefined;
  const isOurs = datagram[headerSize] === ECHO_REPLY && datagram.readUInt16BE(headerSize + 4) === identifier;
  return isOurs ? ipv4(datagram.readUInt32BE(12)) : undefined;
}
