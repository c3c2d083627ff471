// The model finds nothing in the real decide(), and finds each mistake that is planted.
import { expect, test } from "vitest";
import { explore } from "./explore.ts";
import type { Mistakes } from "./steps.ts";

const BOUNDS = { ticks: 4, turns: 1, events: 2, writes: 1 };

test("no interleaving of two clients, two nodes and a store violates anything", () => {
  const { states, counterexample } = explore(BOUNDS);
  expect(counterexample).toBeUndefined();
  expect(states).toBeGreaterThan(50_000);
});

test.each<[string, Mistakes]>([
  ["an address given again without the guard", { isGuardIgnored: true }],
  ["a store that does not compare", { isCasIgnored: true }],
  ["an ACK before the commit", { isAckedBeforeCommit: true }],
])("%s is found, with the way to it", (_, mistakes) => {
  const { counterexample } = explore(BOUNDS, mistakes);
  expect(counterexample?.at(-1)).toMatch(/^I[17]: /);
  expect(counterexample!.length).toBeLessThan(12);
});
