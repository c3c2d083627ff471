// The report of a run, as a page.
import { cpus, totalmem } from "node:os";
import type { Findings } from "./check.ts";
import type { FaultRecord } from "./fault-record.ts";
import type { Losses } from "./losses.ts";
import type { Waits } from "./stalls.ts";

export interface Run {
  /** The words that repeat it. */
  readonly command: string;
  readonly about: string;
  readonly seed: number;
  readonly startedAt: number;
  readonly seconds: number;
  readonly faults: readonly FaultRecord[];
  readonly findings: Findings;
  /** What else was seen that should not be: programs that ended by themselves, packets that the capture missed. */
  readonly troubles: readonly string[];
}

const VIOLATIONS_SHOWN = 30;

export const isClean = ({ findings, troubles }: Run): boolean =>
  findings.violations.length === 0 && troubles.length === 0;

export function reportOf(run: Run): string {
  return [
    "# Chaos report",
    "",
    `\`${run.command}\`: ${run.about}`,
    "",
    ...summary(run),
    ...violations(run),
    ...faultTable(run.faults),
    ...waitTable("Longest waits", run.findings.stalls.total()),
    ...byFault(run),
  ].join("\n");
}

function summary({ findings, faults, seconds, seed, startedAt }: Run): string[] {
  const { packets, acks, addresses, clients, events, losses } = findings;
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `| | |`,
    `|---|---|`,
    `| begun | ${new Date(startedAt).toISOString()}, ${Math.round(seconds)} s, seed ${seed} |`,
    `| machine | ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${memory} GB, Node ${process.version} |`,
    `| faults | ${faults.length} |`,
    `| DHCP packets captured | ${packets} |`,
    `| leases acknowledged | ${acks}, of ${addresses} addresses to ${clients} clients |`,
    `| events in the store | ${events} |`,
    ...(losses.sent === 0 ? [] : [lossRow(losses)]),
    `| violations | ${findings.violations.length} |`,
    "",
  ];
}

function lossRow({ sent, lost, share, sentInFaults, lostInFaults }: Losses): string {
  const outside = `${lost} of ${sent} outside of the faults (${(share * 100).toFixed(2)} %)`;
  return `| load lost | ${outside}, ${lostInFaults} of ${sentInFaults} within |`;
}

function violations({ findings, troubles, startedAt }: Run): string[] {
  const lines = findings.violations
    .slice(0, VIOLATIONS_SHOWN)
    .map(({ invariant, at, what }) => `- ${invariant} at ${((at - startedAt) / 1000).toFixed(3)} s: ${what}`);
  const more = findings.violations.length - lines.length;
  if (more > 0) lines.push(`- and ${more} more`);
  lines.push(...troubles.map((trouble) => `- ${trouble}`));
  return lines.length === 0 ? [] : ["## Violations", "", ...lines, ""];
}

function faultTable(faults: readonly FaultRecord[]): string[] {
  const rows = [...Map.groupBy(faults, ({ name }) => name)].map(([name, records]) => {
    const lasted = records.map(({ from, to }) => ((to - from) / 1000).toFixed(1)).join(", ");
    const seconds = (time: (record: FaultRecord) => number) =>
      records.map((record) => ((time(record) - record.to) / 1000).toFixed(1)).join(", ");
    const back = `${seconds(({ servingAt }) => servingAt)} | ${seconds(({ calmAt }) => calmAt)}`;
    return `| ${name} | ${records.length} | ${lasted} | ${back} |`;
  });
  const head = [
    "| fault | times | lasted, s | after its end: all nodes ready, and know the same, s | the store takes writes, s |",
    "|---|---|---|---|---|",
  ];
  return faults.length === 0 ? [] : ["## Faults", "", ...head, ...rows, ""];
}

function waitTable(title: string, waits: ReadonlyMap<string, Waits>): string[] {
  const rows = [...waits]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(
      ([question, { count, longestMs, stalls, unanswered }]) =>
        `| ${question} | ${count} | ${(longestMs / 1000).toFixed(2)} | ${stalls} | ${unanswered} |`,
    );
  const head = [
    "| what, by whom | times | longest, s | longer than 1 s | never answered |",
    "|---|---|---|---|---|",
  ];
  return [`## ${title}`, "", ...head, ...rows, ""];
}

function byFault({ findings }: Run): string[] {
  const rows = [...findings.stalls.waits].flatMap(([fault, byQuestion]) =>
    [...byQuestion]
      .filter(([, { longestMs, unanswered }]) => longestMs > 1000 || unanswered > 0)
      .map(
        ([question, { count, longestMs, unanswered }]) =>
          `| ${fault} | ${question} | ${count} | ${(longestMs / 1000).toFixed(2)} | ${unanswered} |`,
      ),
  );
  const head = ["| fault | what, by whom | asked | longest, s | never answered |", "|---|---|---|---|---|"];
  return ["## Waits of more than a second, by fault", "", ...head, ...rows, ""];
}
