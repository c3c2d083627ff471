// A short run of the fuzzer of messages and records; `./run fuzz` is the long one, and the wire is in test/contract.
import { expect, test } from "vitest";
import { fuzzOutside } from "./fuzz/outside.ts";

test("A3, A4, A5: 5,000 changed messages and records: each is used or told, none throws", () => {
  const { count, outcomes, failure } = fuzzOutside({ count: 5000, seed: 1 });
  expect(failure && { ...failure, octets: Buffer.from(failure.octets).toString("hex") }).toBeUndefined();
  expect(count).toBe(5000);
  // Each target sees good ones and bad ones.
  for (const [target, { used, wrong }] of outcomes)
    expect({ target, used: used > 20, wrong: wrong > 20 }).toEqual({ target, used: true, wrong: true });
});

test("the same seed gives the same run", () => {
  const [one, other] = [fuzzOutside({ count: 500, seed: 7 }), fuzzOutside({ count: 500, seed: 7 })];
  expect(one.outcomes).toEqual(other.outcomes);
});
