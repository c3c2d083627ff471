import { expect, test } from "vitest";
import { patienceOf } from "./patience.ts";

test.each([
  ["a first try", 0, 1, 4000],
  ["a second one, by the client's word", 4, 1, 8000],
  ["a third one, by the client's word", 12, 1, 16_000],
  ["a second one of a client that sends no secs", 0, 2, 8000],
  ["the most, whatever it says", 0xffff, 7, 16_000],
])("%s", (_, secs, times, ms) => expect(patienceOf(secs, times)).toBe(ms));
