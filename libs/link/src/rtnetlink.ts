// What the kernel says of the machine's interfaces and their addresses: rtnetlink(7), read only.
//
//   nlmsghdr   length 4 | type 2 | flags 2 | sequence 4 | port 4
//   ifinfomsg  family 1 | pad 1 | type 2 | index 4 | flags 4 | change 4
//   ifaddrmsg  family 1 | prefix length 1 | flags 1 | scope 1 | index 4
//   attributes length 2 | type 2 | value, padded to 4
import { type Ipv4, ipv4, type Mac, macFromBytes } from "@leasehold/protocol";

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const NLM_F_REQUEST = 1;
export const NLM_F_DUMP = 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const AF_INET = 2;
const HEADER = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFF_UP = 0x1;
const IFF_LOWER_UP = 0x10000;

export interface LinkWord {
  readonly kind: "link";
  readonly isGone: boolean;
  readonly index: number;
  readonly name: string;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  /** Undefined where it is no Ethernet address. */
  readonly mac: Mac | undefined;
  readonly mtu: number;
}

export interface AddressWord {
  readonly kind: "address";
  readonly isGone: boolean;
  readonly index: number;
  readonly address: Ipv4;
  readonly label: string;
}

/** `errno` 0 is an acknowledgement. */
export type KernelWord =
  | LinkWord
  | AddressWord
  | { readonly kind: "done" }
  | { readonly kind: "error"; readonly errno: number };

/** The messages of one datagram; what is cut short or of another kind is left out. */
export function* kernelWords(datagram: Buffer): Generator<KernelWord> {
  for (let at = 0; at + HEADER <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < HEADER || at + length > datagram.length) return;
    const word = wordOf(datagram.readUInt16LE(at + 4), datagram.subarray(at + HEADER, at + length));
    if (word !== undefined) yield word;
    at += (length + 3) & ~3;
  }
}

function wordOf(type: number, body: Buffer): KernelWord | undefined {
  switch (type) {
    case NLMSG_DONE:
      return { kind: "done" };
    case NLMSG_ERROR:
      return body.length < 4 ? undefined : { kind: "error", errno: -body.readInt32LE(0) };
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return linkOf(body, type === RTM_DELLINK);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return addressOf(body, type === RTM_DELADDR);
    default:
      return undefined;
  }
}

function linkOf(body: Buffer, isGone: boolean): LinkWord | undefined {
  if (body.length < 16) return undefined;
  const attributes = attributesOf(body.subarray(16));
  const name = textOf(attributes.get(IFLA_IFNAME));
  // A bridge tells of its ports in messages that are not about the interface itself.
  if (name === undefined || body[0] !== 0) return undefined;
  const flags = body.readUInt32LE(8);
  const hardware = attributes.get(IFLA_ADDRESS);
  const mtu = attributes.get(IFLA_MTU);
  return {
    kind: "link",
    isGone,
    index: body.readInt32LE(4),
    name,
    isUp: (flags & IFF_UP) !== 0,
    hasCarrier: (flags & IFF_LOWER_UP) !== 0,
    mac: hardware?.length === 6 ? macFromBytes(hardware) : undefined,
    mtu: mtu?.length === 4 ? mtu.readUInt32LE(0) : 0,
  };
}

function addressOf(body: Buffer, isGone: boolean): AddressWord | undefined {
  if (body.length < 8 || body[0] !== AF_INET) return undefined;
  const attributes = attributesOf(body.subarray(8));
  // Of a point-to-point link IFA_ADDRESS is the other end.
  const own = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  if (own?.length !== 4) return undefined;
  const label = textOf(attributes.get(IFA_LABEL)) ?? "";
  return { kind: "address", isGone, index: body.readUInt32LE(4), address: ipv4(own.readUInt32BE(0)), label };
}

function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    found.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}

function textOf(value: Buffer | undefined): string | undefined {
  return value?.toString("latin1").replace(/\0.*$/s, "");
}

/** Asks for all interfaces, or for all IPv4 addresses. */
export function dumpRequest(type: typeof RTM_GETLINK | typeof RTM_GETADDR): Buffer {
  const message = Buffer.alloc(HEADER + (type === RTM_GETLINK ? 16 : 8));
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(NLM_F_REQUEST | NLM_F_DUMP, 6);
  message[HEADER] = type === RTM_GETADDR ? AF_INET : 0;
  return message;
}
