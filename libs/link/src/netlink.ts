// Adds an IPv4 address to an interface for some seconds, and removes it: rtnetlink(7), RTM_NEWADDR and RTM_DELADDR.
//
//   nlmsghdr   length 4 | type 2 | flags 2 | sequence 4 | port 4
//   ifaddrmsg  family 1 | prefix length 1 | flags 1 | scope 1 | interface index 4
//   attributes length 2 | type 2 | value, padded to 4
import type { Ipv4 } from "@leasehold/protocol";
import koffi from "koffi";
import { SystemCallError } from "./libc.ts";

const AF_INET = 2;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const NLM_F_REQUEST = 1;
const NLM_F_ACK = 4;
const NLM_F_REPLACE = 0x100;
const NLM_F_CREATE = 0x400;
const NLMSG_ERROR = 2;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_CACHEINFO = 6;
const HEADERS = 24;
/** Of this machine alone: no route to a network comes with it. */
const HOST_PREFIX = 32;
const EADDRNOTAVAIL = 99;
const ENODEV = 19;

/** An address of ours on an interface; the label tells it from the operator's. */
export interface LabelledAddress {
  readonly interfaceIndex: number;
  readonly address: Ipv4;
  readonly label: string;
}

function load() {
  const libc = koffi.load(null);
  return {
    socket: libc.func("int socket(int, int, int)"),
    send: libc.func("long send(int, void *, size_t, int)"),
    recv: libc.func("long recv(int, void *, size_t, int)"),
    close: libc.func("int close(int)"),
  };
}

/** @throws SystemCallError: EPERM without CAP_NET_ADMIN. Adding it again gives it the time anew. */
export function addAddress(of: LabelledAddress, seconds: number): void {
  const life = Buffer.alloc(16);
  life.writeUInt32LE(seconds, 0); // preferred
  life.writeUInt32LE(seconds, 4); // valid
  const message = messageOf(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, of, [[IFA_CACHEINFO, life]]);
  const errno = exchange(message);
  if (errno !== 0) throw new SystemCallError("RTM_NEWADDR", errno);
}

/** Removes it where it is; an address without our label is left alone. Throws SystemCallError. */
export function removeAddress(of: LabelledAddress): void {
  const errno = exchange(messageOf(RTM_DELADDR, 0, of, []));
  if (errno !== 0 && errno !== EADDRNOTAVAIL && errno !== ENODEV)
    throw new SystemCallError("RTM_DELADDR", errno);
}

type Attribute = readonly [type: number, value: Buffer];

function messageOf(type: number, flags: number, of: LabelledAddress, more: readonly Attribute[]): Buffer {
  const address = Buffer.alloc(4);
  address.writeUInt32BE(of.address);
  const own: Attribute[] = [
    [IFA_LOCAL, address],
    [IFA_ADDRESS, address],
    [IFA_LABEL, Buffer.from(`${of.label}\0`)],
  ];
  const head = Buffer.alloc(HEADERS);
  const message = Buffer.concat([head, ...[...own, ...more].map(encoded)]);
  message.writeUInt32LE(message.length, 0);
  message.writeUInt16LE(type, 4);
  message.writeUInt16LE(NLM_F_REQUEST | NLM_F_ACK | flags, 6);
  message.set([AF_INET, HOST_PREFIX], 16);
  message.writeUInt32LE(of.interfaceIndex, 20);
  return message;
}

function encoded([type, value]: Attribute): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}

/** The kernel answers while it is asked; its errno, 0 when it is done. */
function exchange(message: Buffer): number {
  const libc = load();
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) as number;
  if (fd < 0) throw new SystemCallError("socket(AF_NETLINK)", koffi.errno());
  try {
    if (Number(libc.send(fd, message, message.length, 0)) < 0)
      throw new SystemCallError("send(AF_NETLINK)", koffi.errno());
    const answer = Buffer.alloc(4096);
    const length = Number(libc.recv(fd, answer, answer.length, 0));
    const isAnswer = length >= 20 && answer.readUInt16LE(4) === NLMSG_ERROR;
    return isAnswer ? -answer.readInt32LE(16) : koffi.errno();
  } finally {
    libc.close(fd);
  }
}
