import fc from "fast-check";
import { expect, test } from "vitest";
import { SequenceRanges } from "./sequence-ranges.ts";

const LIMITS = { pauseAfter: 150, gapMs: 100, quietMs: 500, ranges: 256 };

test("what follows at once is known at once; what comes before its turn waits for what is missing", () => {
  const ranges = new SequenceRanges(LIMITS);
  expect(ranges.add(10, 11, 15, 0)).toBe(15);
  expect(ranges.add(15, 18, 20, 1)).toBe(15);
  expect(ranges.add(15, 21, 21, 90)).toBe(15);
  expect([ranges.mustResume(101), ranges.mustResume(102)]).toEqual([false, true]);
  expect(ranges.add(15, 16, 17, 102)).toBe(21);
  expect([ranges.mustResume(602), ranges.mustResume(603)]).toEqual([false, true]);
});

test("the feed may be paused after enough records without a gap; a run begins again behind a gap", () => {
  const ranges = new SequenceRanges(LIMITS);
  ranges.add(0, 1, 100, 0);
  expect(ranges.mayPause).toBe(false);
  ranges.add(100, 101, 150, 0);
  expect(ranges.mayPause).toBe(true);
  ranges.add(150, 160, 169, 0);
  expect(ranges.mayPause).toBe(false);
  ranges.add(150, 151, 159, 0);
  expect(ranges.mayPause).toBe(false);
});

test("what waits for something missing is bounded", () => {
  const ranges = new SequenceRanges(LIMITS);
  for (let i = 1; i <= 256; i++) ranges.add(0, 2 * i, 2 * i, 0);
  expect(ranges.mustResume(0)).toBe(false);
  ranges.add(0, 1000, 1000, 0);
  expect(ranges.mustResume(0)).toBe(true);
});

test("in whatever order notices arrive, all is known once none is missing, and never more than that", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }),
      fc.gen(),
      (sizes, g) => {
        let next = 1;
        const batches = sizes.map((size) => {
          next += size;
          return { first: next - size, last: next - 1 };
        });
        const order = g(fc.shuffledSubarray, batches, { minLength: batches.length });
        const ranges = new SequenceRanges();
        const announced = new Set<number>();
        let known = 0;
        for (const { first, last } of order) {
          for (let one = first; one <= last; one++) announced.add(one);
          known = ranges.add(known, first, last, 0);
          let all = 0;
          while (announced.has(all + 1)) all++;
          expect(known).toBe(all);
        }
        expect(known).toBe(next - 1);
        expect(ranges.mustResume(LIMITS.gapMs + 1)).toBe(false);
      },
    ),
  );
});
