// Replies of one turn in one system call, sendmmsg(2); those of one length to one relay as one message, which the kernel cuts into
// datagrams where they leave it (UDP_SEGMENT, udp(7)): they go once through its network and not one by one (docs/adr/0021).
import { constants } from "node:os";
import type { Ipv4 } from "@leasehold/protocol";
import koffi from "koffi";
import { AF_INET, MSG_DONTWAIT } from "./libc.ts";
import {
  addressOf,
  assertLayout,
  CONTROL_LENGTH,
  CONTROL_SIZE,
  HEADER_SIZE,
  IOV_SIZE,
  NAME_SIZE,
  writePointer,
} from "./mmsghdr.ts";

const ENTRIES = 256;
/** Less than one UDP message may have, with all its segments. */
const ARENA_SIZE = 60 * 1024;
/** What the kernel of any version cuts one message into. */
const SEGMENTS = 64;
/** Longer ones may not fit a link's MTU, and what is to be cut into fragments is not cut into segments. */
const SEGMENT_MAX = 1400;
const MESSAGES = 32;

const SOL_UDP = 17;
const UDP_SEGMENT = 103;

/** A link that computes no checksums, or IPsec on it; or an MTU that is smaller than a segment. */
const { EIO, EMSGSIZE } = constants.errno;
const CANNOT_CUT: readonly number[] = [EIO, EMSGSIZE];

/** What goes to one place in segments of one length. */
interface Message<Via> {
  via: Via;
  address: Ipv4;
  port: number;
  length: number;
  count: number;
}

/** Told of what the kernel did not take; the octets are the batch's own. */
export type NotSent<Via> = (via: Via, payload: Buffer, address: Ipv4, port: number) => void;

/** `Via` is a socket, known by its descriptor. */
export class ReplyBatch<Via extends { readonly fd: number }> {
  private readonly sendmmsg: (fd: number, headers: Buffer, count: number, flags: number) => number;
  private readonly notSent: NotSent<Via>;
  private readonly arena = Buffer.alloc(ARENA_SIZE);
  private readonly headers = Buffer.alloc(MESSAGES * HEADER_SIZE);
  private readonly names = Buffer.alloc(MESSAGES * NAME_SIZE);
  private readonly controls = Buffer.alloc(MESSAGES * CONTROL_SIZE);
  private readonly vectors = Buffer.alloc(ENTRIES * IOV_SIZE);
  private readonly arenaAt: number;
  private readonly vectorsAt: number;
  private readonly controlsAt: number;
  private readonly messages: Message<Via>[] = [];
  /** Of each entry: where its octets are, and which message it belongs to. */
  private readonly starts = new Uint32Array(ENTRIES);
  private readonly messageOf = new Uint8Array(ENTRIES);
  private readonly nextVector = new Uint16Array(MESSAGES);
  private entries = 0;
  private used = 0;
  private segments = SEGMENTS;

  /** Throws where the machine has other structures than these. */
  constructor(notSent: NotSent<Via>) {
    assertLayout();
    this.notSent = notSent;
    this.sendmmsg = koffi.load(null).func("int sendmmsg(int, void *, uint, int)");
    this.arenaAt = addressOf(this.arena);
    this.vectorsAt = addressOf(this.vectors);
    this.controlsAt = addressOf(this.controls);
    const namesAt = addressOf(this.names);
    for (let index = 0; index < MESSAGES; index++) {
      const header = index * HEADER_SIZE;
      writePointer(this.headers, header, namesAt + index * NAME_SIZE);
      this.headers.writeUInt32LE(NAME_SIZE, header + 8);
      this.names.writeUInt16LE(AF_INET, index * NAME_SIZE);
      const control = index * CONTROL_SIZE;
      this.controls.writeUInt32LE(CONTROL_LENGTH, control);
      this.controls.writeUInt32LE(SOL_UDP, control + 8);
      this.controls.writeUInt32LE(UDP_SEGMENT, control + 12);
    }
  }

  /** Keeps a copy of a reply until `flush`. True for the first one of a batch: then somebody has to see to that. */
  put(via: Via, payload: Uint8Array, address: Ipv4, port: number): boolean {
    const { length } = payload;
    if (this.entries === ENTRIES || this.used + length > ARENA_SIZE) this.flush();
    const message = this.messageFor(via, address, port, length);
    const entry = this.entries++;
    this.arena.set(payload, this.used);
    this.starts[entry] = this.used;
    this.messageOf[entry] = message;
    this.used += length;
    return entry === 0;
  }

  private messageFor(via: Via, address: Ipv4, port: number, length: number): number {
    const { messages } = this;
    const limit = length <= SEGMENT_MAX ? this.segments : 1;
    for (let index = messages.length - 1; index >= 0; index--) {
      const open = messages[index]!;
      const isSame =
        open.address === address && open.port === port && open.length === length && open.via === via;
      if (isSame && open.count < limit) {
        open.count++;
        return index;
      }
    }
    // All of a batch leave by one socket.
    if (messages.length === MESSAGES || (messages.length > 0 && messages[0]!.via !== via)) this.flush();
    return messages.push({ via, address, port, length, count: 1 }) - 1;
  }

  /** Sends what was put, or tells that it was not sent. */
  flush(): void {
    const { messages, entries } = this;
    if (entries === 0) return;
    this.write();
    const [{ via }] = messages as [Message<Via>];
    for (let first = 0; first < messages.length; ) {
      const rest = messages.length - first;
      const headers = first === 0 ? this.headers : this.headers.subarray(first * HEADER_SIZE);
      const sent = this.sendmmsg(via.fd, headers, rest, MSG_DONTWAIT);
      first += Math.max(0, sent);
      // Why the kernel did not take the next one is told by a call for it alone.
      if (sent <= 0) this.refused(first++, sent < 0 ? koffi.errno() : 0);
    }
    messages.length = 0;
    this.entries = 0;
    this.used = 0;
  }

  private write(): void {
    const { messages, headers, vectors, starts, messageOf, nextVector } = this;
    let vector = 0;
    for (const [index, { address, port, length, count }] of messages.entries()) {
      const header = index * HEADER_SIZE;
      this.names.writeUInt16BE(port, index * NAME_SIZE + 2);
      this.names.writeUInt32BE(address, index * NAME_SIZE + 4);
      writePointer(headers, header + 16, this.vectorsAt + vector * IOV_SIZE);
      headers.writeUInt32LE(count, header + 24);
      const isCut = count > 1;
      writePointer(headers, header + 32, isCut ? this.controlsAt + index * CONTROL_SIZE : 0);
      headers.writeUInt32LE(isCut ? CONTROL_SIZE : 0, header + 40);
      this.controls.writeUInt16LE(length, index * CONTROL_SIZE + 16);
      nextVector[index] = vector;
      vector += count;
    }
    for (let entry = 0; entry < this.entries; entry++) {
      const index = messageOf[entry]!;
      const at = nextVector[index]!++ * IOV_SIZE;
      writePointer(vectors, at, this.arenaAt + starts[entry]!);
      vectors.writeUInt32LE(messages[index]!.length, at + 8);
    }
  }

  private refused(index: number, errno: number): void {
    const { via, address, port, length, count } = this.messages[index]!;
    if (count > 1 && CANNOT_CUT.includes(errno)) this.segments = 1;
    for (let entry = 0; entry < this.entries; entry++) {
      const start = this.starts[entry]!;
      if (this.messageOf[entry] === index)
        this.notSent(via, this.arena.subarray(start, start + length), address, port);
    }
  }
}
