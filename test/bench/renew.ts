// `./run bench renew`: renewals of leases that are held longer than was told, through relays to three nodes: how many a second,
// and how many of them were written to the store.
import { start } from "./contestants/leasehold.ts";
import { cpuOf, microsEach, settled } from "./cpu.ts";
import type { ExchangeResult } from "./load/exchange-load.ts";
import { LoadProcess } from "./load/load-process.ts";
import { LOSS_PERCENT_MAX } from "./measure.ts";
import { leaseWrites } from "./node-metrics.ts";
import type { Result, Shown } from "./results.ts";
import { nextRate, type Tried } from "./search.ts";
import { ms, table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

const CLIENTS = 20_000;
const LEASE_RATE = 2000;
const START_RATE = 4000;
const SECONDS = 5;

interface RenewStep extends ExchangeResult {
  readonly rate: number;
  readonly lossPercent: number;
  readonly writes: number;
  readonly cpuMicros: Readonly<Record<string, number>>;
  /** The generator's own. */
  readonly loadMicros: number;
}

export interface Renewals extends Result {
  readonly clients: number;
  readonly stepSeconds: number;
  readonly steps: readonly RenewStep[];
}

export async function measureRenewals(
  words: Words,
  labName: string,
): Promise<Pick<Renewals, "clients" | "stepSeconds" | "steps">> {
  const running = await start(labName, 3, ["n1", "n2", "n3"]);
  const { lab, groups } = running;
  const load = await LoadProcess.start(lab);
  const leased = await load.ask<ExchangeResult>({ do: "lease", clients: CLIENTS, rate: LEASE_RATE });
  if (leased.result.completed < CLIENTS)
    throw new Error(`Only ${leased.result.completed} clients got a lease.`);
  const seconds = words.number("seconds", SECONDS);
  const steps: RenewStep[] = [];
  const tried: Tried[] = [];
  for (;;) {
    const rate = nextRate(tried, words.number("rate", START_RATE));
    if (rate === undefined) break;
    await settled(groups);
    const [writes, before] = [await leaseWrites(lab), cpuOf(groups)];
    const { result, cpuSeconds } = await load.ask<ExchangeResult>({ do: "renew", rate, seconds });
    const { begun, completed } = result;
    const step = {
      rate,
      ...result,
      lossPercent: 100 * (1 - completed / begun),
      writes: (await leaseWrites(lab)) - writes,
      cpuMicros: microsEach(groups, before, completed),
      loadMicros: Math.round((1e6 * cpuSeconds) / begun),
    };
    console.log(`  ${rate}/s renewals asked: ${step.lossPercent.toFixed(1)} % lost, ${step.writes} writes`);
    steps.push(step);
    tried.push({ rate, passed: step.lossPercent < LOSS_PERCENT_MAX });
  }
  await load.close();
  return { clients: CLIENTS, stepSeconds: seconds, steps };
}

export function shownRenewals({ clients, stepSeconds: seconds, steps }: Renewals): Shown {
  const head = [
    "renewals/s asked",
    "answered/s",
    "lost %",
    "ACK p50 ms",
    "p99 ms",
    "store writes",
    "dhcpd CPU µs each",
    "nats-server",
    "load",
  ];
  const rows = steps
    .toSorted((a, b) => a.rate - b.rate)
    .map((step) => [
      thousands(step.rate),
      thousands(step.completed / seconds),
      step.lossPercent.toFixed(1),
      ms(step.latency.p50),
      ms(step.latency.p99),
      step.writes,
      step.cpuMicros.dhcpd ?? 0,
      step.cpuMicros["nats-server"] ?? 0,
      step.loadMicros,
    ]);
  const words = `${thousands(clients)} clients renew continuously, each with the node that granted its lease; the maximum at less than ${LOSS_PERCENT_MAX} % loss is found as above. The load generator is our own; its CPU is on the same processors.`;
  return { markdown: `${words}\n\n${table(head, rows)}` };
}
