// `./run bench profile`: where a node's CPU time goes while it leases, by stage and by function, and as a flame graph.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Lab } from "../../lab/lab.ts";
import { typescript } from "../../lab/service.ts";
import { sleep } from "../../lab/shell.ts";
import { root } from "../../run/child.ts";
import { start } from "../contestants/leasehold.ts";
import { type Driven, Relays } from "../relays.ts";
import type { Result, Shown } from "../results.ts";
import { table, thousands } from "../table.ts";
import type { Words } from "../words.ts";
import { byFunction, byStage, type CpuProfile, IDLE, type Share } from "./cpu-profile.ts";
import { flameGraph } from "./flame-graph.ts";

/** For Chrome's developer tools, or anything that reads it. */
const FILE = `${root}bench-results/n1.cpuprofile`;
const RATE = 2000;
const SECONDS = 10;
const FUNCTIONS_SHOWN = 25;
/** What is compiled only under load is compiled by then. */
const WARM_UP_SECONDS = 5;

export interface Profiled extends Result {
  readonly driven: Driven;
  /** DORA of this node alone. */
  readonly doras: number;
  readonly stages: readonly Share[];
  readonly functions: readonly Share[];
}

export async function measureProfile(words: Words, labName: string): Promise<Omit<Profiled, keyof Result>> {
  const rate = words.number("rate", RATE);
  const seconds = words.number("seconds", SECONDS);
  const { lab, target } = await start(labName, 3, ["n1", "n2", "n3"]);
  const relays = await Relays.before(lab, target);
  await relays.drive({ rate, seconds: WARM_UP_SECONDS, generation: 0 });
  const [driven, profile] = await Promise.all([
    relays.drive({ rate, seconds: seconds + 2, generation: 1 }),
    sleep(1000).then(() => take(lab, "n1", seconds)),
  ]);
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(profile));
  const doras = Math.round((driven.completed * seconds) / lab.nodes.length);
  return {
    driven,
    doras,
    stages: byStage(profile),
    functions: byFunction(profile).slice(0, FUNCTIONS_SHOWN),
  };
}

async function take(lab: Lab, node: string, seconds: number): Promise<CpuProfile> {
  process.kill(lab.processes()[node]!.dhcpd!.pid, "SIGUSR1");
  await sleep(500);
  const program = [...typescript("test/bench/profile/inspector-program.ts"), `${seconds}`];
  const { code, stdout, stderr } = await lab.exec(node, program, { timeout: (seconds + 20) * 1000 });
  if (code !== 0) throw new Error(`No profile of ${node}: ${stderr.trim()}`);
  return JSON.parse(stdout) as CpuProfile;
}

export function shownProfile({ driven, doras, stages, functions }: Profiled): Shown {
  const work = stages.filter(({ name }) => name !== IDLE);
  const sum = (shares: readonly Share[]) => shares.reduce((total, { millis }) => total + millis, 0);
  const rows = (shares: readonly Share[]) =>
    shares.map(({ name, millis }) => [
      name,
      `${((100 * millis) / sum(work)).toFixed(1)} %`,
      ((1000 * millis) / Math.max(1, doras)).toFixed(1),
    ]);
  const head = ["share of its work", "µs a DORA of its own"];
  const busy = Math.round((100 * sum(work)) / sum(stages));
  const words = `One node of three, at ${thousands(driven.completed)} DORA/s in all; it follows the leases of the others, too. It worked for ${busy} % of the time.`;
  const parts = [words, table(["stage", ...head], rows(work)), table(["function", ...head], rows(functions))];
  const flames = flameGraph(JSON.parse(readFileSync(FILE, "utf8")) as CpuProfile, words);
  return { markdown: parts.join("\n\n"), plots: { "flame-graph": flames } };
}
