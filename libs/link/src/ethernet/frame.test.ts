// The frame around a reply. Its checksums are verified as a receiver does it, not as they were made: the ones' complement
// sum over the words with the checksum among them is 0xffff (RFC 1071 §1).
import { type Ipv4, ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FrameEnds, writeFrame } from "./frame.ts";

const ENDS: FrameEnds = {
  sourceMac: "02:00:00:00:00:aa" as Mac,
  targetMac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  source: parseIpv4("10.0.0.2")!,
  target: parseIpv4("10.0.0.10")!,
};

function frameOf(payload: Uint8Array, ends = ENDS): Buffer {
  const into = Buffer.alloc(2048, 0xaa);
  return into.subarray(0, writeFrame(into, ends, payload));
}

/** By carries out of 16 bits, word by word; an odd octet at the end is the high one of a word. */
function onesComplementSum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      sum += part[i]! * 256 + (part[i + 1] ?? 0);
      if (sum > 0xffff) sum -= 0xffff;
    }
  }
  return sum;
}

function pseudoHeader(frame: Buffer): Uint8Array {
  return Uint8Array.of(...frame.subarray(26, 34), 0, 17, ...frame.subarray(38, 40));
}

test("every field is where RFC 791, RFC 768 and Ethernet want it", () => {
  const frame = frameOf(Buffer.from("reply!"));
  expect(frame.length).toBe(42 + 6);
  expect(frame.subarray(0, 14).toString("hex")).toBe(`020000000001${"0200000000aa"}0800`);
  expect(frame.subarray(14, 24).toString("hex")).toBe("4510" + "0022" + "0000" + "0000" + "4011");
  expect(frame.subarray(26, 34)).toEqual(Buffer.from([10, 0, 0, 2, 10, 0, 0, 10]));
  expect([frame.readUInt16BE(34), frame.readUInt16BE(36), frame.readUInt16BE(38)]).toEqual([67, 68, 14]);
  expect(frame.subarray(42).toString()).toBe("reply!");
});

test("checksums that were reckoned by hand", () => {
  // Header: 4510 0020 0000 0000 4011 0a00 0002 0a00 000a → 994d, complement 66b2.
  // UDP: 0a00 0002 0a00 000a 0011 000c 0043 0044 000c 0102 0304 → 18c2, complement e73d.
  const frame = frameOf(Uint8Array.of(1, 2, 3, 4));
  expect(frame.readUInt16BE(24).toString(16)).toBe("66b2");
  expect(frame.readUInt16BE(40).toString(16)).toBe("e73d");
});

describe("a receiver finds both checksums right", () => {
  const address = fc.nat({ max: 0xffffffff }).map(ipv4);
  const payload = fc.oneof(fc.uint8Array({ maxLength: 1500 }), fc.constant(new Uint8Array(1471).fill(0xff)));

  test("for payloads of any content and length, odd ones too", () => {
    fc.assert(
      fc.property(payload, address, address, (octets, source, target) => {
        const frame = frameOf(octets, { ...ENDS, source, target });
        expect(onesComplementSum(frame.subarray(14, 34))).toBe(0xffff);
        expect(onesComplementSum(pseudoHeader(frame), frame.subarray(34))).toBe(0xffff);
        expect(frame.readUInt16BE(16)).toBe(frame.length - 14);
      }),
      { numRuns: 300 },
    );
  });

  test("RFC 768: one that comes to zero is sent as all ones", () => {
    // The last word makes the sum 0xffff.
    const zero = Uint8Array.of(0, 0);
    const short = frameOf(zero, { ...ENDS, source: 0 as Ipv4, target: 0 as Ipv4 });
    const missing = 0xffff - onesComplementSum(pseudoHeader(short), short.subarray(34, 40));
    const frame = frameOf(Uint8Array.of(missing >> 8, missing & 255), {
      ...{ ...ENDS, source: 0 as Ipv4, target: 0 as Ipv4 },
    });
    expect(frame.readUInt16BE(40)).toBe(0xffff);
  });
});

test("of a longer hardware address six octets count", () => {
  const targetMac = Uint8Array.of(2, 0, 0, 0, 0, 1, 7, 7);
  expect(
    frameOf(Uint8Array.of(1), { ...ENDS, targetMac })
      .subarray(0, 12)
      .toString("hex"),
  ).toBe("0200000000010200000000aa");
});
