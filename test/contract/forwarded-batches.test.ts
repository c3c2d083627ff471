// Several nodes that publish their batches as one, and a feed that rests while they tell what they stored, on three real servers.
import {
  type Bus,
  ensureObjects,
  type Follower,
  type ForwarderOptions,
  followBucket,
  type KeyWrite,
  LEASES,
  onCommitNotice,
  publishCommitNotice,
} from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { grant, leaseStoreContract, put } from "@leasehold/lease-store/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../lab/shell.ts";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";
import { connectTo, openStorePair } from "./store-pair.ts";

const PATIENCE = { deadlineMs: 20_000, attemptMs: 5000 };

leaseStoreContract("JetStream, three servers, batches published together", () =>
  openStorePair((bus) => new JetStreamLeaseStore(bus, PATIENCE, sharing(bus, "w1"))),
);

describe("batches of three nodes", () => {
  let cluster: NatsCluster;
  let buses: Bus[];
  const forwarded: string[] = [];
  beforeAll(async () => {
    cluster = await startNatsCluster();
    buses = await Promise.all(["n1", "n2", "n3"].map((name) => connectTo(cluster, name)));
    await ensureObjects(buses[0]!, { replicas: 3 });
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await cluster.stop();
  });

  it("are published by one of them, until it is gone: then each publishes its own, and nothing is lost", async () => {
    const stores = buses.map(
      (bus) =>
        new JetStreamLeaseStore(
          bus,
          PATIENCE,
          sharing(bus, "n1", (what) => forwarded.push(what)),
        ),
    );
    await storeOverTime(stores, 0);
    expect(forwarded.filter((what) => what === "forwarded").length).toBeGreaterThan(10);
    forwarded.length = 0;
    await buses.shift()!.close();
    stores.shift();
    await storeOverTime(stores, 10_000);
    expect(forwarded).toContain("not-answered");
    expect(forwarded).not.toContain("forwarded");
  });

  it("spare each other the feed while they tell; it goes on by itself where something was not told, and when all is quiet", async () => {
    const [teller, listener] = [buses[0]!, buses[1]!];
    const seen = new Map<string, number>();
    const note = (key: string, revision: number) => seen.set(key, Math.max(seen.get(key) ?? 0, revision));
    const follower = followBucket(listener, LEASES, { onRecord: ({ key, revision }) => note(key, revision) });
    const isRight = () => undefined;
    onCommitNotice(listener, "n3", isRight, ({ stream, first, writes }) => {
      if (follower.noteCommitted(stream, first, first + writes.length - 1))
        for (const [i, { key }] of writes.entries()) note(key, first + i);
    });
    await until("the feed is complete", 10, async () => follower.complete);

    let isTold = true;
    const tell = (first: number, writes: readonly KeyWrite[]) => {
      if (isTold)
        publishCommitNotice(teller, "n2", { stream: follower.created, at: Date.now(), first, writes });
    };
    const store = new JetStreamLeaseStore(teller, PATIENCE, { self: "n2", onCommitted: tell });
    let next = 20_000;
    const putMore = (count: number) => {
      next += count;
      return putMany(store, next - count, next);
    };
    const restless = until("the feed rests", 20, async () => follower.isPaused);
    while (!follower.isPaused) await putMore(64);
    await restless;
    // A node that stood still asks this under load, too.
    const [isCaughtUp] = await Promise.all([follower.caughtUp(), putMore(512)]);
    expect(isCaughtUp).toBe(true);

    isTold = false;
    await putMore(10);
    isTold = true;
    const last = await putMore(10);
    await until("what was not told is known", 10, async () => follower.position >= last);
    await until("the feed goes on", 10, async () => !follower.isPaused);
    expect(seen.size).toBeGreaterThanOrEqual(next - 20_000);

    isTold = false;
    const unseen = await putMore(10);
    await until("the feed brings what nobody tells", 10, async () => follower.position >= unseen);
    await stop(follower);
  });
});

const stop = (follower: Follower) => follower.stop();

async function putMany(store: JetStreamLeaseStore, from: number, to: number): Promise<number> {
  const puts = Array.from({ length: to - from }, (_, i) => put(store, grant(from + i, `m${from + i}`)));
  const results = await Promise.all(puts);
  return Math.max(...results.map((result) => (result.kind === "stored" ? result.revision : 0)));
}

/** Each store some addresses of its own, every other millisecond; all are there in the end, at the revisions that were told. */
async function storeOverTime(stores: readonly JetStreamLeaseStore[], from: number): Promise<void> {
  const puts: Promise<void>[] = [];
  for (let round = 0; round < 100; round++) {
    stores.forEach((store, i) => {
      const append = grant(from + round * 10 + i, `s${i}-${round}`);
      puts.push(
        put(store, append).then(async (result) => {
          const found = await store.read(append.address);
          expect(result).toEqual({ kind: "stored", revision: found?.revision });
          expect(found?.event?.intent).toBe(append.event.intent);
        }),
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(puts);
}

function sharing(
  bus: Bus,
  publisher: string,
  onForwarded: ForwarderOptions["onForwarded"] = () => {},
): ForwarderOptions {
  return { self: bus.name, publisher: () => publisher, onForwarded };
}
