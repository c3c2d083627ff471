// The search for the highest rate that a server keeps up with. Pure: the answers so far go in, the next rate comes out.

export interface Tried {
  readonly rate: number;
  readonly passed: boolean;
}

/** A rate and the next higher one that is told apart from it. */
export const RESOLUTION = 1.06;

const STEPS_MAX = 14;

/**
 * The next rate to try; undefined when the border is known as well as RESOLUTION says. From `start` it doubles or halves
 * until the border is between two rates, and then halves the distance. With `near`, the result of an earlier run, it leaves
 * from there, by one RESOLUTION first and by more each time. The failure that the border rests on is tried a second time, as one
 * bad moment of the machine would else decide; and what passed once can be done.
 */
export function nextRate(tried: readonly Tried[], start: number, near?: number): number | undefined {
  if (tried.length === 0) return Math.round(near ?? start);
  if (tried.length >= STEPS_MAX) return undefined;
  const low = Math.max(0, ...tried.filter((each) => each.passed).map(({ rate }) => rate));
  const failed = tried.filter(({ rate }) => rate > low).map(({ rate }) => rate);
  const step = near === undefined ? 2 : Math.min(2, RESOLUTION ** tried.length);
  if (failed.length === 0) return Math.round(low * step);
  const high = Math.min(...failed);
  if (low === 0) return high <= 3 ? undefined : Math.round(high / step);
  if (high / low > RESOLUTION * 1.01) return Math.round(Math.sqrt(low * high));
  return failed.filter((rate) => rate === high).length < 2 ? high : undefined;
}
