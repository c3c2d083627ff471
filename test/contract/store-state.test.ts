// What real servers say when they cannot take a write, and whether they tell when they write to disk.
import {
  type Bus,
  BusError,
  connectBus,
  ensureObjects,
  INVENTORY,
  LEASES,
  lookAtStream,
  publishCas,
  streamInfo,
  streamOf,
  subjectOf,
  verifyObjects,
} from "@leasehold/bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DurabilityCheck } from "../../apps/dhcpd/src/io/store/durability-check.ts";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";

const said: string[] = [];
const say = (_: object, sentence: string) => said.push(sentence);
const log = { warn: say, error: say };
const STREAM = streamOf(LEASES);
const write = (bus: Bus, key: string, octets = 1) =>
  publishCas(bus, [{ subject: subjectOf(LEASES, key), data: new Uint8Array(octets), expected: 0 }], 2000);

describe("a server of default settings, with little room", () => {
  let cluster: NatsCluster;
  let bus: Bus;
  beforeAll(async () => {
    cluster = await startNatsCluster(1, "max_file_store: 2M");
    bus = await connectBus({ name: "one", servers: cluster.servers });
    await ensureObjects(bus, { replicas: 1 });
  });
  afterAll(async () => {
    await bus.close();
    await cluster.stop();
  });

  test("the stream has a leader, one copy, and a time", async () => {
    const before = Date.now();
    const look = await lookAtStream(bus, STREAM);
    expect(look).toMatchObject({ hasLeader: true, copies: 1, current: 1, lastSequence: 0 });
    expect(look!.at! - before).toBeGreaterThanOrEqual(0);
    expect(Date.now() - look!.at!).toBeGreaterThanOrEqual(0);
  });

  test("no room: full, and nothing is stored", async () => {
    let last = await write(bus, "big-0", 500_000);
    for (let i = 1; i < 10 && last.kind === "stored"; i++) last = await write(bus, `big-${i}`, 500_000);
    expect(last).toMatchObject({ kind: "unknown", cause: "full" });
  });

  test("it acknowledges before it writes to disk: a node that requires more does not start, another one says so", async () => {
    const { monitoring } = cluster;
    const required = new DurabilityCheck({ monitoring, durability: "require" }, log).atStart();
    await expect(required).rejects.toThrow(BusError);
    await expect(required).rejects.toThrow(/sync_interval: 120 s: a power cut can lose leases/);
    const check = new DurabilityCheck({ monitoring, durability: "warn" }, log);
    await check.atStart();
    check.stop();
    expect(check.durability).toBe("interval");
    expect(said.at(-1)).toBe("NATS acknowledges writes before it calls fsync");
  });

  test("the stream is deleted: it is missing, and no write is answered", async () => {
    await bus.jsm.streams.delete(STREAM);
    expect(await lookAtStream(bus, STREAM)).toBeUndefined();
    expect(await write(bus, "late")).toMatchObject({ kind: "unknown", cause: "no-leader" });
  });
});

describe("three servers that write to disk first", () => {
  /** The server that went in order. */
  let gone: number;
  let cluster: NatsCluster;
  let bus: Bus;
  beforeAll(async () => {
    cluster = await startNatsCluster(3, "sync_interval: always");
    bus = await connectBus({ name: "three", servers: cluster.servers, connectTimeoutMs: 30_000 });
    await ensureObjects(bus, { replicas: 3 });
  });
  afterAll(async () => {
    await bus.close();
    await cluster.stop();
  });

  test("that is what a node can require; where it cannot be asked, it is not known", async () => {
    for (const [monitoring, durability] of [
      [cluster.monitoring, "always"],
      [[...cluster.monitoring, "http://127.0.0.1:1"], "unknown"],
    ] as const) {
      const check = new DurabilityCheck({ monitoring, durability: "require" }, log);
      await check.atStart();
      check.stop();
      expect(check.durability).toBe(durability);
    }
    await expect(new DurabilityCheck({ durability: "require" }, log).atStart()).rejects.toThrow(
      /nats\.monitoring does not say where to ask/,
    );
  });

  test("what is missing is made, though a majority stood still when it was asked for", async () => {
    const missing = streamOf(INVENTORY);
    await bus.jsm.streams.delete(missing);
    const others = cluster.pids.slice(1);
    for (const pid of others) process.kill(pid, "SIGSTOP");
    const made = ensureObjects(bus, { replicas: 3 });
    // Longer than one request waits for its answer.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const pid of others) process.kill(pid, "SIGCONT");
    expect(await made).toEqual([missing]);
    await verifyObjects(bus);
  });

  async function isStored(key: string): Promise<void> {
    for (;;) {
      const { kind } = await write(bus, key);
      if (kind === "stored" || kind === "conflict") return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test("a leader that goes in order is followed by another one, sooner than after a crash", async () => {
    const leader = async () => (await streamInfo(bus, STREAM).catch(() => undefined))?.cluster?.leader;
    const isCurrent = async () => (await lookAtStream(bus, STREAM))?.current;
    await expect.poll(isCurrent, { timeout: 10_000 }).toBe(3);
    const followed = async (before: string | undefined, key: string, go: () => unknown) => {
      const from = performance.now();
      await go();
      await expect.poll(leader, { timeout: 10_000, interval: 20 }).not.toBeOneOf([before, undefined]);
      await isStored(key);
      return Math.round(performance.now() - from);
    };
    const subject = `$JS.API.STREAM.LEADER.STEPDOWN.${STREAM}`;
    const afterStepDown = await followed(await leader(), "stepped-down", () => bus.nc.request(subject));
    await expect.poll(isCurrent, { timeout: 10_000 }).toBe(3);
    const last = await leader();
    gone = Number(last!.slice(1));
    const afterLameDuck = await followed(last, "lame-duck", () => cluster.lameDuck(gone));
    console.log(
      `writes are stored again ${afterStepDown} ms after a step-down, ${afterLameDuck} ms after a lame duck's notice`,
    );
    expect(Math.max(afterStepDown, afterLameDuck)).toBeLessThan(4000);
  });

  test("without a majority nobody leads, writes are not answered, and copies are missing", async () => {
    cluster.kill((gone + 1) % 3);
    cluster.kill(gone);
    await expect.poll(() => write(bus, "x"), { timeout: 20_000 }).toMatchObject({ kind: "unknown" });
    const look = () => lookAtStream(bus, STREAM).catch(() => undefined);
    // A leader that lost its majority looks for it every ten seconds.
    await expect.poll(async () => (await look())?.hasLeader ?? false, { timeout: 40_000 }).toBe(false);
    expect((await look())?.at).toBeUndefined();
  });
});
