// This node's way into the store of leases: with the other nodes under load, and telling them what is stored (docs/adr/0017).
import { type Bus, type KeyWrite, onStored, type Told, tellStored } from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import type { Append } from "@leasehold/leases";
import type { StoreHealth } from "../../store/store-health.ts";
import type { StreamClock } from "../../store/stream-clock.ts";
import type { Counters } from "../../telemetry/counters.ts";
import type { Faults } from "../../telemetry/faults.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { faultOfTold, publisherOf, toldOf } from "../../views/told-leases.ts";
import type { Views } from "../views/views.ts";

export interface LeaseStoreParts {
  /** This node. */
  readonly self: string;
  readonly world: NodeWorld;
  readonly views: Views;
  readonly counters: Counters;
  readonly health: StoreHealth;
  readonly clock: StreamClock;
  readonly faults: Faults;
  readonly observers: { onBatch?: (size: number, outcome: string, ms: number) => void };
}

export function openLeaseStore(bus: Bus, parts: LeaseStoreParts): JetStreamLeaseStore {
  const { self, world, views, counters, health, faults, observers } = parts;
  const onFault = (cause: unknown) => faults.count({ cause, during: "committing to the lease store" });
  const check = (told: Told) => faultOfTold(told, parts.clock);
  onStored(bus, self, check, (told) =>
    faults.guard("taking in what another node stored", () => views.takeTold(told)),
  );
  const batches = {
    isOutdated: ({ address, expected }: Append) => world.view.revisionOf(address) > expected,
    onBatch: (size: number, outcome: Parameters<StoreHealth["noteAttempt"]>[0], ms: number) => {
      health.noteAttempt(outcome, ms, performance.now());
      observers.onBatch?.(size, outcome.kind, ms);
    },
    onFault,
  };
  return new JetStreamLeaseStore(bus, batches, {
    self,
    sharedMs: () => parts.clock.now(performance.now()),
    publisher: () => publisherOf(world.members.names),
    onHanded: (what) => counters.count("joint", what),
    onStored: (first, writes, sentAt) => tell(bus, parts, first, writes, sentAt),
    onFault,
  });
}

/** The others, and once the exchanges concerned have gone on, this node's own view. */
function tell(
  bus: Bus,
  { self, world, views, clock, faults }: LeaseStoreParts,
  first: number,
  writes: readonly KeyWrite[],
  sentAt: number,
): void {
  const told = toldOf(views.leases.created, clock, first, writes, sentAt, performance.now());
  if (told === undefined) return;
  if (world.members.names.length > 1) tellStored(bus, self, told);
  setImmediate(() => faults.guard("taking in what was stored", () => views.takeTold(told)));
}
