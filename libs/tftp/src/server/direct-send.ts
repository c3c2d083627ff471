// send(2) of a connected socket, for all blocks of a window in one call: the kernel cuts them into datagrams (UDP_SEGMENT, udp(7)), and they go
// once through its network instead of one by one. Where a kernel does not cut, each is sent by itself.
import type { Socket } from "node:dgram";
import koffi from "koffi";

interface Calls {
  readonly send: (descriptor: number, octets: Uint8Array, length: number, flags: number) => number;
  readonly setsockopt: (
    descriptor: number,
    level: number,
    option: number,
    value: Uint8Array,
    length: number,
  ) => number;
}

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
/** The longest datagram of IPv4, and what is cut into datagrams. */
const OCTETS_MAX = 65_507;
/** The kernel cuts into no more. */
const SEGMENTS_MAX = 64;

const calls = load();
/** All of it is sent at once, or nothing: one is enough for all transfers. */
const octets = Buffer.allocUnsafeSlow(OCTETS_MAX);

/** Undefined where koffi has no binary for this machine. */
function load(): Calls | undefined {
  try {
    const libc = koffi.load(null);
    return {
      send: libc.func("long send(int, void *, size_t, int)"),
      setsockopt: libc.func("int setsockopt(int, int, int, void *, uint)"),
    } as unknown as Calls;
  } catch {
    return undefined;
  }
}

/** Header and content. */
export type Datagram = readonly [Uint8Array, Uint8Array];

export class DirectSend {
  readonly #calls: Calls;
  #descriptor: number;
  /** Into which the kernel cuts what is longer; 0 until it was asked, undefined where it does not. */
  #segment: number | undefined = 0;

  private constructor(found: Calls, descriptor: number) {
    this.#calls = found;
    this.#descriptor = descriptor;
  }

  /** Undefined where the kernel cannot be asked directly. */
  static of(socket: Socket): DirectSend | undefined {
    const descriptor = descriptorOf(socket);
    return calls === undefined || descriptor === undefined ? undefined : new DirectSend(calls, descriptor);
  }

  /** How many of them the kernel has taken, from the first one on; where it takes no more, dgram waits for room and tells faults. */
  send(datagrams: readonly Datagram[]): number {
    let sent = 0;
    while (sent < datagrams.length) {
      const count = this.#sendSome(datagrams, sent);
      if (count === 0) return sent;
      sent += count;
    }
    return sent;
  }

  #sendSome(datagrams: readonly Datagram[], first: number): number {
    if (this.#descriptor < 0) return 0;
    const length = lengthOf(datagrams[first]!);
    if (length > OCTETS_MAX) return 0;
    const last = first + this.#atOnce(length, datagrams.length - first) - 1;
    let at = 0;
    let count = 0;
    for (let index = first; index <= last; index++) {
      const datagram = datagrams[index]!;
      // Only the last one may be shorter than the others.
      if (lengthOf(datagram) > length || (count > 0 && at % length !== 0)) break;
      for (const part of datagram) {
        octets.set(part, at);
        at += part.length;
      }
      count++;
    }
    if (this.#calls.send(this.#descriptor, octets, at, MSG_DONTWAIT | MSG_NOSIGNAL) === at) return count;
    if (count === 1) return 0;
    // Here, the kernel or the card does not cut.
    this.#segment = undefined;
    return this.#sendSome(datagrams, first);
  }

  #atOnce(length: number, wanted: number): number {
    if (wanted === 1 || this.#segment === undefined) return 1;
    if (this.#segment !== length) this.#segment = this.#cutInto(length) ? length : undefined;
    return this.#segment === undefined ? 1 : Math.min(wanted, SEGMENTS_MAX, Math.floor(OCTETS_MAX / length));
  }

  #cutInto(length: number): boolean {
    const value = Buffer.alloc(4);
    value.writeInt32LE(length);
    return this.#calls.setsockopt(this.#descriptor, SOL_UDP, UDP_SEGMENT, value, value.length) === 0;
  }

  /** Before the socket is closed: its number may be another's afterwards. */
  close(): void {
    this.#descriptor = -1;
  }
}

const lengthOf = ([header, content]: Datagram): number => header.length + content.length;

/** Node has no public way to it, and warns of `_handle` (DEP0112). */
function descriptorOf(socket: Socket): number | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === "state symbol",
  );
  if (symbol === undefined) return undefined;
  const { handle } = (socket as unknown as Record<symbol, { handle?: { fd?: number } }>)[symbol] ?? {};
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
