// How often a client asked, as it was heard; and that no number of clients fills the memory.
import { expect, test } from "vitest";
import { Tries } from "./tries.ts";

test("what was heard is bounded: the ones of longest ago are forgotten first", () => {
  const tries = new Tries<number>();
  for (let n = 0; n < 160_000; n++) tries.note(n, 1, 0);
  expect(tries.size).toBeLessThanOrEqual(50_000);
  expect(tries.note(159_999, 1, 1000).times).toBe(2);
  expect(tries.note(0, 1, 1000).times).toBe(1);
});

test("what is old goes when something new comes", () => {
  const tries = new Tries<number>();
  for (let n = 0; n < 100; n++) tries.note(n, 1, 0);
  tries.note(100, 1, 20_000);
  tries.note(101, 1, 40_000);
  expect(tries.size).toBe(2);
});

test("who goes on asking is not forgotten for those that came later; who begins again after a pause begins anew", () => {
  const tries = new Tries<string>();
  tries.note("asks on", 1, 0);
  tries.note("gave up", 1, 1000);
  tries.note("asks on", 1, 16_000);
  expect(tries.note("asks on", 1, 32_000)).toMatchObject({ times: 3, firstAt: 0 });
  expect(tries.note("gave up", 1, 33_000)).toMatchObject({ times: 1, firstAt: 33_000 });
});

test("another question begins anew, and a copy is no try", () => {
  const tries = new Tries<string>();
  tries.note("a", 1, 0);
  expect(tries.note("a", 1, 150)).toMatchObject({ times: 1, firstAt: 0 });
  expect(tries.note("a", 1, 250)).toMatchObject({ times: 2, firstAt: 0 });
  expect(tries.note("a", 3, 300)).toMatchObject({ times: 1, firstAt: 300 });
});
