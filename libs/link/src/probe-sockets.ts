// The two ways to ask whether an address is in use: ARP on a link, through a packet socket, and ICMP echo through relays.
// Both are read without blocking. A packet socket takes 5 to 10 ms to close (the kernel waits for all of its processors), so
// it stays open, and a filter in the kernel keeps it quiet meanwhile.

import type { Ipv4, Mac } from "@leasehold/protocol";
import koffi from "koffi";
import { arpSender, PROBE_SIZE, writeArpProbe } from "./ethernet/arp.ts";
import { ECHO_SIZE, echoReplySource, writeEchoRequest } from "./ethernet/icmp-echo.ts";
import { SystemCallError } from "./libc.ts";

/** Whom an answer shows to use an address. ICMP does not say by which interface. */
export type UsedBy = Mac | "icmp";

export interface ProbeSocket {
  /** Asks for the address; false when that could not be sent. */
  ask(address: Ipv4): boolean;
  /** Hands over the answers that have come, from whomever. */
  read(each: (address: Ipv4, usedBy: UsedBy) => void): void;
  close(): void;
}

const AF_INET = 2;
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_FLAGS = 0o4000 | 0o2000000; // SOCK_NONBLOCK | SOCK_CLOEXEC
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const IPPROTO_ICMP = 1;
const ETHERTYPE_ARP = 0x0806;
const ARPHRD_ETHER = 1;
const SOCKADDR_LL_SIZE = 20;
/** So many are read at a time at most: others want the processor, too. */
const READ_MAX = 512;

function load() {
  const libc = koffi.load(null);
  // struct sock_fprog
  const program = koffi.pointer(koffi.struct({ length: "uint16", filter: "void *" }));
  return {
    socket: libc.func("int socket(int, int, int)"),
    setsockopt: libc.func("int setsockopt(int, int, int, void *, uint)"),
    attach: libc.func("setsockopt", "int", ["int", "int", "int", program, "uint"]),
    bind: libc.func("int bind(int, void *, uint)"),
    getsockname: libc.func("int getsockname(int, void *, void *)"),
    sendto: libc.func("long sendto(int, void *, size_t, int, void *, uint)"),
    recv: libc.func("long recv(int, void *, size_t, int)"),
    close: libc.func("int close(int)"),
    if_nametoindex: libc.func("uint if_nametoindex(str)"),
  };
}

let loaded: ReturnType<typeof load> | undefined;

/** Where koffi has no binary for this machine, this throws. */
function libc(): ReturnType<typeof load> {
  loaded ??= load();
  return loaded;
}

function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, koffi.errno());
  return result;
}

/** A raw socket, made ready by `prepare`, and closed again when that throws. */
function rawSocket(family: number, protocol: number, prepare: (fd: number) => void): number {
  const fd = checked("socket", libc().socket(family, SOCK_RAW | SOCK_FLAGS, protocol));
  try {
    prepare(fd);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

/**
 * Classic BPF: ARP replies, and requests in which a sender speaks of its own address. `ldh` is at the operation, `ld` at
 * the sender's and at the target's IP.
 */
const ARP_ANSWERS: readonly (readonly [code: number, ifTrue: number, ifFalse: number, k: number])[] = [
  [0x28, 0, 0, 20], // ldh [20]
  [0x15, 4, 0, 2], // jeq #2, accept
  [0x20, 0, 0, 28], // ld [28]
  [0x07, 0, 0, 0], // tax
  [0x20, 0, 0, 38], // ld [38]
  [0x1d, 0, 1, 0], // jeq x, accept, drop
  [0x06, 0, 0, 64], // accept: ret #64
  [0x06, 0, 0, 0], // drop: ret #0
];

function attachFilter(fd: number): void {
  const filter = Buffer.alloc(ARP_ANSWERS.length * 8);
  ARP_ANSWERS.forEach(([code, ifTrue, ifFalse, k], index) => {
    filter.writeUInt16LE(code, index * 8);
    filter.set([ifTrue, ifFalse], index * 8 + 2);
    filter.writeUInt32LE(k, index * 8 + 4);
  });
  const program = { length: ARP_ANSWERS.length, filter };
  checked("SO_ATTACH_FILTER", libc().attach(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, 16));
}

/** struct sockaddr_ll. */
function linkLayerAddress(interfaceIndex: number): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_LL_SIZE);
  bytes.writeUInt16LE(AF_PACKET, 0);
  bytes.writeUInt16BE(ETHERTYPE_ARP, 2);
  bytes.writeInt32LE(interfaceIndex, 4);
  return bytes;
}

