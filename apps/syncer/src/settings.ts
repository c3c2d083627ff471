// What a source's entry in syncer.yaml leaves out.
import type { BrakeSettings } from "./brake.ts";
import type { SourceEntry } from "./syncer-file.ts";

export interface LoopSettings {
  readonly source: string;
  readonly type: string;
  readonly pollMs: number;
  /** Between whole reads. */
  readonly fullMs: number;
  readonly absentReads: number;
  readonly brake: BrakeSettings;
}

export function loopSettings(entry: SourceEntry): LoopSettings {
  const pollSeconds = entry.pollSeconds ?? 1;
  return {
    source: entry.name ?? entry.type,
    type: entry.type,
    pollMs: pollSeconds * 1000,
    fullMs: (entry.fullSeconds ?? pollSeconds) * 1000,
    absentReads: entry.absentReads ?? 2,
    brake: { percent: entry.brake?.percent ?? 10, hosts: entry.brake?.hosts ?? 5 },
  };
}
