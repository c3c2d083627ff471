// `./run bench`: every contestant by the same rules, in turn, several times, in one run on one machine.

import type { Contestant } from "./contestant.ts";
import { contestants } from "./contestants/index.ts";
import { median } from "./latency.ts";
import { LOSS_PERCENT_MAX, measure, type Run, type RunOptions } from "./measure.ts";
import { type Bar, barPlot } from "./plot.ts";
import { CLIENTS } from "./relays.ts";
import type { Result, Shown } from "./results.ts";
import { ensureRivals } from "./rivals.ts";
import { ms, table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

export interface Comparison extends Result {
  readonly rules: string;
  readonly contestants: readonly Measured[];
}

interface Measured {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly settings: readonly string[];
  readonly runs: readonly Run[];
}

const RUNS = 5;
const SECONDS = 4;

/** Under so many perfdhcp. */
export async function compare(
  words: Words,
  labName: string,
  relays: number,
): Promise<Pick<Comparison, "rules" | "contestants">> {
  const runs = words.number("runs", RUNS);
  const seconds = words.number("seconds", SECONDS);
  const chosen = contestants.filter(({ name, isAskedFor }) =>
    words.only.length === 0 ? !isAskedFor : words.only.includes(name),
  );
  if (chosen.length === 0) throw new Error(`--only takes ${contestants.map(({ name }) => name).join(", ")}.`);
  await ensureRivals((line) => console.log(line));
  const found = new Map<Contestant, Run[]>(chosen.map((one) => [one, []]));
  for (let run = 0; run < runs; run++) {
    for (const one of rotated(chosen, run)) {
      const before = found.get(one)!;
      console.log(`run ${run + 1} of ${runs}: ${one.title}`);
      const options = { labName, seconds, relays, ...nearOf(before), say: console.log };
      before.push(await measureAgain(one, options));
    }
  }
  const measured = chosen.map(async (one) => ({
    name: one.name,
    title: one.title,
    version: await one.version(),
    settings: one.settings,
    runs: found.get(one)!,
  }));
  return { rules: rulesOf(runs, seconds, relays), contestants: await Promise.all(measured) };
}

// Twenty minutes are not lost to one start that failed; a second failure of the same run is no accident.
async function measureAgain(one: Contestant, options: RunOptions): Promise<Run> {
  try {
    return await measure(one, options);
  } catch (cause) {
    console.log(`  once again: ${(cause as Error).message}`);
    return measure(one, options);
  }
}

const rotated = <T>(list: readonly T[], by: number) => list.map((_, i) => list[(i + by) % list.length]!);

function nearOf(runs: readonly Run[]): { near?: number } {
  const rates = runs.flatMap(({ best }) => best?.rate ?? []);
  return rates.length > 0 ? { near: median(rates) } : {};
}

const rulesOf = (runs: number, seconds: number, relays: number) =>
  `${relays === 1 ? "One perfdhcp as a relay" : `${relays} perfdhcp as relays`}; steps of ${seconds} s, each with up to ${thousands(CLIENTS)} clients that the store has not seen; the rate is raised until ${LOSS_PERCENT_MAX} % of the exchanges do not complete within a second; each run starts with an empty store; the order rotates; medians of ${runs} runs.`;

interface Summary {
  readonly title: string;
  readonly isOurs: boolean;
  readonly bests: readonly number[];
  readonly best: number;
  readonly row: readonly (string | number)[];
}

/** The table, the ratios and the plots. */
export function shownComparison({ rules, contestants: measured }: Comparison, plotName: string): Shown {
  const summaries = measured.map(summaryOf);
  const head = [
    "",
    "DORA/s",
    "least–most",
    "OFFER p50",
    "p99 ms",
    "ACK p50",
    "p99 ms",
    "CPU µs a DORA",
    "memory MiB",
  ];
  const settings = measured.map(
    ({ title, version, settings: words }) => `- **${title}** (${version}): ${words.join("; ")}.`,
  );
  const parts = [
    rules,
    table(
      head,
      summaries.map(({ row }) => row),
    ),
    "Times, CPU and memory were measured at half of that rate. The memory is that of all processes together.",
    ratios(summaries),
    settings.join("\n"),
  ];
  return { markdown: parts.join("\n\n"), plots: { [plotName]: plot(summaries) } };
}

function summaryOf({ name, title, runs }: Measured): Summary {
  const bests = runs.map(({ best }) => best?.completed ?? 0);
  const best = median(bests);
  const half = (value: (run: Run["half"]) => number | undefined) =>
    ms(median(runs.flatMap((run) => value(run.half) ?? [])));
  const row = [
    title,
    thousands(best),
    `${thousands(Math.min(...bests))}–${thousands(Math.max(...bests))}`,
    half(({ offer }) => offer?.p50),
    half(({ offer }) => offer?.p99),
    half(({ ack }) => ack?.p50),
    half(({ ack }) => ack?.p99),
    byGroup(runs.map((run) => run.half.cpuMicros)),
    byGroup(runs.map(({ memoryMiB }) => memoryMiB)),
  ];
  return { title, isOurs: name.startsWith("leasehold"), bests, best, row };
}

function byGroup(runs: readonly Readonly<Record<string, number>>[]): string {
  const groups = Object.keys(runs[0] ?? {});
  return groups
    .map((group) => {
      const value = thousands(median(runs.map((run) => run[group]!)));
      return groups.length > 1 ? `${group} ${value}` : value;
    })
    .join(", ");
}

function ratios(summaries: readonly Summary[]): string {
  const ours = summaries.filter(({ isOurs }) => isOurs);
  const others = summaries.filter(({ isOurs }) => !isOurs);
  if (ours.length === 0 || others.length === 0) return "";
  const times = (one: number, other: number) => (other > 0 ? `${(one / other).toFixed(2)} ×` : "–");
  return `DORA/s of Leasehold as a multiple of\n\n${table(
    ["", ...others.map(({ title }) => title)],
    ours.map(({ title, best }) => [title, ...others.map((other) => times(best, other.best))]),
  )}`;
}

const plot = (summaries: readonly Summary[]) =>
  barPlot(
    `DORA a second at less than ${LOSS_PERCENT_MAX} % loss`,
    "median; line: all runs",
    summaries.map(
      ({ title, best, bests, isOurs }): Bar => ({
        label: title,
        value: best,
        range: [Math.min(...bests), Math.max(...bests)],
        isOurs,
      }),
    ),
  );
