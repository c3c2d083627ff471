// Many datagrams with one system call: recvmmsg(2), which Node's dgram does not make (docs/adr/0014). A socket stays dgram's own,
// and its first packet rings the bell; what waits behind that is read here.
import koffi from "koffi";
import { MSG_DONTWAIT } from "./libc.ts";
import { addressOf, assertLayout, HEADER_SIZE, IOV_SIZE, NAME_SIZE, writePointer } from "./mmsghdr.ts";

const SLOTS = 32;
/** A whole packet of a link with jumbo frames; what is longer is cut, and is then no DHCP message. */
const SLOT_SIZE = 9216;

export type TakeDatagram = (bytes: Buffer, sourcePort: number) => void;

export class DatagramBatch {
  private readonly recvmmsg: (
    fd: number,
    headers: Buffer,
    count: number,
    flags: number,
    timeout: null,
  ) => number;
  private readonly octets = Buffer.alloc(SLOTS * SLOT_SIZE);
  private readonly names = Buffer.alloc(SLOTS * NAME_SIZE);
  private readonly headers = Buffer.alloc(SLOTS * HEADER_SIZE);
  /** Only the kernel reads it, so that nothing else here would keep it from being collected. */
  private readonly vectors = Buffer.alloc(SLOTS * IOV_SIZE);

  /** Throws where the machine has other structures than these. */
  constructor() {
    assertLayout();
    this.recvmmsg = koffi.load(null).func("int recvmmsg(int, void *, uint, int, void *)");
    const [octetsAt, namesAt, vectorsAt] = [this.octets, this.names, this.vectors].map(addressOf) as [
      number,
      number,
      number,
    ];
    for (let slot = 0; slot < SLOTS; slot++) {
      const vector = slot * IOV_SIZE;
      writePointer(this.vectors, vector, octetsAt + slot * SLOT_SIZE);
      this.vectors.writeUInt32LE(SLOT_SIZE, vector + 8);
      const header = slot * HEADER_SIZE;
      writePointer(this.headers, header, namesAt + slot * NAME_SIZE);
      writePointer(this.headers, header + 16, vectorsAt + vector);
      this.headers.writeUInt32LE(1, header + 24);
    }
  }

  /** Hands out what waits in a socket, at most `most` and perhaps some more; how many. The octets are the receiver's own. */
  drain(fd: number, most: number, take: TakeDatagram): number {
    for (let taken = 0; ; ) {
      const found = this.read(fd);
      for (let slot = 0; slot < found; slot++) {
        const length = this.headers.readUInt32LE(slot * HEADER_SIZE + 56);
        const from = slot * SLOT_SIZE;
        take(
          Buffer.from(this.octets.subarray(from, from + length)),
          this.names.readUInt16BE(slot * NAME_SIZE + 2),
        );
      }
      taken += found;
      if (found < SLOTS || taken >= most) return taken;
    }
  }

  private read(fd: number): number {
    // The kernel has written how long the last ones were.
    for (let slot = 0; slot < SLOTS; slot++) this.headers.writeUInt32LE(NAME_SIZE, slot * HEADER_SIZE + 8);
    return Math.max(0, this.recvmmsg(fd, this.headers, SLOTS, MSG_DONTWAIT, null));
  }
}
