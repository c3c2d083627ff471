// `./run bench overload`: more than three nodes can do. What is offered against what comes to its end, and how late the nodes'
// event loops are meanwhile.

import { start, threeNodes } from "./contestants/leasehold.ts";
import { cpuOf, microsEach, settled } from "./cpu.ts";
import { LOSS_PERCENT_MAX, measure } from "./measure.ts";
import { allMetrics, quantileBetween } from "./node-metrics.ts";
import { linePlot } from "./plot.ts";
import { type Driven, Relays } from "./relays.ts";
import type { Result, Shown } from "./results.ts";
import { table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

const SECONDS = 8;
const SHARES = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3];
const DELAY = "leasehold_event_loop_delay_seconds";

interface OverloadStep extends Driven {
  readonly share: number;
  /** Of the worst node, ms: the upper bound of its bucket. */
  readonly loopDelayP99: number;
  readonly cpuMicros: Readonly<Record<string, number>>;
}

export interface Overload extends Result {
  readonly maximum: number;
  readonly steps: readonly OverloadStep[];
}

export async function measureOverload(
  words: Words,
  labName: string,
): Promise<Pick<Overload, "maximum" | "steps">> {
  const seconds = words.number("seconds", SECONDS);
  const maximum = words.number("maximum", 0) || (await findMaximum(labName, seconds));
  const { lab, groups, target } = await start(labName, 3, ["n1", "n2", "n3"]);
  const relays = await Relays.before(lab, target);
  const warmUp = { rate: maximum / 2, seconds: threeNodes.warmUpSeconds ?? seconds, generation: 0 };
  await relays.drive(warmUp);
  const steps: OverloadStep[] = [];
  for (const [index, share] of SHARES.entries()) {
    await settled(groups);
    const [before, cpu] = [await allMetrics(lab), cpuOf(groups)];
    const rate = Math.round(maximum * share);
    const driven = await relays.drive({ rate, seconds, generation: index + 1 });
    const cpuMicros = microsEach(groups, cpu, driven.completed * seconds);
    const after = await allMetrics(lab);
    const delays = after.map((metrics, node) => quantileBetween(before[node]!, metrics, DELAY, 0.99) ?? 0);
    const loopDelayP99 = 1000 * Math.max(...delays);
    console.log(`  ${share} ×, ${rate}/s: ${driven.completed}/s done, event loop p99 ≤ ${loopDelayP99} ms`);
    steps.push({ ...driven, share, loopDelayP99, cpuMicros });
  }
  return { maximum, steps };
}

async function findMaximum(labName: string, seconds: number): Promise<number> {
  console.log("the maximum first:");
  const { best } = await measure(threeNodes, { labName, seconds, relays: 1, say: console.log });
  if (!best) throw new Error("No rate was kept up with.");
  return best.rate;
}

export function shownOverload({ maximum, steps }: Overload): Shown {
  const head = [
    "of the maximum",
    "asked/s",
    "offered/s",
    "completed/s",
    "% of the best",
    "event loop p99 ms",
    "dhcpd CPU µs a DORA",
  ];
  const best = Math.max(...steps.map(({ completed }) => completed));
  const rows = steps.map((step) => [
    `${step.share} ×`,
    thousands(step.rate),
    thousands(step.offered),
    thousands(step.completed),
    Math.round((100 * step.completed) / best),
    `≤ ${Number(step.loopDelayP99.toPrecision(3))}`,
    step.cpuMicros.dhcpd ?? 0,
  ]);
  const words = `The maximum at less than ${LOSS_PERCENT_MAX} % loss is ${thousands(maximum)} a second. Offered: DISCOVERs that perfdhcp managed to send; completed: ACKs within a second.`;
  const asked = (value: (step: OverloadStep) => number) =>
    steps.map((step): [number, number] => [step.rate, value(step)]);
  const axes = { title: "Overload: three nodes, R3, fsync", x: "DORA/s asked", y: "DORA/s" };
  const lines = [
    { label: "completed", points: asked(({ completed }) => completed) },
    { label: "offered", points: asked(({ offered }) => offered) },
  ];
  return { markdown: `${words}\n\n${table(head, rows)}`, plots: { overload: linePlot(axes, lines) } };
}
