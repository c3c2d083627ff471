// Many datagrams with one system call: recvmmsg(2), which Node's dgram does not make (docs/adr/0014). A socket stays dgram's own,
// and its first packet rings the bell; what waits behind that is read here.
import { endianness } from "node:os";
import koffi from "koffi";

const SLOTS = 32;
/** A whole packet of a link with jumbo frames; what is longer is cut, and is then no DHCP message. */
const SLOT_SIZE = 9216;
const MSG_DONTWAIT = 0x40;

//  struct mmsghdr, 64 octets on Linux with 64 bits:
//   0 name *        8 namelen (4)   16 iov *   24 iovlen   32 control *   40 controllen   48 flags (4)   56 len (4)
//  struct iovec:  0 base *   8 len        struct sockaddr_in:  0 family (2)   2 port (2, big-endian)   4 address
const HEADER_SIZE = 64;
const IOV_SIZE = 16;
const NAME_SIZE = 16;

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
    if (koffi.sizeof("size_t") !== 8 || endianness() !== "LE")
      throw new Error("not a 64-bit little-endian Linux");
    this.recvmmsg = koffi.load(null).func("int recvmmsg(int, void *, uint, int, void *)");
    const [octets, names, vectors] = [this.octets, this.names, this.vectors].map((each) =>
      koffi.address(each),
    );
    for (let slot = 0; slot < SLOTS; slot++) {
      this.vectors.writeBigUInt64LE(BigInt(octets!) + BigInt(slot * SLOT_SIZE), slot * IOV_SIZE);
      this.vectors.writeBigUInt64LE(BigInt(SLOT_SIZE), slot * IOV_SIZE + 8);
      const header = slot * HEADER_SIZE;
      this.headers.writeBigUInt64LE(BigInt(names!) + BigInt(slot * NAME_SIZE), header);
      this.headers.writeBigUInt64LE(BigInt(vectors!) + BigInt(slot * IOV_SIZE), header + 16);
      this.headers.writeBigUInt64LE(1n, header + 24);
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
