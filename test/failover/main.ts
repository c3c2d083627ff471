// `./run failover [--runs 10] [--case NAME]`: how long clients wait when a node or the stream's leader dies, and when a node
// is restarted: medians of some runs, as a table. Exits with 1 when a median is above what is promised.
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { Population } from "../chaos/population.ts";
import { LARGE_POOL, Stage } from "../chaos/stage.ts";
import { awaitServing } from "../chaos/storm.ts";
import { until } from "../lab/shell.ts";
import { type Case, cases, type Figure, type Stand } from "./cases.ts";

const options = { runs: { type: "string", default: "10" }, case: { type: "string" } } as const;
const say = (line: string) => console.error(`failover: ${line}`);

/** Long, so that only what is measured asks. */
const LEASE_SECONDS = 600;
const BOUND = { pool: 160, relayed: 0, reserved: 250 };
const COMING_A_SECOND = 200;
const RFC_RETRY_MS = 4000;

async function main(): Promise<number> {
  const { values } = parseArgs({ options });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new TypeError("--runs is a whole number from 1 on");
  const chosen = cases.filter(({ name }) => values.case === undefined || name === values.case);
  if (chosen.length === 0)
    throw new TypeError(`--case is one of ${cases.map(({ name }) => name).join(", ")}`);
  const stage = await Stage.build({ leaseSeconds: LEASE_SECONDS, poolEnd: LARGE_POOL }, say);
  try {
    return await measure(stage, chosen, runs);
  } finally {
    await stage.lab.down();
  }
}

async function measure({ lab }: Stage, chosen: readonly Case[], runs: number): Promise<number> {
  const population = await Population.open(lab, {
    seed: 1,
    counts: BOUND,
    retryMs: RFC_RETRY_MS,
    isSteady: true,
  });
  await population.start(COMING_A_SECOND);
  await until("all clients have leases", 30, async () => population.clients.every(({ isBound }) => isBound));
  const stand = { lab, population };
  const rows: Row[] = [];
  for (const each of chosen) rows.push(...(await rowsOf(each, stand, runs)));
  await population.end();
  tell(rows, runs);
  return rows.every(isKept) ? 0 : 1;
}

interface Row {
  readonly of: string;
  readonly figure: Figure;
  readonly numbers: readonly number[];
}

async function rowsOf({ name, figures, measure }: Case, stand: Stand, runs: number): Promise<Row[]> {
  const results: (readonly number[])[] = [];
  for (let i = 0; i < runs; i++) {
    const victim = stand.lab.nodes[i % stand.lab.nodes.length]!.name;
    await awaitServing(stand.lab, "the last run");
    results.push(await measure(stand, victim));
    say(`${name}, ${i + 1} of ${runs}: ${results.at(-1)!.map(Math.round).join(", ")}`);
  }
  return figures.map((figure, i) => ({ of: name, figure, numbers: results.map((result) => result[i]!) }));
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const isKept = ({ figure, numbers }: Row): boolean => median(numbers) <= figure.atMost;

function tell(rows: readonly Row[], runs: number): void {
  console.log(`\`./run failover --runs ${runs}\` on ${cpus().length} × ${cpus()[0]?.model}, `);
  console.log(`${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}:\n`);
  console.log("| what | figure | median | worst | n | promised |\n|---|---|---|---|---|---|");
  for (const { of, figure, numbers } of rows) {
    const shown = (value: number) => `${figure.unit === "ms" ? Math.round(value) : value} ${figure.unit}`;
    const cells = [shown(median(numbers)), shown(Math.max(...numbers)), numbers.length];
    console.log(`| ${of} | ${figure.name} | ${cells.join(" | ")} | ≤ ${shown(figure.atMost)} |`);
  }
  for (const { name, about } of cases) console.log(`\n${name}: ${about}.`);
}

try {
  process.exitCode = await main();
} catch (thrown) {
  console.error(`failover: ${thrown instanceof TypeError ? thrown.message : (thrown as Error).stack}`);
  process.exitCode = 2;
}
