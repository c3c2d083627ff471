// What recvmmsg(2) and sendmmsg(2) take, written into octets as 64-bit little-endian Linux has it (koffi passes one pointer a call).
import { endianness } from "node:os";
import koffi from "koffi";

//  struct mmsghdr:
//   0 name *        8 namelen (4)   16 iov *   24 iovlen   32 control *   40 controllen   48 flags (4)   56 len (4)
//  struct iovec:  0 base *   8 len        struct sockaddr_in:  0 family (2)   2 port (2, big-endian)   4 address
//  struct cmsghdr with an int16:  0 len   8 level (4)   12 type (4)   16 data (2)
export const HEADER_SIZE = 64;
export const IOV_SIZE = 16;
export const NAME_SIZE = 16;
export const CONTROL_SIZE = 24;
/** Without the octets that align the next one. */
export const CONTROL_LENGTH = 18;

/** @throws Error where the machine has other structures than these. */
export function assertLayout(): void {
  if (koffi.sizeof("size_t") !== 8 || endianness() !== "LE")
    throw new Error("not a 64-bit little-endian Linux");
}

/** Where octets that are no part of Node's pool are, as long as somebody holds them. */
export function addressOf(octets: Buffer): number {
  return Number(koffi.address(octets));
}

export function writePointer(octets: Buffer, at: number, address: number): void {
  octets.writeUInt32LE(address >>> 0, at);
  octets.writeUInt32LE(Math.floor(address / 2 ** 32), at + 4);
}
