// A node among busy neighbours: between its turns others use the processor's caches, so that a turn finds neither its code nor its
// data there. Played by a walk through more memory than the second-level cache has, and by work that is not ours.
const WALKED = new Uint8Array(8 * 1024 * 1024);
const LINE = 64;
const NEIGHBOURS_WORK = JSON.stringify(
  Array.from({ length: 200 }, (_, n) => ({ name: `neighbour-${n}`, n, list: [n, `${n}`, { at: n / 3 }] })),
);

/** What others do between two turns; the sum is only there so that nothing of it is left out. */
export function letOthersRun(): number {
  let sum = 0;
  for (let at = 0; at < WALKED.length; at += LINE) sum += WALKED[at]!++;
  const read = JSON.parse(NEIGHBOURS_WORK) as { name: string; n: number }[];
  for (const { name } of read.sort((a, b) => (a.name < b.name ? 1 : -1)))
    sum += name.replace(/\d/g, "x").length;
  return sum;
}
