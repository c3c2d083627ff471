import { describe, expect, test } from "vitest";
import { FENCED_FROM_MS, StreamClock } from "./stream-clock.ts";

const NOON = Date.parse("2026-11-21T12:00:00Z");
const HOUR = 3_600_000;

/** A node whose steady clock began at noon, and a stream that it can ask. */
class Node {
  steady = 0;
  /** By how much each clock is ahead of the true time. */
  wallAhead = 0;
  streamAhead = 0;
  suspendedMs = 0;
  readonly clock = new StreamClock(0, NOON);

  ask({ wayThere = 1, wayBack = 1 } = {}): string {
    const asked = this.steady;
    const at = this.truth + wayThere + this.streamAhead;
    this.steady += wayThere + wayBack;
    return this.clock.sample(at, asked, this.steady, this.truth + this.wallAhead);
  }

  pass(ms: number): this {
    this.steady += ms;
    return this;
  }

  get truth(): number {
    return NOON + this.steady + this.suspendedMs;
  }

  /** By how much what it takes for stream time is ahead of the truth. */
  get error(): number {
    return this.clock.now(this.steady) - this.truth;
  }
}

test("until it has asked, it goes by its wall clock, and says that it does not know", () => {
  const node = new Node();
  expect([node.clock.isKnown, node.error]).toEqual([false, 0]);
  expect([node.ask(), node.clock.isKnown, node.error]).toEqual(["agrees", true, 0]);
});

test("the stream's time counts, also where the wall clock was somewhat wrong from the start", () => {
  const node = new Node();
  node.streamAhead = 10_000;
  expect([node.ask(), node.error]).toEqual(["agrees", 10_000]);
});

test.each([HOUR, -HOUR, 10 * 365 * 24 * HOUR])(
  "a step of the wall clock by %i ms does no harm, and is told",
  (step) => {
    const node = new Node();
    node.ask();
    node.wallAhead = step;
    expect([node.pass(1000).ask(), node.error, node.clock.wallDifferenceMs]).toEqual(["agrees", 0, step]);
  },
);

test("of several answers the fastest one tells best", () => {
  const node = new Node();
  node.ask({ wayThere: 0, wayBack: 100 });
  expect(node.error).toBe(-50);
  node.pass(1000).ask();
  expect(node.error).toBe(0);
  node.pass(1000).ask({ wayThere: 300, wayBack: 0 });
  expect(node.error).toBe(0);
});

test("a new leader's clock that differs by less than the guard is followed at once", () => {
  const node = new Node();
  node.ask();
  node.streamAhead = -FENCED_FROM_MS + 10;
  expect([node.pass(1000).ask(), node.error]).toEqual(["agrees", -FENCED_FROM_MS + 10]);
});

describe("past the guard", () => {
  test.each([FENCED_FROM_MS + 10, -FENCED_FROM_MS - 10, HOUR])(
    "a leader's clock that jumps by %i ms fences, and is not followed",
    (step) => {
      const node = new Node();
      node.ask();
      node.streamAhead = step;
      expect([node.pass(1000).ask(), node.clock.isFenced, node.error]).toEqual(["fenced", true, 0]);
      expect(node.clock.differenceMs).toBe(step);
      node.streamAhead = 0;
      expect([node.pass(1000).ask(), node.clock.isFenced]).toEqual(["agrees", false]);
    },
  );

  test("a wall clock that was wrong from the start fences until it is right", () => {
    const node = new Node();
    node.wallAhead = HOUR;
    const clock = new StreamClock(node.steady, node.truth + node.wallAhead);
    const ask = () => clock.sample(node.truth, node.steady, node.steady, node.truth + node.wallAhead);
    expect([ask(), clock.isFenced, clock.isKnown]).toEqual(["fenced", true, false]);
    node.wallAhead = 100;
    expect([ask(), clock.isFenced, clock.isKnown]).toEqual(["caught-up", false, true]);
    expect(clock.now(node.steady)).toBe(node.truth);
  });

  test("a machine that was suspended, so that its steady clock stood still, catches up once its wall clock is set", () => {
    const node = new Node();
    node.ask();
    node.suspendedMs = HOUR;
    node.wallAhead = -HOUR;
    expect([node.pass(1000).ask(), node.clock.isFenced]).toEqual(["fenced", true]);
    node.wallAhead = 0;
    expect([node.pass(1000).ask(), node.clock.isFenced, node.error]).toEqual(["caught-up", false, 0]);
  });
});
