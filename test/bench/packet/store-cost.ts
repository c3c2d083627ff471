// `./run packet-cost --store N`: what the client's side of NATS costs a node: N commits in batches, and the feed that shows them,
// with one real server.

import type { Bus } from "@leasehold/bus";
import { connectBus, ensureObjects, followBucket, LEASES } from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { type Append, NO_REVISION } from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import { startNatsCluster } from "../../nats/cluster.ts";
import { type Cost, costOf, profiled } from "./measure.ts";
import { BenchNode } from "./node.ts";
import { foreignEvent } from "./records.ts";

const AT_ONCE = 512;

export interface StoreCosts {
  readonly commit: Cost;
  readonly record: Cost;
}

export async function storeCosts(count: number, profile: string | undefined): Promise<StoreCosts> {
  const cluster = await startNatsCluster(1);
  const bus = await connectBus({ name: "bench", servers: cluster.servers });
  try {
    await ensureObjects(bus, { replicas: 1 });
    let costs: StoreCosts | undefined;
    await profiled(profile, async () => {
      costs = { commit: await commits(bus, count), record: await feed(bus, count) };
    });
    return costs!;
  } finally {
    await bus.close();
    await cluster.stop();
  }
}

function commits(bus: Bus, count: number): Promise<Cost> {
  const store = new JetStreamLeaseStore(bus, { deadlineMs: 60_000, attemptMs: 30_000 });
  const events = Array.from({ length: count }, (_, n): Append => {
    const event = foreignEvent(n);
    return { address: parseIpv4(event.address)!, expected: NO_REVISION, event };
  });
  return costOf(count, () => {
    return new Promise<void>((resolve, reject) => {
      let next = 0;
      let settled = 0;
      const more = () => {
        if (next >= count) return;
        store.append(events[next++]!, ({ kind }) => {
          if (kind !== "stored") reject(new Error(`a commit was ${kind}`));
          if (++settled === count) resolve();
          more();
        });
      };
      for (let i = 0; i < AT_ONCE; i++) more();
    });
  });
}

function feed(bus: Bus, count: number): Promise<Cost> {
  const node = new BenchNode();
  return costOf(count, () => {
    return new Promise<void>((resolve) => {
      const follower = followBucket(bus, LEASES, {
        onRecord: (change) => node.hear(change),
        onComplete: () => void follower.stop().then(resolve),
      });
    });
  });
}
