import { expect, test } from "vitest";
import { PAUSE_MS, PauseWatch } from "./pause-watch.ts";

const EPOCH = 1_700_000_000_000;

/** Ticks every 100 ms from `from` to `to`, as the node does: it looks, then ticks. */
function run(watch: PauseWatch, from: number, to: number): void {
  for (let now = from; now <= to; now += 100) {
    watch.look(now, EPOCH + now);
    watch.tick(now, EPOCH + now);
  }
}

test("a process that runs is not suspect", () => {
  const watch = new PauseWatch(0, EPOCH);
  run(watch, 0, 10_000);
  watch.look(10_000 + PAUSE_MS, EPOCH + 10_000 + PAUSE_MS);
  expect([watch.isSuspect, watch.pauses]).toEqual([false, 0]);
});

test("standing still makes it suspect, seen by the first packet before any timer", () => {
  const watch = new PauseWatch(0, EPOCH);
  run(watch, 0, 1000);
  watch.look(1000 + PAUSE_MS + 1, EPOCH + 1000 + PAUSE_MS + 1);
  expect([watch.isSuspect, watch.pauses]).toEqual([true, 1]);
});

test("one pause is one, however many packets are read after it", () => {
  const watch = new PauseWatch(0, EPOCH);
  for (let packet = 0; packet < 5; packet++) watch.look(5000 + packet, EPOCH + 5000 + packet);
  run(watch, 5005, 8000);
  expect(watch.pauses).toBe(1);
});

test("it stays suspect until the store was asked after the pause", () => {
  const watch = new PauseWatch(0, EPOCH);
  run(watch, 5000, 9000);
  expect(watch.isSuspect).toBe(true);
  watch.verified(watch.pauses);
  expect(watch.isSuspect).toBe(false);
});

test("an answer from before another pause does not count, also when the first was not cleared yet", () => {
  const watch = new PauseWatch(0, EPOCH);
  watch.look(5000, EPOCH + 5000);
  watch.tick(5000, EPOCH + 5000);
  const asked = watch.pauses;
  watch.look(10_000, EPOCH + 10_000);
  watch.verified(asked);
  expect([watch.isSuspect, watch.pauses]).toEqual([true, 2]);
  watch.verified(watch.pauses);
  expect(watch.isSuspect).toBe(false);
});

test.each([3_600_000, PAUSE_MS + 1, -PAUSE_MS - 1])(
  "a wall clock that jumps by %i ms makes it suspect: the machine may have been suspended",
  (jump) => {
    const watch = new PauseWatch(0, EPOCH);
    run(watch, 0, 1000);
    expect(watch.look(1050, EPOCH + 1050 + jump)).toBe(true);
    expect(watch.look(1060, EPOCH + 1060 + jump)).toBe(false);
    expect([watch.isSuspect, watch.pauses]).toEqual([true, 1]);
  },
);
