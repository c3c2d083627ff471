// The node's keeping of its store, on NATS.
import { type Bus, NETWORK, putRecord } from "@leasehold/bus";
import type { DhcpNode } from "../dhcp-node.ts";
import { type BucketsSeen, StoreKeeping } from "../store-keeping.ts";

export function keepStore(bus: Bus, node: DhcpNode, buckets: () => BucketsSeen): StoreKeeping {
  const { file, world, alarms, health, faults, clocks } = node;
  return new StoreKeeping({
    ...{ self: file.name, membership: world.membership, alarms, health, faults, buckets },
    steady: clocks.steady,
    put: (key, value, expected) => putRecord(bus, NETWORK, key, value, expected),
    leases: () => world.view.size,
    hosts: () => world.inventory.size,
    isRestoring: () => node.isRestoring,
  });
}
