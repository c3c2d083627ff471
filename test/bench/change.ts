// `./run bench change`: how long after a host event is written every node answers by it.
import { typescript } from "../lab/service.ts";
import { root } from "../run/child.ts";
import { start } from "./contestants/leasehold.ts";
import { type Latency, latencyOf } from "./latency.ts";
import type { ChangeTimes } from "./load/change-program.ts";
import type { Result, Shown } from "./results.ts";
import { ms, table } from "./table.ts";
import type { Words } from "./words.ts";

const EVENTS = 1000;
const TIMEOUT_MS = 300_000;

export interface Changes extends Result {
  readonly stored: Latency;
  readonly added: Latency;
  readonly moved: Latency;
}

export async function measureChanges(words: Words, labName: string): Promise<Omit<Changes, keyof Result>> {
  const events = words.number("events", EVENTS);
  const network = `${root}test/bench/reserved-network.yaml`;
  const { lab } = await start(labName, 3, ["n1", "n2", "n3"], { network });
  const { servers, password } = lab.layout().nats;
  const nodes = lab.nodes.map(({ address }) => address!).join();
  const program = typescript("test/bench/load/change-program.ts");
  const args = [`${Math.ceil(events / 2)}`, lab.host("r1").address!, nodes, servers.join(), password];
  const { code, stdout, stderr } = await lab.exec("r1", [...program, ...args], { timeout: TIMEOUT_MS });
  if (code !== 0) throw new Error(`The changes were not measured: ${stderr.trim()}`);
  const { stored, added, moved } = JSON.parse(stdout) as ChangeTimes;
  return { stored: latencyOf(stored), added: latencyOf(added), moved: latencyOf(moved) };
}

export function shownChanges({ stored, added, moved }: Changes): Shown {
  const row = (title: string, { count, p50, p99, max }: Latency) => [title, count, ms(p50), ms(p99), ms(max)];
  const rows = [
    row("in the store", stored),
    row("all three nodes offer a new host its address", added),
    row("all three nodes offer a known host its new address", moved),
  ];
  return { markdown: table(["ms after a host event is written", "events", "p50", "p99", "most"], rows) };
}
