// A short simulation, that of `./run sim`, and that it would notice: each planted bug is found within some seeds.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { invariantOf, minimised, violationOf } from "./minimise.ts";
import { planOf } from "./plan.ts";
import { type PlantedBug, plantedBugs } from "./planted-bugs.ts";

/** Seeds that a bug may hide in: several times as many as it takes. */
const SEEDS_MAX = 600;

test("forty clusters under faults violate nothing", async () => {
  for (let seed = 1; seed <= 40; seed++)
    expect([seed, await violationOf(planOf(seed))]).toEqual([seed, undefined]);
}, 60_000);

test("a seed repeats a run, event for event", async () => {
  const bug = plantedBugs.find(({ name }) => name === "cas-on-the-client")!;
  const { plan, violation } = await found(bug);
  expect(await violationOf(plan, bug)).toBe(violation);
});

test.each(plantedBugs.map((bug) => [bug.name, bug] as const))(
  "%s is found",
  async (_, bug) => {
    expect(bug.caughtAs).toContain(invariantOf((await found(bug)).violation));
  },
  300_000,
);

test("a failing run is made small", async () => {
  const bug = plantedBugs.find(({ name }) => name === "ack-on-unknown-outcome")!;
  const failure = await found(bug);
  const small = await minimised(failure, bug);
  expect(invariantOf(small.violation)).toBe(invariantOf(failure.violation));
  expect(small.plan.faults.length).toBeLessThanOrEqual(3);
  expect(await violationOf(small.plan, bug)).toBe(small.violation);
}, 60_000);

test("docs/simulation.md lists every planted bug", () => {
  const document = readFileSync(new URL("../../docs/simulation.md", import.meta.url), "utf8");
  const rows = plantedBugs.map(
    ({ name, breaks, caughtAs }) => `| ${name} | ${breaks} | ${caughtAs.join(", ")} |`,
  );
  expect(rows.filter((row) => !document.includes(row))).toEqual([]);
});

/** The first failing seed, by an invariant that is the bug's. */
async function found(bug: PlantedBug) {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const plan = planOf(seed);
    const violation = await violationOf(plan, bug);
    if (violation !== undefined && bug.caughtAs.includes(invariantOf(violation))) return { plan, violation };
  }
  throw new Error(`${bug.name} was not found in ${SEEDS_MAX} runs`);
}
