// `./run model`: all interleavings of two clients, two nodes and a store that loses its leader, within bounds.
import { explore } from "./explore.ts";
import type { Bounds } from "./steps.ts";

/** Writes at once, or events one after the other: both together are too many states. */
const RUNS: readonly Bounds[] = [
  { ticks: 5, turns: 1, events: 2, writes: 2 },
  { ticks: 5, turns: 1, events: 3, writes: 1 },
];

for (const bounds of RUNS) {
  const { states, transitions, depth, counterexample } = explore(bounds);
  console.log(
    `${states} states, ${transitions} transitions, up to ${depth} steps; ${JSON.stringify(bounds)}`,
  );
  console.log(counterexample === undefined ? "no violation" : counterexample.join("\n"));
  if (counterexample !== undefined) process.exitCode = 1;
}
