// What a source's entry in syncer.yaml leaves out.
import type { BrakeSettings } from "../plan/brake.ts";
import type { AnswerLimits, GetOptions, Reach } from "../sources/source.ts";
import type { SourceEntry } from "../syncer-file.ts";

export interface LoopSettings {
  readonly source: string;
  readonly type: string;
  readonly pollMs: number;
  /** Between whole reads. */
  readonly fullMs: number;
  readonly absentReads: number;
  readonly brake: BrakeSettings;
}

const MIB = 1024 * 1024;

/** What an answer of the source may take. A large SMD says some 500 octets a host. */
export function answerLimits({ answerMaxMiB, timeoutSeconds, silenceSeconds }: SourceEntry): AnswerLimits {
  return {
    octets: (answerMaxMiB ?? 64) * MIB,
    wholeMs: (timeoutSeconds ?? 30) * 1000,
    silenceMs: (silenceSeconds ?? 5) * 1000,
  };
}

/** The shell's, within the limits of the source. */
export function limited(reach: Reach, limits: AnswerLimits): Reach {
  return { getJson: (url, options: GetOptions = {}) => reach.getJson(url, { limits, ...options }) };
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
