// The CPU time of a server's children, of which some live for one transfer only: what the kernel adds up for their parent when they end.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_A_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

interface Stat {
  readonly parent: number;
  /** Of itself, s. */
  readonly own: number;
  /** Of children that it has waited for, s. */
  readonly ended: number;
}

/** From now on. */
export function processesBelow(parents: readonly number[]): { end(): number } {
  const before = used(parents);
  return { end: () => Math.max(0, used(parents) - before) };
}

function used(parents: readonly number[]): number {
  const stats = new Map(
    readdirSync("/proc").flatMap((name): [number, Stat][] => {
      const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
      return stat === undefined ? [] : [[Number(name), stat]];
    }),
  );
  const ended = parents.reduce((sum, pid) => sum + (stats.get(pid)?.ended ?? 0), 0);
  const running = [...stats.values()].filter(({ parent }) => parents.includes(parent));
  return running.reduce((sum, { own, ended: below }) => sum + own + below, ended);
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [parent = 0] = [fields[1]];
    const seconds = (from: number) => (fields[from]! + fields[from + 1]!) / TICKS_A_SECOND;
    return { parent, own: seconds(11), ended: seconds(13) };
  } catch {
    return undefined;
  }
}
