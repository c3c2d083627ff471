// What the store costs its servers: CPU of three nats-servers for a batch and for a write in it, by how batches come and by what log of
// events is kept beside the leases (docs/adr/0013, 0017).
import {
  type Bus,
  connectBus,
  ensureObjects,
  LEASE_LOG,
  LEASES,
  publishCas,
  subjectOf,
} from "@leasehold/bus";
import { formatIpv4, ipv4 } from "@leasehold/protocol";
import { startNatsCluster } from "../nats/cluster.ts";
import { cpuOf, microsEach } from "./cpu.ts";
import { type Latency, latencyOf } from "./latency.ts";
import type { Result, Shown } from "./results.ts";
import { ms, table, thousands } from "./table.ts";
import type { Words } from "./words.ts";

const logs = ["none", "one copy, async", "one copy", "three copies"] as const;
type Log = (typeof logs)[number];

interface Writing {
  readonly log: Log;
  /** How many nodes publish batches of their own. */
  readonly writers: number;
  /** Each of them so often. */
  readonly everyMs: number;
  /** Writes a second, all together. */
  readonly rate: number;
}

interface StoreStep extends Writing {
  readonly batches: number;
  readonly writes: number;
  readonly latency: Latency;
  readonly microsABatch: number;
  readonly microsAWrite: number;
}

export interface StoreCosts extends Result {
  readonly stepSeconds: number;
  readonly steps: readonly StoreStep[];
}

const OURS: Writing = { log: "one copy, async", writers: 1, everyMs: 10, rate: 2500 };
const WRITINGS: readonly Writing[] = [
  ...logs.map((log) => ({ ...OURS, log })),
  { ...OURS, rate: 600 },
  { ...OURS, everyMs: 5 },
  { ...OURS, everyMs: 5, writers: 3 },
];
const SECONDS = 8;
const CONNECT_TIMEOUT_MS = 20_000;
const FIRST = 0x0a500000;
/** As long as a lease event is. */
const VALUE = new TextEncoder().encode(JSON.stringify({ v: 1, type: "LeaseGranted", rest: "x".repeat(400) }));

export async function measureStore(words: Words): Promise<Pick<StoreCosts, "stepSeconds" | "steps">> {
  const seconds = words.number("seconds", SECONDS);
  const steps: StoreStep[] = [];
  for (const writing of WRITINGS) {
    const step = await withServers(writing, seconds);
    console.log(`  ${JSON.stringify(step)}`);
    steps.push(step);
  }
  return { stepSeconds: seconds, steps };
}

async function withServers(writing: Writing, seconds: number): Promise<StoreStep> {
  const cluster = await startNatsCluster(3, "sync_interval: always");
  try {
    const buses = await Promise.all(
      cluster.servers.map((server, i) =>
        connectBus({ name: `n${i + 1}`, servers: [server], connectTimeoutMs: CONNECT_TIMEOUT_MS }),
      ),
    );
    await ensureObjects(buses[0]!, { replicas: 3 });
    await keepLog(buses[0]!, writing.log);
    const step = await measured(buses.slice(0, writing.writers), writing, seconds, cluster.pids);
    await Promise.all(buses.map((bus) => bus.close()));
    return step;
  } finally {
    await cluster.stop();
  }
}

/** In place of the one that `ensureObjects` made. */
async function keepLog({ jsm }: Bus, log: Log): Promise<void> {
  if (log === "one copy, async") return;
  await jsm.streams.delete(LEASE_LOG);
  if (log === "none") return;
  await jsm.streams.add({
    name: LEASE_LOG,
    sources: [{ name: `KV_${LEASES}` }],
    num_replicas: log === "one copy" ? 1 : 3,
  });
}

async function measured(
  buses: readonly Bus[],
  writing: Writing,
  seconds: number,
  pids: readonly number[],
): Promise<StoreStep> {
  const groups = { servers: pids };
  const writers = buses.map((bus, index) => new Writer(bus, index, writing));
  const [first, before] = [performance.now(), cpuOf(groups)];
  for (const writer of writers) writer.begin(first);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const writer of writers) writer.end();
  await Promise.all(writers.flatMap(({ published }) => published));
  const failed = writers.find(({ failure }) => failure !== undefined);
  if (failed) throw new Error(failed.failure);
  const sum = (value: (writer: Writer) => number) =>
    writers.reduce((total, writer) => total + value(writer), 0);
  const [batches, writes] = [sum((writer) => writer.millis.length), sum((writer) => writer.stored)];
  return {
    ...writing,
    batches,
    writes,
    latency: latencyOf(writers.flatMap(({ millis }) => millis)),
    microsABatch: microsEach(groups, before, batches).servers!,
    microsAWrite: microsEach(groups, before, writes).servers!,
  };
}

/** A node that has leases to store, and publishes what has come since the last batch. */
class Writer {
  stored = 0;
  readonly published: Promise<void>[] = [];
  /** Of a batch that was not stored. */
  failure: string | undefined;
  readonly millis: number[] = [];
  private written = 0;
  private readonly bus: Bus;
  private readonly index: number;
  private readonly writing: Writing;
  private timer: NodeJS.Timeout | undefined;

  constructor(bus: Bus, index: number, writing: Writing) {
    this.bus = bus;
    this.index = index;
    this.writing = writing;
  }

  begin(first: number): void {
    const { rate, writers, everyMs } = this.writing;
    this.timer = setInterval(() => {
      const due = Math.floor((((performance.now() - first) / 1000) * rate) / writers);
      if (due > this.written) this.published.push(this.publish(due - this.written));
      this.written = due;
    }, everyMs);
  }

  end(): void {
    clearInterval(this.timer);
  }

  private async publish(count: number): Promise<void> {
    const began = performance.now();
    const writes = Array.from({ length: count }, (_, i) => ({
      subject: subjectOf(LEASES, this.keyOf(this.written + i)),
      data: VALUE,
      expected: 0,
    }));
    const { kind } = await publishCas(this.bus, writes, CONNECT_TIMEOUT_MS);
    if (kind !== "stored") {
      this.failure = `A batch of ${count} was not stored: ${kind}.`;
      return;
    }
    this.stored += count;
    this.millis.push(performance.now() - began);
  }

  private keyOf(write: number): string {
    return formatIpv4(ipv4(FIRST + write * this.writing.writers + this.index));
  }
}

export function shownStore({ stepSeconds, steps }: StoreCosts): Shown {
  const head = [
    "log of events",
    "writes/s",
    "writers",
    "each every",
    "writes a batch",
    "stored after p50",
    "p99 ms",
    "CPU µs a batch",
    "a write",
  ];
  const rows = steps.map((step) => [
    step.log,
    thousands(step.writes / stepSeconds),
    step.writers,
    `${step.everyMs} ms`,
    (step.writes / step.batches).toFixed(1),
    ms(step.latency.p50),
    ms(step.latency.p99),
    thousands(step.microsABatch),
    step.microsAWrite,
  ]);
  const words = `Three nats-servers with \`sync_interval: always\`, three copies of each lease; CPU of all three servers together; steps of ${stepSeconds} s.`;
  return { markdown: `${words}\n\n${table(head, rows)}` };
}
