import fc from "fast-check";
import { expect, test } from "vitest";
import { ToldRanges } from "./told-ranges.ts";

test("what follows at once is known at once; what comes before its turn waits for what is missing", () => {
  const ranges = new ToldRanges();
  expect(ranges.add(10, 11, 15)).toBe(15);
  expect(ranges.add(15, 18, 20)).toBe(15);
  expect(ranges.hasGap).toBe(true);
  expect(ranges.add(15, 21, 21)).toBe(15);
  expect(ranges.add(15, 16, 17)).toBe(21);
  expect(ranges.hasGap).toBe(false);
});

test("a run counts what was told without a gap, and begins anew behind one", () => {
  const ranges = new ToldRanges();
  ranges.add(0, 1, 100);
  ranges.add(100, 101, 150);
  expect(ranges.run).toBe(150);
  ranges.add(150, 160, 169);
  expect(ranges.run).toBe(10);
});

test("in whatever order batches are told, all is known once none is missing, and never more than that", () => {
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
        const ranges = new ToldRanges();
        const told = new Set<number>();
        let known = 0;
        for (const { first, last } of order) {
          for (let one = first; one <= last; one++) told.add(one);
          known = ranges.add(known, first, last);
          let all = 0;
          while (told.has(all + 1)) all++;
          expect(known).toBe(all);
        }
        expect(known).toBe(next - 1);
        expect(ranges.size).toBe(0);
      },
    ),
  );
});
