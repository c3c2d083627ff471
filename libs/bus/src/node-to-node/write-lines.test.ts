import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeWrites, encodeWrites } from "./write-lines.ts";

const write = fc.record({
  key: fc.stringMatching(/^[\w.-]{1,20}$/),
  expected: fc.nat(),
  data: fc.json().map((text) => Buffer.from(JSON.stringify(JSON.parse(text)))),
});

test("what is written is read again", () => {
  fc.assert(
    fc.property(fc.array(write, { minLength: 1 }), (writes) => {
      const decoded = decodeWrites(encodeWrites(["2026-11-21T12:00:00Z", 17], writes));
      expect(decoded?.words).toEqual(["2026-11-21T12:00:00Z", "17"]);
      expect(decoded?.writes.map((one) => ({ ...one, data: Buffer.from(one.data) }))).toEqual(writes);
    }),
  );
});

test("anything else is none, and is not thrown at", () => {
  for (const text of [
    "",
    "\n",
    "1\n",
    "1\n10.0.0.1 0 {}",
    "1\n10.0.0.1 -1 {}\n",
    "1\n10.0.0.1 x {}\n",
    "1\n10.0.0.1\n",
  ])
    expect(decodeWrites(Buffer.from(text)), JSON.stringify(text)).toBeUndefined();
  fc.assert(fc.property(fc.uint8Array(), (octets) => void decodeWrites(octets)));
});
