// How often a client asked, as it was heard; and that no number of clients fills the memory.
import { expect, test } from "vitest";
import { Tries } from "./tries.ts";

test("what was heard is bounded: the one of longest ago is forgotten first", () => {
  const tries = new Tries<number>();
  for (let n = 0; n < 60_000; n++) tries.note(n, 1, 0);
  expect(tries.size).toBe(50_000);
  expect(tries.note(59_999, 1, 1000).times).toBe(2);
  expect(tries.note(0, 1, 1000).times).toBe(1);
});

test("what is old goes when something new comes", () => {
  const tries = new Tries<number>();
  for (let n = 0; n < 100; n++) tries.note(n, 1, 0);
  tries.note(100, 1, 20_000);
  expect(tries.size).toBe(1);
});

test("who goes on asking is not forgotten for those that came later", () => {
  const tries = new Tries<string>();
  tries.note("asks on", 1, 0);
  tries.note("gave up", 1, 1000);
  tries.note("asks on", 1, 16_000);
  expect(tries.note("asks on", 1, 32_000)).toMatchObject({ times: 3, firstAt: 0 });
  expect(tries.size).toBe(1);
});
