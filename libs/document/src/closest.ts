// Of the names that there are, the one that was probably meant by one that there is not.

/** To each name in turn the one that was meant, or undefined. */
export type Advice = (name: string) => string | undefined;

/** Whoever made so many different mistakes needs no advice on more; to find it takes a millisecond where many names are known. */
const ADVICE_MAX = 20;

/** For a list of any length: each name is looked for once, and at most so many are. */
export function adviceFrom(known: readonly string[]): Advice {
  const given = new Map<string, string | undefined>();
  return (name) => {
    if (!given.has(name) && given.size < ADVICE_MAX) given.set(name, closest(name, known));
    return given.get(name);
  };
}

/** Undefined when none is near enough to be a typing mistake. */
function closest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(key.length / 3)) ? best.name : undefined;
}

// Levenshtein, and two letters that changed places are one mistake; row by row. A key of a document is short, and a long
// one is not a typing mistake.
function distance(a: string, b: string): number {
  if (a.length > 64) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substituted, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
