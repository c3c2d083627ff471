// A short simulation, that of `./run sim`, and that it would notice: each planted bug is found within some seeds.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { invariantOf, minimised, violationOf } from "./minimise.ts";
import { planOf } from "./plan.ts";
import { type PlantedBug, plantedBugs } from "./planted-bugs.ts";

/** Seeds that a bug may hide in: several times as many as it takes. */
const SEEDS_MAX = 600;

/** Where each was found last: the search begins there, and goes through all seeds when the simulation has changed. */
const FOUND_AT: Readonly<Record<string, number>> = {
  "one-boundary-a-batch": 8,
  "ack-on-unknown-outcome": 3,
  "renewal-beyond-what-is-held": 3,
  "cas-on-the-client": 27,
  "reclaim-without-guard": 6,
  "declined-address-in-use": 55,
  "answers-after-a-pause": 7,
  "old-view-after-a-restart": 4,
  "nak-without-asking-the-leader": 84,
  "nobody-served-without-a-majority": 17,
  "intents-that-repeat": 20,
  "second-address-kept": 17,
  "suspicious-for-good": 6,
  "forwarded-batch-answered-early": 3,
  "told-before-it-is-stored": 3,
  "feed-that-rests-over-a-gap": 7,
  "silence-by-secs": 3,
  "emptied-store-unnoticed": 4,
  "served-before-it-knows": 20,
  "older-store-believed": 4,
  "drains-and-answers": 3,
  "document-not-written-back": 38,
  "members-not-written-back": 38,
  "hosts-forgotten-with-their-bucket": 28,
  "answers-however-late": 5,
  "probe-unheeded": 35,
  "lease-counted-from-its-arrival": 91,
};

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
  const last = FOUND_AT[bug.name] ?? 1;
  for (const seed of [last, ...Array.from({ length: SEEDS_MAX }, (_, i) => i + 1)]) {
    const plan = planOf(seed);
    const violation = await violationOf(plan, bug);
    if (violation !== undefined && bug.caughtAs.includes(invariantOf(violation))) return { plan, violation };
  }
  throw new Error(`${bug.name} was not found in ${SEEDS_MAX} runs`);
}
