// `./run bench scale`: from a thousand leases to a million: how long a node takes from its start until it serves, its memory, and
// what a DORA costs it then.
import type { Lab } from "../lab/lab.ts";
import { typescript } from "../lab/service.ts";
import { groupsOf, start } from "./contestants/leasehold.ts";
import { cpuOf, memoryOf, microsEach } from "./cpu.ts";
import { median } from "./latency.ts";
import { linePlot } from "./plot.ts";
import { Relays } from "./relays.ts";
import type { Result, Shown } from "./results.ts";
import { table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

const LEASES_MOST = 1_000_000;
const RATE = 500;
const SECONDS = 8;
const NODES = ["n1", "n2", "n3"];
/** Of DORAs: the median of their costs is taken, as a collection of garbage falls into one and not into another. */
const ROUNDS = 3;
const FILL_TIMEOUT_MS = 600_000;
/** What must hold at the most leases. */
const START_SECONDS_MAX = 15;
const MIB_MAX = 700;
const COST_RATIO_MAX = 1.15;

interface ScaleStep {
  readonly leases: number;
  readonly fillSeconds: number;
  /** Of one node that starts alone, until /readyz says so. */
  readonly startSeconds: number;
  /** Of that node, once it serves and when the DORAs are done. */
  readonly startMiB: number;
  readonly laterMiB: number;
  /** CPU of all nodes' dhcpd and NATS servers, µs a DORA. */
  readonly cpuMicros: Readonly<Record<string, number>>;
  readonly lossPercent: number;
}

export interface Scale extends Result {
  readonly rate: number;
  readonly steps: readonly ScaleStep[];
}

export async function measureScale(words: Words, labName: string): Promise<Pick<Scale, "rate" | "steps">> {
  const most = words.number("leases", LEASES_MOST);
  const rate = words.number("rate", RATE);
  const steps: ScaleStep[] = [];
  for (const leases of [...new Set([1000, Math.round(most / 10), most])].filter((count) => count <= most)) {
    const { lab } = await start(labName, 3, ["n1", "n2", "n3"]);
    const step = await withLeases(lab, leases, rate, words.number("seconds", SECONDS));
    console.log(`  ${JSON.stringify(step)}`);
    steps.push(step);
    await lab.down();
  }
  return { rate, steps };
}

async function withLeases(lab: Lab, leases: number, rate: number, seconds: number): Promise<ScaleStep> {
  const relays = await Relays.before(lab, NODES);
  for (const { name } of lab.nodes) await lab.stop(name, "dhcpd");
  const fillSeconds = await fill(lab, leases);
  const began = performance.now();
  await lab.start("n1", "dhcpd");
  const startSeconds = (performance.now() - began) / 1000;
  const first = { n1: [lab.processes().n1!.dhcpd!.pid] };
  const startMiB = memoryOf(first).n1!;
  for (const { name } of lab.nodes.slice(1)) await lab.start(name, "dhcpd");
  const costs = await doras(lab, relays, rate, seconds);
  return { leases, fillSeconds, startSeconds, startMiB, laterMiB: memoryOf(first).n1!, ...costs };
}

async function fill(lab: Lab, leases: number): Promise<number> {
  const { servers, password } = lab.layout().nats;
  const words = [...typescript("test/bench/load/fill-program.ts"), `${leases}`, servers.join(), password];
  const { code, stdout, stderr } = await lab.exec("n1", words, { timeout: FILL_TIMEOUT_MS });
  if (code !== 0) throw new Error(`The store was not filled: ${stderr.trim()}`);
  return Number(stdout) / 1000;
}

async function doras(lab: Lab, relays: Relays, rate: number, seconds: number) {
  const groups = groupsOf(lab);
  await relays.drive({ rate, seconds, generation: 0 }); // What is compiled only under load is compiled by then.
  const rounds: { readonly cpuMicros: Readonly<Record<string, number>>; readonly lossPercent: number }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const before = cpuOf(groups);
    const driven = await relays.drive({ rate, seconds, generation: round });
    const cpuMicros = microsEach(groups, before, driven.completed * seconds);
    rounds.push({ cpuMicros, lossPercent: driven.lossPercent });
  }
  const each = (group: string) => Math.round(median(rounds.map(({ cpuMicros }) => cpuMicros[group]!)));
  return {
    cpuMicros: Object.fromEntries(Object.keys(groups).map((group) => [group, each(group)])),
    lossPercent: median(rounds.map(({ lossPercent }) => lossPercent)),
  };
}

export function shownScale({ rate, steps }: Scale): Shown {
  const head = [
    "leases",
    "start s",
    "MiB",
    "after DORAs MiB",
    "dhcpd CPU µs a DORA",
    "nats-server",
    "dhcpd, times the first",
    "both, times the first",
    "lost %",
  ];
  const rows = steps.map((step) => [
    thousands(step.leases),
    step.startSeconds.toFixed(1),
    step.startMiB,
    step.laterMiB,
    step.cpuMicros.dhcpd ?? 0,
    step.cpuMicros["nats-server"] ?? 0,
    times(step, steps[0], ["dhcpd"]).toFixed(2),
    times(step, steps[0], ["dhcpd", "nats-server"]).toFixed(2),
    step.lossPercent.toFixed(1),
  ]);
  const words = `Start: from the start of one node's process until it serves, while the other nodes' dhcpd are stopped. DORAs of new clients at ${thousands(rate)} a second; CPU of all three nodes together, median of ${ROUNDS} rounds.`;
  const axes = { title: "A node's memory by leases", x: "leases", y: "MiB" };
  const points = steps.map((step): [number, number] => [step.leases, step.startMiB]);
  const plots = { "memory-by-leases": linePlot(axes, [{ label: "resident", points }]) };
  return { markdown: `${words}\n\n${table(head, rows)}\n\n${demands(steps)}`, plots };
}

type Program = "dhcpd" | "nats-server";

/** What a DORA costs these programs together, as a multiple of what it cost them in another step. */
function times(step: ScaleStep, first: ScaleStep | undefined, programs: readonly Program[]): number {
  const cost = (of: ScaleStep | undefined) =>
    programs.reduce((sum, program) => sum + (of?.cpuMicros[program] ?? 0), 0);
  return cost(step) / (cost(first) || 1);
}

/** Whether the largest step is within what must hold at a million leases. */
function demands(steps: readonly ScaleStep[]): string {
  const most = steps.at(-1);
  if (most === undefined) return "";
  const ratio = (...programs: Program[]) => times(most, steps[0], programs);
  const rows: [what: string, sign: string, max: number, found: number, digits: number][] = [
    ["serves, s after its start", "<", START_SECONDS_MAX, most.startSeconds, 1],
    ["resident, MiB", "<", MIB_MAX, Math.max(most.startMiB, most.laterMiB), 0],
    ["a DORA's cost to dhcpd, times the first", "≤", COST_RATIO_MAX, ratio("dhcpd"), 2],
    ["the same with nats-server", "≤", COST_RATIO_MAX, ratio("dhcpd", "nats-server"), 2],
  ];
  return table(
    [`at ${thousands(most.leases)} leases`, "must be", "is", "met"],
    rows.map(([what, sign, max, found, digits]) => {
      const isHeld = sign === "<" ? found < max : found <= max;
      return [what, `${sign} ${max}`, found.toFixed(digits), isHeld ? "yes" : "no"];
    }),
  );
}
