// The JetStream adapter against three real servers: the contract, the same race between two processes, and a dead leader.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Bus, ensureObjects, LEASES, streamInfo, streamOf } from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { grant, leaseStoreContract, put } from "@leasehold/lease-store/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";
import { connectTo, openStorePair } from "./store-pair.ts";

leaseStoreContract("JetStream, three servers", () =>
  openStorePair((bus) => new JetStreamLeaseStore(bus, { deadlineMs: 20_000, attemptMs: 5000 })),
);

describe("two processes", () => {
  let cluster: NatsCluster;
  let bus: Bus;
  beforeAll(async () => {
    cluster = await startNatsCluster();
    bus = await connectTo(cluster, "judge");
    await ensureObjects(bus, { replicas: 3 });
  });
  afterAll(async () => {
    await bus.close();
    await cluster.stop();
  });

  it("give each of 1,000 addresses to exactly one of them", async () => {
    const writers = await Promise.all([startWriter(cluster, "p1"), startWriter(cluster, "p2")]);
    const outcomes: string[][] = [[], []];
    for (let first = 0; first < 1000; first += 50) {
      const rounds = await Promise.all(writers.map((writer) => writer.want(first)));
      for (const [i, kinds] of rounds.entries()) outcomes[i]!.push(...kinds);
    }
    for (const writer of writers) writer.end();
    const store = new JetStreamLeaseStore(bus);
    for (let n = 0; n < 1000; n++) {
      const kinds = outcomes.map((lines) => lines[n]);
      expect([...kinds].sort(), `address ${n}`).toEqual(["conflict", "stored"]);
      const stored = await store.read(grant(n, "").address);
      expect(stored?.event?.intent).toBe(`p${kinds.indexOf("stored") + 1}-${n}`);
    }
    // Both won some: they did race.
    expect(outcomes.map((kinds) => kinds.includes("stored"))).toEqual([true, true]);
  });

  it("lose nothing that was told stored when the stream's leader dies", async () => {
    const store = new JetStreamLeaseStore(bus, { deadlineMs: 20_000 });
    const info = await streamInfo(bus, streamOf(LEASES));
    const leader = Number(info!.cluster!.leader!.slice(1));
    const appends = Array.from({ length: 400 }, (_, i) => grant(50_000 + i, `crash-${i}`));
    const results = appends.map((append, i) => {
      if (i === 200) cluster.kill(leader);
      return put(store, append);
    });
    const kinds = (await Promise.all(results)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "conflict")).toEqual([]);
    expect(kinds.filter((kind) => kind === "stored").length).toBe(400);
    for (const append of appends)
      expect((await store.read(append.address))?.event?.intent).toBe(append.event.intent);
  }, 60_000);
});

/** A process of its own that wants fifty addresses at a time, from the first one that it is told. */
async function startWriter(cluster: NatsCluster, name: string) {
  const file = fileURLToPath(new URL("./lease-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [file, name, cluster.servers.join()], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    want: async (first: number): Promise<string[]> => {
      child.stdin.write(`${first}\n`);
      return ((await lines.next()).value as string).split(" ");
    },
    end: () => child.stdin.end(),
  };
}
