import { expect, test } from "vitest";
import { retransmitTimeoutOf } from "./patience.ts";

test.each([
  ["a first try", 1, 4000],
  ["a second one", 2, 8000],
  ["a third one", 3, 16_000],
  ["the most", 7, 16_000],
])("%s", (_, times, ms) => expect(retransmitTimeoutOf(times)).toBe(ms));
