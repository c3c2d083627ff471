// `./run bench storm`: hosts by the thousand switched on at once, each booting as ROM, iPXE and OS, and a node that dies in
// the middle: once one that does not lead the lease stream, once the one that does.
import type { Lab } from "../lab/lab.ts";
import { start } from "./contestants/leasehold.ts";
import { LoadProcess } from "./load/load-process.ts";
import type { StormResult } from "./load/storm-load.ts";
import type { Result, Shown } from "./results.ts";
import { streamLeader } from "./stream-leader.ts";
import { table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

const HOSTS = 10_000;
const PATIENCE_MS = 90_000;

type Victim = "nobody" | "follower" | "leader";
const victims: readonly Victim[] = ["nobody", "follower", "leader"];

interface Storm extends StormResult {
  readonly victim: Victim;
  readonly node: string | undefined;
  /** After so many ms it was killed. */
  readonly killedMs: number | undefined;
  readonly loadCpuSeconds: number;
}

export interface Storms extends Result {
  readonly storms: readonly Storm[];
}

export async function measureStorms(words: Words, labName: string): Promise<Pick<Storms, "storms">> {
  const hosts = words.number("hosts", HOSTS);
  const chosen = victims.filter((victim) => words.kill === undefined || words.kill === victim);
  if (chosen.length === 0) throw new Error(`--kill takes ${victims.join(", ")}.`);
  const storms: Storm[] = [];
  for (const victim of chosen) {
    const { lab } = await start(labName, 3, "all");
    storms.push(await storm(lab, hosts, victim));
    await lab.down();
  }
  return { storms };
}

async function storm(lab: Lab, hosts: number, victim: Victim): Promise<Storm> {
  const leader = await streamLeader(lab);
  const other = lab.nodes.find(({ name }) => name !== leader)!.name;
  const node = victim === "nobody" ? undefined : victim === "leader" ? leader : other;
  const load = await LoadProcess.start(lab);
  const began = performance.now();
  let killedMs: number | undefined;
  // In the middle: when half of the hosts' first clients are through, and all others wait.
  const { result, cpuSeconds } = await load.ask<StormResult>(
    { do: "storm", hosts, patienceMs: PATIENCE_MS },
    (stages) => {
      if (node === undefined || killedMs !== undefined || stages < hosts / 2) return;
      killedMs = Math.round(performance.now() - began);
      void lab.kill(node, "all");
    },
  );
  await load.close();
  console.log(`  ${hosts} hosts, ${victim} killed: ${JSON.stringify(result)}`);
  return { ...result, victim, node, killedMs, loadCpuSeconds: Math.round(cpuSeconds * 10) / 10 };
}

const titles: Readonly<Record<Victim, string>> = {
  nobody: "nobody dies",
  follower: "a node dies that does not lead the lease stream",
  leader: "the node dies that leads the lease stream",
};

export function shownStorms({ storms }: Storms): Shown {
  const head = [
    "",
    "hosts bound",
    "all in s",
    "99 % in s",
    "half in s",
    "longest pause s",
    "sent again",
    "NAK",
    "address twice",
    "another address later",
  ];
  const rows = storms.map((one) => [
    titles[one.victim],
    `${thousands(one.bound)} of ${thousands(one.hosts)}`,
    seconds(one.allMs),
    seconds(one.p99Ms),
    seconds(one.halfMs),
    seconds(one.pauseMs),
    thousands(Object.values(one.again).reduce((sum, count) => sum + count, 0)),
    one.naks,
    one.twice,
    one.moved,
  ]);
  return { markdown: table(head, rows) };
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);
