// Runs mutated packets through the codec until a count or a time is reached, or a packet breaks it.

import { DECODE_FAILURES, type DecodeFailure } from "@leasehold/protocol";
import { Random } from "../random.ts";
import { readCorpus } from "./corpus.ts";
import { exercise } from "./exercise.ts";
import { Mutator } from "./mutate.ts";

/** A packet that takes longer is a hang to a server that gets thousands of them a second. */
const MILLISECONDS_MAX = 50;
const MILLISECONDS_SUSPECT = 2;
const BATCH = 1000;

export interface FuzzLimits {
  readonly count?: number;
  readonly seconds?: number;
  readonly seed: number;
  /** Called now and then with the packets so far. */
  readonly onProgress?: (packets: number) => void;
}

export interface FuzzReport {
  readonly packets: number;
  readonly seconds: number;
  readonly outcomes: ReadonlyMap<DecodeFailure | "decoded", number>;
  readonly slowestMilliseconds: number;
  /** The packet that broke the codec, and how. */
  readonly failure?: { readonly bytes: Uint8Array; readonly what: string };
}

/** With the same seed and corpus, the same packets in the same order. */
export function fuzz(limits: FuzzLimits): FuzzReport {
  const mutator = new Mutator(
    readCorpus().map(({ bytes }) => bytes),
    new Random(limits.seed),
  );
  const outcomes = new Map<DecodeFailure | "decoded", number>(
    (["decoded", ...DECODE_FAILURES] as const).map((outcome) => [outcome, 0]),
  );
  const started = performance.now();
  const count = limits.count ?? Number.POSITIVE_INFINITY;
  const end = started + (limits.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  let packets = 0;
  let slowestMilliseconds = 0;
  const report = () => ({
    packets,
    seconds: (performance.now() - started) / 1000,
    outcomes,
    slowestMilliseconds,
  });
  while (packets < count && performance.now() < end) {
    for (const stop = Math.min(packets + BATCH, count); packets < stop; packets++) {
      const bytes = mutator.next();
      const outcome = timed(bytes);
      if ("what" in outcome) return { ...report(), failure: { bytes: bytes.slice(), what: outcome.what } };
      outcomes.set(outcome.outcome, outcomes.get(outcome.outcome)! + 1);
      slowestMilliseconds = Math.max(slowestMilliseconds, outcome.milliseconds);
    }
    if (packets % (100 * BATCH) === 0) limits.onProgress?.(packets);
  }
  return report();
}

type Outcome =
  | { readonly outcome: DecodeFailure | "decoded"; readonly milliseconds: number }
  | { readonly what: string };

/** Of a packet that seems slow, the quickest of five: collected garbage and a busy machine are not its fault. */
function timed(bytes: Uint8Array): Outcome {
  let milliseconds = Number.POSITIVE_INFINITY;
  let outcome: DecodeFailure | "decoded" = "decoded";
  for (let attempt = 0; attempt < 5 && milliseconds > MILLISECONDS_SUSPECT; attempt++) {
    const started = performance.now();
    try {
      outcome = exercise(bytes);
    } catch (thrown) {
      return { what: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
    }
    milliseconds = Math.min(milliseconds, performance.now() - started);
  }
  return milliseconds > MILLISECONDS_MAX
    ? { what: `took ${milliseconds.toFixed(0)} ms, and ${MILLISECONDS_MAX} are allowed` }
    : { outcome, milliseconds };
}
