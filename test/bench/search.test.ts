import { describe, expect, test } from "vitest";
import { nextRate, RESOLUTION, type Tried } from "./search.ts";

/** What the search finds with a server that keeps up with so much, except in the steps of `badMoments`, and in how many steps. */
function found(most: number, start: number, near?: number, badMoments: readonly number[] = []) {
  const tried: Tried[] = [];
  for (;;) {
    const rate = nextRate(tried, start, near);
    if (rate === undefined) break;
    tried.push({ rate, passed: rate <= most && !badMoments.includes(tried.length) });
  }
  const passed = tried.filter((each) => each.passed).map(({ rate }) => rate);
  return { best: Math.max(0, ...passed), steps: tried.length };
}

describe("the search", () => {
  test.each([[300], [1800], [2000], [7700], [12_000], [31_000]])("finds %d a second", (most) => {
    const { best, steps } = found(most, 2000);
    expect(best).toBeLessThanOrEqual(most);
    expect(best).toBeGreaterThan(most / (RESOLUTION * 1.02));
    expect(steps).toBeLessThanOrEqual(11);
  });

  test.each([[7000], [7700], [8400]])("is short when the result is known nearly: %d, not 7700", (most) => {
    const { best, steps } = found(most, 2000, 7700);
    expect(best).toBeGreaterThan(most / (RESOLUTION * 1.02));
    expect(steps).toBeLessThanOrEqual(5);
  });

  test.each([[0], [1], [2], [4]])("is not misled by one bad moment, in step %d", (moment) => {
    expect(found(7000, 2000, undefined, [moment]).best).toBeGreaterThan(7000 / (RESOLUTION * 1.02) ** 2);
  });

  test("ends with a server that does nothing at all", () => {
    expect(found(0, 2000)).toMatchObject({ best: 0 });
    expect(found(0, 2000, 4000)).toMatchObject({ best: 0 });
  });
});