/**
 * Asks on one link by ARP.
 * @throws SystemCallError: EPERM without CAP_NET_RAW. Error when there is no such interface, or it is not Ethernet.
 */
export class ArpSocket implements ProbeSocket {
  private readonly fd: number;
  private readonly mac = Buffer.alloc(6);
  private readonly everybody: Buffer;
  private readonly frame = Buffer.alloc(PROBE_SIZE);
  private readonly received = Buffer.alloc(64);

  constructor(interfaceName: string) {
    const index = libc().if_nametoindex(interfaceName) as number;
    if (index === 0) throw new Error(`there is no interface ${interfaceName}`);
    const address = linkLayerAddress(index);
    this.everybody = Buffer.from(address);
    this.everybody[11] = 6;
    this.everybody.fill(0xff, 12, 18);
    // Protocol 0 until the filter is there: nothing is queued unfiltered.
    this.fd = rawSocket(AF_PACKET, 0, (fd) => {
      attachFilter(fd);
      checked(`bind to ${interfaceName}`, libc().bind(fd, address, SOCKADDR_LL_SIZE));
      this.readHardware(fd, interfaceName);
    });
  }

  private readHardware(fd: number, interfaceName: string): void {
    const address = Buffer.alloc(SOCKADDR_LL_SIZE);
    const size = Buffer.alloc(4);
    size.writeInt32LE(SOCKADDR_LL_SIZE);
    checked("getsockname", libc().getsockname(fd, address, size));
    const hardware = address.readUInt16LE(8);
    if (hardware !== ARPHRD_ETHER) throw new Error(`${interfaceName} is not Ethernet (type ${hardware})`);
    address.copy(this.mac, 0, 12, 18);
  }

  ask(address: Ipv4): boolean {
    const length = writeArpProbe(this.frame, this.mac, address);
    const sent = libc().sendto(this.fd, this.frame, length, 0, this.everybody, SOCKADDR_LL_SIZE);
    return Number(sent) === length;
  }

  read(each: (address: Ipv4, usedBy: UsedBy) => void): void {
    for (let count = 0; count < READ_MAX; count++) {
      const length = Number(libc().recv(this.fd, this.received, this.received.length, 0));
      if (length < 0) return;
      const sender = arpSender(this.received.subarray(0, length));
      if (sender !== undefined) each(sender.address, sender.mac);
    }
  }

  close(): void {
    libc().close(this.fd);
  }
}

/**
 * Asks by ICMP echo, where routing leads.
 * @throws SystemCallError: EPERM without CAP_NET_RAW.
 */
export class EchoSocket implements ProbeSocket {
  private readonly fd: number;
  private readonly identifier: number;
  private sequence = 0;
  private readonly packet = Buffer.alloc(ECHO_SIZE);
  private readonly received = Buffer.alloc(128);

  constructor(identifier = process.pid & 0xffff) {
    this.identifier = identifier;
    this.fd = rawSocket(AF_INET, IPPROTO_ICMP, (fd) => {
      const repliesOnly = Buffer.alloc(4);
      repliesOnly.writeUInt32LE(~(1 << 0) >>> 0);
      checked("ICMP_FILTER", libc().setsockopt(fd, SOL_RAW, ICMP_FILTER, repliesOnly, 4));
    });
  }

  ask(address: Ipv4): boolean {
    this.sequence = (this.sequence + 1) & 0xffff;
    const length = writeEchoRequest(this.packet, this.identifier, this.sequence);
    const target = Buffer.alloc(16);
    target.writeUInt16LE(AF_INET, 0);
    target.writeUInt32BE(address, 4);
    return Number(libc().sendto(this.fd, this.packet, length, 0, target, 16)) === length;
  }

  read(each: (address: Ipv4, usedBy: UsedBy) => void): void {
    for (let count = 0; count < READ_MAX; count++) {
      const length = Number(libc().recv(this.fd, this.received, this.received.length, 0));
      if (length < 0) return;
      const source = echoReplySource(this.received.subarray(0, length), this.identifier);
      if (source !== undefined) each(source, "icmp");
    }
  }

  close(): void {
    libc().close(this.fd);
  }
}
