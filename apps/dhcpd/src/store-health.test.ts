import { expect, test } from "vitest";
import { StoreHealth } from "./store-health.ts";

test("without a connection nothing can be stored, whatever happened before", () => {
  const health = new StoreHealth(() => false);
  health.note("stored", 0);
  expect([health.isReachable(), health.isTaking(0)]).toEqual([false, false]);
});

test("a write of unknown fate casts doubt for two seconds; REQUESTs are still tried", () => {
  const health = new StoreHealth(() => true);
  expect(health.isTaking(0)).toBe(true);
  health.note("unknown", 1000);
  expect([health.isTaking(1000), health.isTaking(2999), health.isTaking(3000)]).toEqual([false, false, true]);
  expect(health.isReachable()).toBe(true);
});

test.each(["stored", "conflict"] as const)("an answer ends the doubt at once: %s", (kind) => {
  const health = new StoreHealth(() => true);
  health.note("unknown", 1000);
  health.note(kind, 1001);
  expect(health.isTaking(1001)).toBe(true);
});
