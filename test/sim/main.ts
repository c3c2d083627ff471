// `./run sim [--seed N] [--runs N] [--bug NAME] [--trace]`: simulated clusters under faults, judged by DESIGN's invariants. A
// run that fails is made small and printed; the seed repeats it.
import { parseArgs } from "node:util";
import { type Failure, minimised, violationOf } from "./minimise.ts";
import { planOf } from "./plan.ts";
import { type PlantedBug, plantedBugs } from "./planted-bugs.ts";
import { reportOf } from "./report.ts";
import { Run } from "./run.ts";
import { FAULTS_END_MS } from "./setting.ts";
import { Tally } from "./tally.ts";

const DEFAULT_RUNS = 300;
const FAILURES_SHOWN = 3;
const TOLD_EVERY = 500;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string" },
    bug: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});
const first = Number(values.seed ?? 1);
const runs = Number(values.runs ?? (values.seed === undefined ? DEFAULT_RUNS : 1));
const bug = plantedBugs.find(({ name }) => name === values.bug);
if (values.bug !== undefined && bug === undefined) {
  console.error(`sim: no such bug; there are ${plantedBugs.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
process.exitCode = values.trace ? await trace(first, bug) : await runMany(bug);

async function runMany(bug: PlantedBug | undefined): Promise<number> {
  const tally = new Tally();
  const failures: Failure[] = [];
  for (let seed = first; seed < first + runs && failures.length < FAILURES_SHOWN; seed++) {
    const run = new Run(planOf(seed), bug);
    const { simulation } = run;
    const [violation] = await run.toEnd();
    tally.add(simulation.tally);
    tally.count("runs", "done");
    tally.count("runs", "simulated ms", simulation.elapsed);
    if (violation !== undefined) failures.push({ plan: simulation.plan, violation });
    if ((seed - first + 1) % TOLD_EVERY === 0) console.log(`${seed - first + 1} of ${runs}`);
  }
  console.log(reportOf(tally, process.cpuUsage().user / 1e6));
  for (const failure of failures) await show(failure, bug);
  console.log(failures.length === 0 ? "no violation" : `${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

async function show(failure: Failure, bug: PlantedBug | undefined): Promise<void> {
  const { seed } = failure.plan;
  console.log(`\nseed ${seed}: ${failure.violation}`);
  const again = await violationOf(failure.plan, bug);
  if (again !== failure.violation)
    console.log(`  the same seed again: ${again ?? "no violation"}: this is a fault of the simulation`);
  const small = await minimised(failure, bug);
  const { setting, faults } = small.plan;
  console.log(`  smallest: ${small.violation}`);
  console.log(`  ${JSON.stringify(setting)}`);
  for (const fault of faults) console.log(`  ${JSON.stringify(fault)}`);
  const more = bug === undefined ? "" : ` --bug ${bug.name}`;
  console.log(
    `  repeat: ./run sim --seed ${seed}${more}, with what happened: ./run sim --seed ${seed}${more} --trace`,
  );
}

/** What happened in the smallest run of this seed that fails as the whole one does, or in the whole one. */
async function trace(seed: number, bug: PlantedBug | undefined): Promise<number> {
  const violation = await violationOf(planOf(seed), bug);
  const plan =
    violation === undefined ? planOf(seed) : (await minimised({ plan: planOf(seed), violation }, bug)).plan;
  let elapsed = () => 0;
  const run = new Run(plan, bug, (line) =>
    console.log(`${(elapsed() / 1000).toFixed(3).padStart(9)}  ${line()}`),
  );
  elapsed = () => run.simulation.elapsed;
  const [found] = await run.toEnd();
  console.log(found ?? `no violation; faults ended at ${FAULTS_END_MS / 1000} s`);
  return found === undefined ? 0 : 1;
}
