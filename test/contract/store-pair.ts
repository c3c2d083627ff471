// Two stores on three real servers, for the contract of lease stores.
import { type Bus, connectBus, ensureObjects } from "@leasehold/bus";
import type { JetStreamLeaseStore } from "@leasehold/lease-store";
import type { StorePair } from "@leasehold/lease-store/contract";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";

/** Ends with the pair. */
export async function openStorePair(storeOf: (bus: Bus) => JetStreamLeaseStore): Promise<StorePair> {
  const cluster = await startNatsCluster();
  const buses = await Promise.all(["w1", "w2"].map((name) => connectTo(cluster, name)));
  await ensureObjects(buses[0]!, { replicas: 3 });
  const stores = buses.map(storeOf);
  return {
    writers: [stores[0]!, stores[1]!],
    read: (append) => stores[0]!.read(append.address),
    close: async () => {
      await Promise.all(buses.map((bus) => bus.close()));
      await cluster.stop();
    },
  };
}

export const connectTo = (cluster: NatsCluster, name: string): Promise<Bus> =>
  connectBus({ name, servers: cluster.servers, connectTimeoutMs: 30_000 });
