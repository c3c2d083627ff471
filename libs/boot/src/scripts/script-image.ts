// The image that U-Boot wants its scripts in (doc/usage/cmd/source.rst, include/image.h: the legacy format). Big-endian.
//
//    0  magic 0x27051956     4  CRC of the header, itself 0     8  time       12  octets of data
//   16  load address        20  entry point                    24  CRC of the data
//   28  operating system 5 (Linux), processor, type 6 (script), compression 0
//   32  name, 32 octets
//   64  data: octets of the script, 0 (no more scripts), the script
const HEADER = 64;
const LINUX = 5;
/** U-Boot does not compare the processor of a script. */
const ARM = 2;
const SCRIPT = 6;

export function scriptImage(text: string): Uint8Array {
  const script = new TextEncoder().encode(text);
  const image = new Uint8Array(HEADER + 8 + script.length);
  const view = new DataView(image.buffer);
  view.setUint32(HEADER, script.length);
  image.set(script, HEADER + 8);
  view.setUint32(0, 0x27051956);
  view.setUint32(12, 8 + script.length);
  view.setUint32(24, crc32(image.subarray(HEADER)));
  image.set([LINUX, ARM, SCRIPT, 0], 28);
  image.set(new TextEncoder().encode("leasehold"), 32);
  view.setUint32(4, crc32(image.subarray(0, HEADER)));
  return image;
}

/** CRC-32 of IEEE 802.3, bit by bit: scripts are short. */
function crc32(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
