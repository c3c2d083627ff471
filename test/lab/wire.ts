// What a capture saw: a pcap as tcpdump writes it, read as DHCP messages with who sent them to whom. The file may still
// grow: what is not whole yet is left for the next look.
//
//   pcap   24 octets, then records: seconds, microseconds, length, length on the wire (4 octets each, little-endian), frame
//   frame  Ethernet 14, IPv4 20 or more, UDP 8, DHCP
import { closeSync, openSync, readSync } from "node:fs";
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
const CHUNK = 1 << 20;
const LITTLE_ENDIAN_MICROSECONDS = 0xa1b2c3d4;
const IPV4 = 0x0800;
const UDP = 17;

/** Every DHCP message of a capture, in order; what is none is passed over. */
export const readWire = (file: string): WireMessage[] => [...wireOf(file)];

/** Of several captures at once, in the order of time. */
export function* wiresOf(files: readonly string[]): Generator<WireMessage> {
  const wires = files.map(wireOf);
  const heads = wires.map((wire) => wire.next());
  for (;;) {
    const first = heads.reduce(
      (best, { value }, i) =>
        value && !(heads[best]!.value && heads[best]!.value.at <= value.at) ? i : best,
      0,
    );
    const { done, value } = heads[first]!;
    if (done) return;
    yield value;
    heads[first] = wires[first]!.next();
  }
}

/** The same, one after the other: a capture of many minutes need not fit into memory. */
export function* wireOf(file: string): Generator<WireMessage> {
  for (const record of recordsOf(file)) {
    const time = record.readUInt32LE(0) * 1000 + record.readUInt32LE(4) / 1000;
    const message = messageOf(record.subarray(RECORD_HEADER), time);
    if (message) yield message;
  }
}

function* recordsOf(file: string): Generator<Buffer> {
  let isHeaderRead = false;
  let rest: Buffer = Buffer.alloc(0);
  for (const chunk of chunksOf(file)) {
    const bytes = Buffer.concat([rest, chunk]);
    let at = 0;
    if (!isHeaderRead) {
      if (bytes.length < FILE_HEADER || bytes.readUInt32LE(0) !== LITTLE_ENDIAN_MICROSECONDS) return;
      isHeaderRead = true;
      at = FILE_HEADER;
    }
    while (at + RECORD_HEADER <= bytes.length) {
      const end = at + RECORD_HEADER + bytes.readUInt32LE(at + 8);
      if (end > bytes.length) break;
      yield bytes.subarray(at, end);
      at = end;
    }
    rest = bytes.subarray(at);
  }
}

function* chunksOf(file: string): Generator<Buffer> {
  const descriptor = openSync(file, "r");
  try {
    for (;;) {
      const chunk = Buffer.alloc(CHUNK); // A new one each time: messages point into it.
      const length = readSync(descriptor, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
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
