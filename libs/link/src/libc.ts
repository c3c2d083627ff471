// The few system calls that Node's dgram cannot make: bind to a device, and send raw frames (notes: docs/adr/0004).
import { constants } from "node:os";
import type { Ipv4 } from "@leasehold/protocol";
import koffi from "koffi";

export const AF_INET = 2;
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_BROADCAST = 6;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SO_RCVBUFFORCE = 33;
const IPPROTO_IP = 0;
const IP_FREEBIND = 15;
export const MSG_DONTWAIT = 0x40;
/** More than any receive buffer holds. */
const DISCARD_MAX = 1_000_000;

/** What the kernel said no to: the call, and errno by name. */
export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string, errno: number) {
    const code =
      Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
    super(`${call}: ${code}`);
    this.name = "SystemCallError";
    this.code = code;
  }
}

function load() {
  const libc = koffi.load(null);
  return {
    socket: libc.func("int socket(int, int, int)"),
    setsockopt: libc.func("int setsockopt(int, int, int, void *, uint)"),
    bind: libc.func("int bind(int, void *, uint)"),
    close: libc.func("int close(int)"),
    recv: libc.func("long recv(int, void *, size_t, int)"),
    sendto: libc.func("long sendto(int, void *, size_t, int, void *, uint)"),
    if_nametoindex: libc.func("uint if_nametoindex(str)"),
  };
}

export class Libc {
  private readonly calls = load();
  private readonly target = Buffer.from(socketAddress("0.0.0.0", 0));

  /** An unconnected UDP socket on one device, bound to an address there; its descriptor. Throws SystemCallError. */
  udpOnDevice(device: string, address: string, port: number, receiveBuffer: number): number {
    const fd = this.checked(
      "socket",
      this.calls.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
    );
    try {
      this.option(fd, "SO_BROADCAST", SO_BROADCAST, int32(1));
      this.option(fd, "SO_BINDTODEVICE", SO_BINDTODEVICE, Buffer.from(`${device}\0`));
      // Beyond net.core.rmem_max only with CAP_NET_ADMIN; what can be had is better than the default's 166 packets.
      if (this.calls.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(receiveBuffer), 4) < 0) {
        this.option(fd, "SO_RCVBUF", SO_RCVBUF, int32(receiveBuffer));
      }
      // An address that the machine does not carry yet may be bound too: a cluster's address comes and goes.
      this.checked("IP_FREEBIND", this.calls.setsockopt(fd, IPPROTO_IP, IP_FREEBIND, int32(1), 4));
      this.checked("bind", this.calls.bind(fd, socketAddress(address, port), 16));
      return fd;
    } catch (error) {
      this.calls.close(fd);
      throw error;
    }
  }

  /** A packet socket that sends only: protocol 0 receives nothing. Throws SystemCallError (EPERM without CAP_NET_RAW). */
  packetSocket(): number {
    return this.checked("socket(AF_PACKET)", this.calls.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  }

  /** Takes what waits in a socket out of it, unread; how many datagrams that were. */
  discardQueued(fd: number): number {
    const octet = Buffer.alloc(1);
    let count = 0;
    while (count < DISCARD_MAX && Number(this.calls.recv(fd, octet, 1, MSG_DONTWAIT)) >= 0) count++;
    return count;
  }

  /** Sends a whole frame; false when the kernel refused it, as with a link that is down. */
  sendFrame(fd: number, frame: Uint8Array, length: number, linkAddress: Uint8Array): boolean {
    return Number(this.calls.sendto(fd, frame, length, 0, linkAddress, linkAddress.length)) === length;
  }

  /**
   * Sends a datagram at once, or says that it did not: dgram's `send` costs as much again, and needs the octets longer than
   * the call lasts.
   */
  sendDatagram(fd: number, payload: Uint8Array, address: Ipv4, port: number): boolean {
    this.target.writeUInt16BE(port, 2);
    this.target.writeUInt32BE(address, 4);
    return (
      Number(this.calls.sendto(fd, payload, payload.length, MSG_DONTWAIT, this.target, 16)) === payload.length
    );
  }

  interfaceIndex(device: string): number {
    return this.calls.if_nametoindex(device) as number;
  }

  close(fd: number): void {
    this.calls.close(fd);
  }

  private option(fd: number, name: string, option: number, value: Uint8Array): void {
    this.checked(name, this.calls.setsockopt(fd, SOL_SOCKET, option, value, value.length));
  }

  private checked(call: string, result: number): number {
    if (result < 0) throw new SystemCallError(call, koffi.errno());
    return result;
  }
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** struct sockaddr_in. */
function socketAddress(address: string, port: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split(".").map(Number), 4);
  return bytes;
}

/** struct sockaddr_ll for IPv4 frames out of one interface. */
export function linkAddress(interfaceIndex: number): Uint8Array {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16LE(AF_PACKET, 0);
  bytes.writeUInt16BE(0x0800, 2);
  bytes.writeInt32LE(interfaceIndex, 4);
  bytes[11] = 6;
  return bytes;
}
