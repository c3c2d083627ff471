// One run of one contestant: the highest rate that it keeps up with, and its times and costs at half of that.

import { until } from "../lab/shell.ts";
import type { Contestant, Running } from "./contestant.ts";
import { cpuOf, memoryOf, microsEach, settled } from "./cpu.ts";
import type { Latency } from "./latency.ts";
import { type Driven, Relays } from "./relays.ts";
import { nextRate, type Tried } from "./search.ts";

export const LOSS_PERCENT_MAX = 2.5;
const WARM_UP_SECONDS = 3;

export interface Step extends Driven {
  /** CPU of each process group, µs a DORA that came to its end. */
  readonly cpuMicros: Readonly<Record<string, number>>;
}

export interface Run {
  readonly steps: readonly Step[];
  /** The best step within the permitted loss. */
  readonly best: Step | undefined;
  readonly half: Step & { readonly offer?: Latency; readonly ack?: Latency };
  /** Of each process group, all its processes together, at the end. */
  readonly memoryMiB: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface RunOptions {
  readonly labName: string;
  /** Of a step. */
  readonly seconds: number;
  /** How many perfdhcp drive it. */
  readonly relays: number;
  /** What earlier runs found. */
  readonly near?: number;
  say(line: string): void;
}

export async function measure(contestant: Contestant, options: RunOptions): Promise<Run> {
  const began = performance.now();
  const bench = new Stand(contestant, options);
  try {
    const steps = await bench.search();
    const passed = steps.filter(isPassed);
    const best = passed.length > 0 ? passed.reduce((a, b) => (b.completed > a.completed ? b : a)) : undefined;
    const half = await bench.step(Math.max(1, Math.round((best?.completed ?? 2) / 2)), true);
    const memoryMiB = memoryOf(bench.groups);
    return { steps, best, half, memoryMiB, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    await bench.down();
  }
}

const isPassed = (step: Driven) => step.lossPercent < LOSS_PERCENT_MAX;

// A contestant that is set up, with relays before it.
class Stand {
  private readonly contestant: Contestant;
  private readonly options: RunOptions;
  private running: (Running & { readonly relays: Relays }) | undefined;
  private generation = 1;

  constructor(contestant: Contestant, options: RunOptions) {
    this.contestant = contestant;
    this.options = options;
  }

  get groups() {
    return this.running?.groups ?? {};
  }

  async search(): Promise<Step[]> {
    const steps: Step[] = [];
    const tried: Tried[] = [];
    for (;;) {
      const rate = nextRate(tried, this.contestant.startRate, this.options.near);
      if (rate === undefined) return steps;
      const step = await this.step(rate);
      steps.push(step);
      tried.push({ rate, passed: isPassed(step) });
    }
  }

  async step(rate: number, withLatency = false): Promise<Step> {
    const { relays, groups } = await this.ready();
    await settled(groups);
    const before = cpuOf(groups);
    const { seconds } = this.options;
    const driven = await relays.drive({ rate, seconds, generation: this.generation++, withLatency });
    const cpuMicros = microsEach(groups, before, driven.completed * seconds);
    const { completed, lossPercent } = driven;
    this.options.say(`  ${rate}/s asked: ${completed}/s done, ${lossPercent.toFixed(1)} % lost`);
    return { ...driven, cpuMicros };
  }

  /** As it is, or anew where a step needs that. */
  private async ready() {
    const wrong = await this.running?.unfitness?.();
    if (wrong) this.options.say(`  started anew: ${wrong}`);
    if (wrong || (this.contestant.freshEachStep && this.running)) await this.down();
    this.running ??= await this.start();
    return this.running;
  }

  // Load that does not count first: it serves, the relays' neighbours are known, nothing is done for the first time.
  private async start() {
    const running = await this.contestant.start(this.options.labName);
    const relays = await Relays.before(running.lab, running.target, this.options.relays);
    await until(`${this.contestant.title} serves`, 30, async () => {
      const driven = await relays.drive({ rate: 60, seconds: 1, generation: this.generation++ });
      return driven.lossPercent < 50;
    });
    if (this.contestant.freshEachStep) return { ...running, relays };
    const rate = Math.round((this.options.near ?? this.contestant.startRate) / 2);
    await relays.drive({
      rate,
      seconds: this.contestant.warmUpSeconds ?? WARM_UP_SECONDS,
      generation: this.generation++,
    });
    return { ...running, relays };
  }

  async down(): Promise<void> {
    await this.running?.lab.down();
    this.running = undefined;
  }
}
