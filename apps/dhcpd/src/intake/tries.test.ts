import { expect, test } from "vitest";
import { retransmitTimeoutOf, Tries, TryTable } from "./tries.ts";

test("what was heard is bounded: the ones of longest ago are forgotten first", () => {
  const tries = new Tries<string>();
  for (let n = 0; n < 160_000; n++) tries.note(`${n}`, 1, 0);
  expect(tries.size).toBeLessThanOrEqual(50_000);
  expect(tries.note("159999", 1, 1000).times).toBe(2);
  expect(tries.note("0", 1, 1000).times).toBe(1);
});

test("what is old goes when something new comes", () => {
  const tries = new Tries<string>();
  for (let n = 0; n < 100; n++) tries.note(`${n}`, 1, 0);
  tries.note("100", 1, 20_000);
  tries.note("101", 1, 40_000);
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

test("clients are told apart, however many there are", () => {
  const tries = new Tries<string>();
  const clients = Array.from({ length: 20_000 }, (_, n) => `01000c01${n.toString(16).padStart(6, "0")}`);
  const note = (now: number) => clients.map((client, n) => tries.note(client, n * 256 + 3, now).times);
  expect(new Set(note(0))).toEqual(new Set([1]));
  expect(new Set(note(5000))).toEqual(new Set([2]));
  expect(tries.size).toBe(20_000);
});

test("an xid of 32 bits is a question, and however often it is asked it stays one", () => {
  const tries = new Tries<string>();
  const question = 0xffffffff * 256 + 255;
  for (let n = 0; n < 5000; n++) tries.note("a", question, n * 1000);
  expect(tries.note("a", question, 5_000_000)).toMatchObject({ firstAt: 0, times: 4095 });
  expect(tries.note("a", question - 1, 5_001_000).times).toBe(1);
});

test("names that were chosen to meet cost no more than a few looks, and what is forgotten for them is counted anew", () => {
  const table = new TryTable();
  for (let n = 1; n <= 100; n++) {
    table.makeRoom();
    table.begin(table.placeOf(n * 0x1_0000_0000), n * 0x1_0000_0000, 1, n);
  }
  expect(table.size).toBe(64);
  const [first, last] = [0x1_0000_0000, 100 * 0x1_0000_0000];
  expect(table.has(first, table.placeOf(first))).toBe(true);
  expect(table.has(last, table.placeOf(last))).toBe(true);
  expect(table.has(99 * first, table.placeOf(99 * first))).toBe(false);
});

test.each([
  ["a first try", 1, 4000],
  ["a second one", 2, 8000],
  ["a third one", 3, 16_000],
  ["the most", 7, 16_000],
])("%s", (_, times, ms) => expect(retransmitTimeoutOf(times)).toBe(ms));
