// The node's keeping of its store, on NATS.
import { type Bus, lastLogged, loggedKeys, NETWORK, putRecord } from "@leasehold/bus";
import type { Instant } from "@leasehold/leases";
import type { Logger } from "pino";
import { lostLeasesInWords } from "../../store-loss/lost-leases.ts";
import { type BucketsSeen, StoreKeeping, type StoreKeepingParts } from "../../store-loss/store-keeping.ts";
import type { NodeWorld } from "../../views/node-world.ts";

/** What of the node it takes. */
export interface StoreKeeper extends Pick<StoreKeepingParts, "alarms" | "health" | "faults"> {
  readonly file: { readonly name: string };
  readonly world: NodeWorld;
  readonly clocks: Pick<StoreKeepingParts, "steady"> & { now(): Instant };
  readonly log: Pick<Logger, "error">;
  readonly isRestoring: boolean;
}

export function keepStore(bus: Bus, node: StoreKeeper, buckets: () => BucketsSeen): StoreKeeping {
  const { file, world, alarms, health, faults, clocks } = node;
  return new StoreKeeping({
    ...{ self: file.name, membership: world.membership, alarms, health, faults, buckets },
    steady: clocks.steady,
    put: (key, value, expected) => putRecord(bus, NETWORK, key, value, expected),
    leases: () => world.view.size,
    hosts: () => world.inventory.size,
    isRestoring: () => node.isRestoring,
    nameLost: async () => {
      const log = { keys: () => loggedKeys(bus), last: (key: string) => lastLogged(bus, key) };
      const words = await lostLeasesInWords(log, world.view, clocks.now);
      node.log.error({ words }, "the store has lost leases");
      return words;
    },
  });
}
