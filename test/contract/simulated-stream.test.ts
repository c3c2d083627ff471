// The model of JetStream against JetStream: the same writes to three real servers and to the simulated stream. One after the
// other they must have the same outcomes; at once, and while a leader dies, outcomes that the model can have, too.

import type { CasOutcome } from "@leasehold/bus";
import { type Bus, connectBus, ensureObjects, LEASES, streamInfo, streamOf } from "@leasehold/bus";
import { type CasStream, leaseStream } from "@leasehold/lease-store";
import { grant } from "@leasehold/lease-store/contract";
import { type Append, NO_REVISION, type Revision } from "@leasehold/leases";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";
import { Chance } from "../sim/chance.ts";
import { freeRunning } from "../sim/free-running.ts";
import { StoreDoor } from "../sim/nats/door.ts";
import { SimulatedStream } from "../sim/nats/stream.ts";
import { Timeline } from "../sim/timeline.ts";

const PATIENCE_MS = 5000;
const ADDRESSES = 6;

let cluster: NatsCluster;
let buses: Bus[];
beforeAll(async () => {
  cluster = await startNatsCluster();
  buses = await Promise.all(
    ["m1", "m2"].map((name) => connectBus({ name, servers: [...cluster.servers], connectTimeoutMs: 30_000 })),
  );
  await ensureObjects(buses[0]!, { replicas: 3 });
});
afterAll(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  await cluster.stop();
});

interface Model {
  readonly streams: readonly CasStream[];
  readonly stop: () => void;
}

function model(seed: number): Model {
  const timeline = new Timeline();
  const stream = new SimulatedStream(timeline, new Chance(seed));
  const streams = [0, 1].map((n) =>
    new StoreDoor(stream, timeline, new Chance(seed, `door ${n}`)).for((run) => run()),
  );
  return { streams, stop: freeRunning(timeline) };
}

test("one after the other: each batch, repetition and read comes out the same", async () => {
  const { streams, stop } = model(1);
  const real = buses.map((bus) => leaseStream(bus));
  const chance = new Chance(20261121);
  const revisions = new Map<number, Revision>();
  const earlier: Append[][] = [];
  const kinds = new Set<string>();
  for (let step = 0; step < 600; step++) {
    const writer = chance.below(2);
    const isRepeated = earlier.length > 0 && chance.happens(0.15);
    const batch = isRepeated ? chance.pick(earlier) : batchOf(chance, revisions, step);
    const [theirs, ours] = await Promise.all([
      real[writer]!.publish(batch, PATIENCE_MS),
      streams[writer]!.publish(batch, PATIENCE_MS),
    ]);
    expect([step, told(theirs)]).toEqual([step, told(ours)]);
    kinds.add(`${ours.kind} ${batch.length > 1 ? "batch" : "alone"}`);
    if (ours.kind === "stored") noteStored(revisions, batch, ours.revision);
    earlier.push(batch);
    const asked = grant(chance.below(ADDRESSES), "").address;
    const [found, expected] = await Promise.all([real[0]!.read(asked), streams[0]!.read(asked)]);
    expect([step, found?.event?.intent, found?.revision]).toEqual([
      step,
      expected?.event?.intent,
      expected?.revision,
    ]);
  }
  stop();
  expect([...kinds].sort()).toEqual(["conflict alone", "conflict batch", "stored alone", "stored batch"]);
}, 120_000);

test("at once: what comes out, the model can do as well", async () => {
  const real = buses.map((bus) => leaseStream(bus));
  const possible = new Set<string>();
  for (let seed = 0; seed < 2000; seed++) {
    const { streams, stop } = model(seed);
    possible.add(await race(streams, 0));
    stop();
  }
  const seen = new Set<string>();
  for (let round = 0; round < 150; round++) seen.add(await race(real, 1000 + round * 10));
  expect([...seen].filter((pair) => !possible.has(pair))).toEqual([]);
  expect(seen.size).toBeGreaterThan(1);
}, 60_000);

test("while the leader dies: unanswered writes are stored or not, in order, and the next leader knows which", async () => {
  const real = leaseStream(buses[0]!);
  const leader = Number((await streamInfo(buses[0]!, streamOf(LEASES)))!.cluster!.leader!.slice(1));
  const batches = Array.from({ length: 60 }, (_, n) => [grant(50_000 + n, `dies-${n}`)]);
  const outcomes = await Promise.all(
    batches.map((batch, n) => {
      if (n === 30) cluster.kill(leader);
      return real.publish(batch, 2000);
    }),
  );
  const before = performance.now();
  while ((await real.publish([grant(60_000, "probe")], 500)).kind === "unknown")
    await new Promise((r) => setTimeout(r, 50));
  expect(performance.now() - before).toBeLessThan(15_000);
  const stored = await Promise.all(
    batches.map(async ([append]) => (await real.read(append!.address))?.event?.intent),
  );
  for (const [n, outcome] of outcomes.entries()) {
    expect(["stored", "unknown"]).toContain(outcome.kind);
    if (outcome.kind === "stored") expect(stored[n]).toBe(`dies-${n}`);
    const again = await real.publish(batches[n]!, PATIENCE_MS);
    expect([n, again.kind]).toEqual([n, stored[n] === undefined ? "stored" : "conflict"]);
  }
}, 90_000);

/** Two writers want one address at once, each in a batch with another one. */
async function race(streams: readonly CasStream[], first: number): Promise<string> {
  const outcomes = await Promise.all(
    streams.map((stream, n) =>
      stream.publish([grant(first, `${first}-${n}`), grant(first + 1 + n, `${first}-${n}`)], PATIENCE_MS),
    ),
  );
  return outcomes.map(({ kind }) => kind).join(" ");
}

/** Up to four addresses; what is expected of each is mostly what stands there. */
function batchOf(chance: Chance, revisions: ReadonlyMap<number, Revision>, step: number): Append[] {
  const addresses = new Set(Array.from({ length: 1 + chance.below(4) }, () => chance.below(ADDRESSES)));
  return [...addresses].map((n) => {
    const stands = revisions.get(n) ?? NO_REVISION;
    const expected = chance.pick([
      stands,
      stands,
      stands,
      stands,
      stands,
      NO_REVISION,
      stands + 1,
      Math.max(0, stands - 1),
    ]);
    return { ...grant(n, `${step}`), expected: expected as Revision };
  });
}

function noteStored(revisions: Map<number, Revision>, batch: readonly Append[], last: number): void {
  const base = grant(0, "").address;
  for (const [i, { address }] of batch.entries()) {
    revisions.set(address - base, (last - batch.length + 1 + i) as Revision);
  }
}

function told(outcome: CasOutcome): string {
  return outcome.kind === "stored" ? `stored ${outcome.revision}` : outcome.kind;
}
