// CPU time, as other work on the machine does not count in it, and what was allocated meanwhile.

import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

export interface Cost {
  /** µs of CPU of the whole process, collecting garbage included, for each operation. */
  cpu: number;
  /** Bytes for each operation; 0 when they cannot be told. */
  bytes: number;
}

/** The cost of each of `count` operations. Bytes are right as long as no garbage is collected meanwhile. */
export function costOf(count: number, work: () => Promise<void>): Promise<Cost>;
export function costOf(count: number, work: () => void): Cost;
export function costOf(count: number, work: () => void | Promise<void>): Cost | Promise<Cost> {
  const heapBefore = process.memoryUsage().heapUsed;
  const before = process.cpuUsage();
  const cost = () => {
    const { user, system } = process.cpuUsage(before);
    const bytes = process.memoryUsage().heapUsed - heapBefore;
    return { cpu: (user + system) / count, bytes: bytes / count };
  };
  const ended = work();
  return ended === undefined ? cost() : ended.then(cost);
}

/** What was measured of each stage, in rounds. */
export class Stages {
  private readonly rounds: Map<string, Cost[]>[] = [];

  /** Another round begins: what follows is measured anew. */
  nextRound(): void {
    this.rounds.push(new Map());
  }

  run(name: string, count: number, work: () => void): void {
    const round = this.rounds.at(-1)!;
    const costs = round.get(name) ?? [];
    if (costs.length === 0) round.set(name, costs);
    costs.push(costOf(count, work));
  }

  /** CPU time is that of the best round, its garbage included; bytes are those of a stretch without a collection. */
  best(): Map<string, Cost> {
    const names = [...this.rounds.at(-1)!.keys()];
    return new Map(
      names.map((name) => {
        const costs = this.rounds.map((round) => round.get(name)!);
        const cpu = Math.min(
          ...costs.map((each) => each.reduce((sum, { cpu }) => sum + cpu, 0) / each.length),
        );
        return [name, { cpu, bytes: median(costs.flat().map(({ bytes }) => bytes)) }];
      }),
    );
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Runs `work` under the CPU profiler; the profile is for Chrome's developer tools, or anything that reads `.cpuprofile`. */
export async function profiled(file: string | undefined, work: () => void | Promise<void>): Promise<void> {
  if (file === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  await work();
  const { profile } = await session.post("Profiler.stop");
  writeFileSync(file, JSON.stringify(profile));
  session.disconnect();
}
