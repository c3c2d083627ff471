// A script as U-Boot wants one (doc/usage/cmd/source.rst, include/image.h of U-Boot): an image header with two CRCs, a table of one size, and
// the text.
//
//   magic 4   header's crc 4   time 4   size 4   load 4   entry 4   data's crc 4   os 1   processor 1   type 1   compression 1   name 32
import { crc32 } from "node:zlib";

const MAGIC = 0x27051956;
const LINUX = 5;
const ARM64 = 22;
const SCRIPT = 6;
const HEADER = 64;

export function uBootScript(text: string): Buffer {
  const table = Buffer.alloc(8);
  table.writeUInt32BE(text.length);
  const data = Buffer.concat([table, Buffer.from(text)]);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(data.length, 12);
  header.writeUInt32BE(crc32(data), 24);
  header.set([LINUX, ARM64, SCRIPT, 0], 28);
  header.write("script", 32);
  header.writeUInt32BE(crc32(header), 4);
  return Buffer.concat([header, data]);
}
