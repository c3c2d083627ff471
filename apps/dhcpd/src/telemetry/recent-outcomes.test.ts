// The ring of recent outcomes: newest first, a client by its hardware address or identity, the oldest forgotten.
import { instant } from "@leasehold/leases";
import type { Mac } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { type Outcome, RecentOutcomes } from "./recent-outcomes.ts";

const outcome = (at: number, chaddr: string, client?: string): Outcome => ({
  ...{ at: instant(at), outcome: "ACK", reason: undefined, type: 3, xid: 1, mac: chaddr as Mac, client },
  address: undefined,
});

test.each([
  ["before the ring is full", 3, [3, 2, 1]],
  ["when it is full", 5, [5, 4, 3, 2]],
  ["when it has gone round", 11, [11, 10, 9, 8]],
])("%s, the newest first and the oldest forgotten", (_, count, expected) => {
  const recent = new RecentOutcomes(4);
  for (let at = 1; at <= count; at++) recent.note(outcome(at, "aa"));
  expect(recent.of("aa", 10).map(({ at }) => Number(at))).toEqual(expected);
});

test("of one client, by hardware address or identity, and no more than wanted", () => {
  const recent = new RecentOutcomes();
  for (const [at, chaddr, client] of [
    [1, "aa", "01aa"],
    [2, "bb", "01bb"],
    [3, "aa", undefined],
    [4, "cc", "01aa"],
  ] as const) {
    recent.note(outcome(at, chaddr, client));
  }
  expect(recent.of("aa", 10).map(({ at }) => Number(at))).toEqual([3, 1]);
  expect(recent.of("01aa", 10).map(({ at }) => Number(at))).toEqual([4, 1]);
  expect(recent.of("aa", 1).map(({ at }) => Number(at))).toEqual([3]);
  expect(recent.of("dd", 10)).toEqual([]);
});
