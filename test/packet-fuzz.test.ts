// A short run of the fuzzer; `./run fuzz` is the long one.
import { expect, test } from "vitest";
import { fuzz } from "./fuzz/fuzz.ts";

test("200,000 mutated packets: no throw, no contradiction, no hang", () => {
  const { packets, outcomes, failure } = fuzz({ count: 200_000, seed: 1 });
  expect(
    failure && { what: failure.what, packet: Buffer.from(failure.bytes).toString("hex") },
  ).toBeUndefined();
  expect(packets).toBe(200_000);
  // The mutations reach every way out.
  for (const [outcome, count] of outcomes)
    expect({ outcome, some: count > 100 }).toEqual({ outcome, some: true });
});

test("the same seed gives the same run", () => {
  const [one, other] = [fuzz({ count: 5000, seed: 7 }), fuzz({ count: 5000, seed: 7 })];
  expect(one.outcomes).toEqual(other.outcomes);
  expect(fuzz({ count: 5000, seed: 8 }).outcomes).not.toEqual(one.outcomes);
});
