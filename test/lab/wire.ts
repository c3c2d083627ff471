// What a capture saw: a pcap as tcpdump writes it, read as DHCP messages with who sent them to whom. The file may still
// grow: what is not whole yet is left for the next look.
//
//   pcap   24 octets, then records: seconds, microseconds, length, length on the wire (4 octets each, little-endian), frame
//   frame  Ethernet 14, IPv4 20 or more, UDP 8, DHCP
import { readFileSync } from "node:fs";
import {
  decode,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  macFromBytes,
  type Packet,
} from "@leasehold/protocol";

export interface WireMessage {
  /** ms since the epoch, by the clock of this machine. */
  readonly at: number;
  readonly fromMac: Mac;
  readonly toMac: Mac;
  readonly source: Ipv4;
  readonly target: Ipv4;
  readonly packet: Packet;
  /** Of chaddr: the client that it is from or for. */
  readonly client: Mac;
  /** Option 53. */
  readonly type: number | undefined;
  /** All of it, from the Ethernet header on. */
  readonly frame: Buffer;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LITTLE_ENDIAN_MICROSECONDS = 0xa1b2c3d4;
const IPV4 = 0x0800;
const UDP = 17;

/** Every DHCP message of a capture, in order; what is none is passed over. */
export function readWire(file: string): WireMessage[] {
  const bytes = readFileSync(file);
  if (bytes.length < FILE_HEADER || bytes.readUInt32LE(0) !== LITTLE_ENDIAN_MICROSECONDS) return [];
  const messages: WireMessage[] = [];
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length; ) {
    const end = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
    if (end > bytes.length) break;
    const time = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000;
    const message = messageOf(bytes.subarray(at + RECORD_HEADER, end), time);
    if (message) messages.push(message);
    at = end;
  }
  return messages;
}

function messageOf(frame: Buffer, at: number): WireMessage | undefined {
  if (frame.length < 42 || frame.readUInt16BE(12) !== IPV4 || frame[23] !== UDP) return undefined;
  const udp = 14 + (frame[14]! & 15) * 4;
  const decoded = decode(frame.subarray(udp + 8, udp + frame.readUInt16BE(udp + 4)));
  if (!decoded.ok) return undefined;
  const { packet } = decoded;
  return {
    at,
    fromMac: macFromBytes(frame.subarray(6, 12)),
    toMac: macFromBytes(frame.subarray(0, 6)),
    source: ipv4(frame.readUInt32BE(26)),
    target: ipv4(frame.readUInt32BE(30)),
    packet,
    client: macFromBytes(packet.chaddr),
    type: packet.messageType,
    frame,
  };
}

/** An address that a client was given or was confirmed in. */
export interface Grant {
  readonly at: number;
  readonly address: Ipv4;
  readonly client: Mac;
  readonly seconds: number;
  /** The hardware address of the node. */
  readonly by: Mac;
}

export function grantsOf(messages: readonly WireMessage[]): Grant[] {
  return messages
    .filter(({ type, packet }) => type === MessageType.ACK && packet.yiaddr !== 0)
    .map(({ at, packet, client, fromMac }) => ({
      at,
      address: packet.yiaddr,
      client,
      seconds: packet.get("ipAddressLeaseTime") ?? 0,
      by: fromMac,
    }));
}

export interface DoubleBinding {
  readonly address: Ipv4;
  readonly holder: Mac;
  readonly other: Mac;
  /** When the other one was given it, ms since the epoch. */
  readonly at: number;
}

/**
 * Addresses that a client was given while another one still had them, by what was said on the wire alone: a binding
 * begins with an ACK and ends when the client gives it back, is told NAK, or its time has passed.
 */
export function doubleBindings(messages: readonly WireMessage[]): DoubleBinding[] {
  const holders = new Map<Ipv4, { client: Mac; until: number }>();
  const found: DoubleBinding[] = [];
  for (const message of messages) {
    const { at, client, type, packet } = message;
    if (type === MessageType.RELEASE || type === MessageType.DECLINE || type === MessageType.NAK) {
      for (const [address, holder] of holders) if (holder.client === client) holders.delete(address);
    }
    for (const { address, seconds } of grantsOf([message])) {
      const holder = holders.get(address);
      if (holder && holder.client !== client && at < holder.until) {
        found.push({ address, holder: holder.client, other: client, at });
      }
      holders.set(address, { client, until: at + (packet.has(51) ? seconds : 0) * 1000 });
    }
  }
  return found;
}
