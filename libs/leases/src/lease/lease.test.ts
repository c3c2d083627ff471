// The state of an address is its newest event; its end is arithmetic (docs/adr/0007).
import { describe, expect, test } from "vitest";
import {
  alice,
  bob,
  declined,
  granted,
  NOW,
  offered,
  type Past,
  released,
  secondsLater,
} from "../../test/world.ts";
import { instant, isBound, isFreeFor, type Lease, leaseAfter, revision, shownState } from "../index.ts";

const GUARD_MS = 15_000;
const X = "10.0.0.11";
const leaseOf = ({ event }: Past): Lease => leaseAfter(event, revision(1), NOW);
const NEVER = Number.POSITIVE_INFINITY;

describe("from when an address may be given to", () => {
  test.each<[state: string, of: Past, itsClient: number, others: number]>([
    ["bound", granted(alice, X, { seconds: 60, held: 120 }), 0, 135],
    ["offered", offered(alice, X), 0, 75],
    ["released", released(alice, X), 0, 0],
    ["declined", declined(alice, X), 86_400, 86_400],
    ["bound without end", granted(alice, X, { seconds: 0xffffffff, held: 0xffffffff }), 0, NEVER],
  ])("%s: its client and others", (_, event, itsClient, others) => {
    const lease = leaseOf(event);
    for (const [{ client }, from] of [[alice, itsClient] as const, [bob, others] as const]) {
      const isFreeAfter = (seconds: number) => isFreeFor(lease, client, secondsLater(seconds), GUARD_MS);
      expect(isFreeAfter(from === NEVER ? 1e9 : from)).toBe(from !== NEVER);
      if (from > 0) expect(isFreeAfter((from === NEVER ? 1e9 : from) - 0.001)).toBe(false);
    }
  });

  test("one that was never leased: at once", () => {
    expect(isFreeFor(undefined, alice.client, NOW, GUARD_MS)).toBe(true);
  });
});

describe("what people are shown", () => {
  test.each<[of: Past, now: string, later: string]>([
    [granted(alice, X), "bound", "expired"],
    [offered(alice, X), "offered", "expired"],
    [declined(alice, X), "declined", "expired"],
    [released(alice, X), "released", "released"],
  ])("$event.type", (event, now, later) => {
    const lease = leaseOf(event);
    expect([shownState(lease, NOW), shownState(lease, secondsLater(100_000))]).toEqual([now, later]);
  });
});

test("only a grant binds, and only until what is held has passed", () => {
  const lease = leaseOf(granted(alice, X, { seconds: 60, held: 120 }));
  expect([lease.at, lease.heldUntil]).toEqual([NOW, NOW + 120_000]);
  expect(isBound(lease, instant(lease.heldUntil - 1))).toBe(true);
  expect(isBound(lease, lease.heldUntil)).toBe(false);
  for (const other of [offered(alice, X), released(alice, X), declined(alice, X)]) {
    expect(isBound(leaseOf(other), NOW)).toBe(false);
  }
  expect(isBound(undefined, NOW)).toBe(false);
});
