// What processes have used: CPU time and memory, as the kernel counts them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { sleep } from "../lab/shell.ts";

/** Process ids by what they are: "dhcpd", "nats-server", "kea-dhcp4". */
export type ProcessGroups = Readonly<Record<string, readonly number[]>>;

const TICKS_A_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** User and system time of all its threads so far; undefined when it is gone. */
export function cpuSeconds(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // The name, in brackets, may hold spaces.
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return undefined;
  }
}

/** Resident memory; 0 when it is gone. */
export function residentMiB(pid: number): number {
  try {
    const kibibytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kibibytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export function cpuOf(groups: ProcessGroups): Record<string, number> {
  return mapGroups(groups, (pids) => pids.reduce((sum, pid) => sum + (cpuSeconds(pid) ?? 0), 0));
}

export function memoryOf(groups: ProcessGroups): Record<string, number> {
  return mapGroups(groups, (pids) => Math.round(pids.reduce((sum, pid) => sum + residentMiB(pid), 0)));
}

/** What each group used since `before`, a unit of work: µs. */
export function microsEach(
  groups: ProcessGroups,
  before: Readonly<Record<string, number>>,
  units: number,
): Record<string, number> {
  const after = cpuOf(groups);
  return mapGroups(groups, (_, name) =>
    units === 0 ? 0 : Math.round((1e6 * (after[name]! - before[name]!)) / units),
  );
}

const LOOK_MS = 300;
const IDLE_SHARE = 0.15;
const SETTLE_MS_MAX = 15_000;

/** Waits until the processes have done what was queued: until all together use less than 15 % of a processor. */
export async function settled(groups: ProcessGroups): Promise<void> {
  const total = () => Object.values(cpuOf(groups)).reduce((sum, seconds) => sum + seconds, 0);
  for (const end = performance.now() + SETTLE_MS_MAX; performance.now() < end; ) {
    const before = total();
    await sleep(LOOK_MS);
    if (total() - before < (IDLE_SHARE * LOOK_MS) / 1000) return;
  }
}

function mapGroups(groups: ProcessGroups, value: (pids: readonly number[], name: string) => number) {
  return Object.fromEntries(Object.entries(groups).map(([name, pids]) => [name, value(pids, name)]));
}
