// U-Boot's image, by what its own checks look at.
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { scriptImage } from "./script-image.ts";

test.each(["", "echo hello\n", "echo ünïcode\n".repeat(100)])(
  "magic, both checksums, lengths: %#",
  (text) => {
    const image = scriptImage(text);
    const view = new DataView(image.buffer);
    const header = image.slice(0, 64);
    header.fill(0, 4, 8);
    const script = Buffer.from(text);
    expect([view.getUint32(0), view.getUint32(4), view.getUint32(12), view.getUint32(24), image[30]]).toEqual(
      [...[0x27051956, crc32(header), script.length + 8, crc32(image.subarray(64)), 6]],
    );
    expect([view.getUint32(64), view.getUint32(68)]).toEqual([script.length, 0]);
    expect(Buffer.from(image.subarray(72))).toEqual(script);
  },
);
