// Packets of clients in, replies in words out.
import {
  type ClientId,
  clientIdOfHardware,
  decode,
  type EncodedOption,
  encode,
  encodeOption,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  type MessageTypeName,
  macBytes,
  messageTypeName,
  type OptionInput,
  type OptionName,
  optionByName,
  type Packet,
  parseIpv4,
  parseMac,
} from "@leasehold/protocol";
import type { Destination } from "../src/ports.ts";

export const ip = (text: string): Ipv4 => parseIpv4(text)!;

export interface Client {
  readonly mac: Mac;
  readonly client: ClientId;
}

export function client(n: number): Client {
  const mac = parseMac(`02000000${n.toString(16).padStart(4, "0")}`)!;
  return { mac, client: clientIdOfHardware(1, macBytes(mac)) };
}

export const [alice, bob] = [client(1), client(2)];

/** By which the first node is known, and an address of its pool. */
export const SERVER = "10.0.0.2";
export const X = "10.0.0.10";

export interface Fields {
  readonly op?: number;
  readonly htype?: number;
  readonly hlen?: number;
  readonly chaddr?: Uint8Array;
  readonly hops?: number;
  readonly xid?: number;
  readonly secs?: number;
  readonly broadcast?: boolean;
  readonly ciaddr?: string;
  readonly giaddr?: string;
  /** Option 50. */
  readonly requested?: string;
  /** Option 54. */
  readonly server?: string;
  /** Option 55. */
  readonly wants?: readonly number[];
  /** Others, encoded. */
  readonly options?: readonly EncodedOption[];
}

export function option<Name extends OptionName>(name: Name, value: OptionInput<Name>): EncodedOption {
  return [optionByName(name)!.code, encodeOption(name, value)];
}

/** The octets that a client sends; `type` undefined makes a BOOTP request. */
export function packetOf(type: MessageTypeName | undefined, of: Client, fields: Fields = {}): Buffer {
  const { htype = 1, hlen = 6, hops = 0, xid = 0x1dea, secs = 0, op = 1 } = fields;
  const message = {
    ...{ op, htype, hlen, hops, xid, secs, flags: fields.broadcast ? 0x8000 : 0 },
    ...{ ciaddr: ip(fields.ciaddr ?? "0.0.0.0"), yiaddr: ipv4(0), siaddr: ipv4(0) },
    ...{ giaddr: ip(fields.giaddr ?? "0.0.0.0"), chaddr: fields.chaddr ?? macBytes(of.mac) },
    options: optionsOf(type, fields),
  };
  const into = Buffer.alloc(1472);
  return into.subarray(0, encode(message, into, { maximumSize: into.length }));
}

function optionsOf(type: MessageTypeName | undefined, fields: Fields): EncodedOption[] {
  const options: EncodedOption[] = [];
  if (type !== undefined) options.push([53, Uint8Array.of(MessageType[type])]);
  if (fields.requested !== undefined) options.push(option("requestedIpAddress", ip(fields.requested)));
  if (fields.server !== undefined) options.push(option("serverIdentifier", ip(fields.server)));
  if (fields.wants !== undefined) options.push([55, Uint8Array.from(fields.wants)]);
  return [...options, ...(fields.options ?? [])];
}

export function packet(type: MessageTypeName | undefined, of: Client, fields: Fields = {}): Packet {
  return decoded(packetOf(type, of, fields));
}

export function decoded(bytes: Uint8Array): Packet {
  const result = decode(bytes);
  if (!result.ok) throw new Error(`not a DHCP message: ${result.failure}`);
  return result.packet;
}

/** What makes a REQUEST one of SELECTING. */
export function selecting(requested = X, more: Fields = {}): Fields {
  return { requested, server: SERVER, ...more };
}

export function ackOf(address = X, seconds = 3600, server = SERVER): string {
  return `ACK ${address} for ${seconds} s from ${server}`;
}

/** "OFFER 10.0.0.10 for 3600 s from 10.0.0.2", "NAK (held by another) from 10.0.0.2" */
export function told(reply: Packet): string {
  const seconds = reply.get("ipAddressLeaseTime");
  const message = reply.get("message");
  const from = reply.get("serverIdentifier");
  return [
    messageTypeName(reply.messageType ?? 0),
    ...(reply.yiaddr === 0 ? [] : [formatIpv4(reply.yiaddr)]),
    ...(seconds === undefined ? [] : [`for ${seconds} s`]),
    ...(message === undefined ? [] : [`(${message})`]),
    ...(from === undefined ? [] : [`from ${formatIpv4(from)}`]),
  ].join(" ");
}

export function shownDestination(destination: Destination): string {
  switch (destination.kind) {
    case "unicast":
      return `${formatIpv4(destination.address)}:${destination.port}`;
    case "broadcast":
      return "everybody";
    case "hardware":
      return `the hardware address, as ${formatIpv4(destination.address)}`;
    default:
      return destination satisfies never;
  }
}
