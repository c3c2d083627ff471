// Draining: said first, then done; undone, unless the node stops.
import { expect, test } from "vitest";
import { Draining, HANDOVER_MS } from "./draining.ts";

test("a node says that it drains before it stands back", () => {
  const draining = new Draining();
  expect([draining.isOn, draining.isYielding(1000)]).toEqual([false, false]);
  draining.begin(1000);
  draining.begin(1050);
  expect([draining.isOn, draining.isYielding(1000 + HANDOVER_MS - 1)]).toEqual([true, false]);
  expect(draining.isYielding(1000 + HANDOVER_MS)).toBe(true);
});

test("it takes its share again at once", () => {
  const draining = new Draining();
  draining.begin(0);
  draining.end();
  expect([draining.isOn, draining.isYielding(9000)]).toEqual([false, false]);
});

test("one that stops cannot be called back", () => {
  const draining = new Draining();
  draining.begin(0);
  draining.stop();
  draining.end();
  expect([draining.isOn, draining.isStopping]).toEqual([true, true]);
});
