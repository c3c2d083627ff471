// A short run of the TFTP fuzzer; `./run fuzz` is the long one.
import { expect, test } from "vitest";
import { fuzzTftp } from "./fuzz/tftp.ts";

test("100,000 changed TFTP packets: no throw, and nothing that may not be", () => {
  const { count, outcomes, failure } = fuzzTftp({ count: 100_000, seed: 1 });
  expect(failure).toBeUndefined();
  expect(count).toBe(100_000);
  // The packets are read and dropped in every way, and transfers end in every way.
  const seen = [
    "rrq",
    "wrq",
    "data",
    "ack",
    "error",
    "oack",
    "tooShort",
    "unknownOpcode",
    "unterminated",
    "notUtf8",
  ];
  for (const outcome of [...seen, "complete", "probe", "aborted", "timedOut", "unconfirmed"])
    expect({ outcome, some: (outcomes.get(outcome) ?? 0) > 0 }).toEqual({ outcome, some: true });
});
