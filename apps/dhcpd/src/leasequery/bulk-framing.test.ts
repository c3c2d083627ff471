import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, frameInto } from "./bulk-framing.ts";

test("messages come out as they went in, in whatever pieces they travel (RFC 6926 §6.1)", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.nat(700), { maxLength: 20 }), (sent, cuts) => {
      const wire = Buffer.concat(sent.map(framed));
      const reader = new FrameReader();
      const received: number[][] = [];
      let from = 0;
      for (const cut of [...cuts.map((size) => from + size), wire.length]) {
        reader.push(wire.subarray(from, Math.max(from, cut)));
        from = Math.max(from, Math.min(cut, wire.length));
        for (let one = reader.next(); one !== undefined; one = reader.next()) received.push([...one]);
      }
      expect(received).toEqual(sent.map((one) => [...one]));
    }),
  );
});

test("the size is in network byte order", () => {
  expect([...framed(new Uint8Array(300)).subarray(0, 2)]).toEqual([1, 44]);
});

function framed(message: Uint8Array): Uint8Array {
  const into = new Uint8Array(message.length + 2);
  const length = frameInto(into, (at) => {
    at.set(message);
    return message.length;
  });
  return into.subarray(0, length);
}
