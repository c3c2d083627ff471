// What the API, the metrics and the command see of a node, and what they may have it do.
import type { Bus } from "@leasehold/bus";
import type { LinkView } from "@leasehold/link";
import type { Packet } from "@leasehold/protocol";
import type { Logger } from "pino";
import type { NodeState } from "../cluster/heartbeat.ts";
import type { Cleared, Order } from "../exchange/clear-lease.ts";
import type { Foreseen } from "../exchange/exchange.ts";
import type { NodeFile } from "../node-file.ts";
import type { Clocks, Whence } from "../ports.ts";
import type { Durability } from "../store/durability.ts";
import type { StoreState } from "../store/store-health.ts";
import type { StoreAlarms } from "../store-loss/store-alarms.ts";
import type { StoreKeeping } from "../store-loss/store-keeping.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { RecentOutcomes } from "../telemetry/recent-outcomes.ts";
import type { UnreadableRecords } from "../telemetry/unreadable-records.ts";
import type { NodeWorld } from "../views/node-world.ts";

export interface NodeView {
  readonly file: NodeFile;
  readonly version: string;
  readonly log: Logger;
  readonly world: NodeWorld;
  readonly clocks: Clocks;
  readonly clock: { readonly wallDifferenceMs: number; readonly isFenced: boolean };
  readonly counters: Counters;
  readonly outcomes: RecentOutcomes;
  readonly name: { warnings(now: number): readonly string[] };
  readonly links: { readonly views: readonly LinkView[]; readonly texts: readonly string[] };
  readonly alarms: StoreAlarms;
  readonly unreadable: UnreadableRecords;
  readonly disks: { readonly durability: Durability };
  readonly natsServer: { readonly server: string | null; readonly serverVersion: string | null };
  readonly state: NodeState;
  readonly storeState: StoreState;
  /** Exchanges that wait for the lease store. */
  readonly pending: number;
  readonly isFeedResting: boolean;
  readonly carriesFloatingAddress: boolean;
  /** Undefined until the node follows the buckets. */
  readonly views: { readonly isLoading: boolean } | undefined;
  /** Undefined until the node knows the store. */
  readonly keeping: Pick<StoreKeeping, "acceptLoss"> | undefined;
  readonly whences: readonly Whence[];
  /** Told of every commit's batch and every reply, in ms. */
  readonly observers: {
    onBatch?: (size: number, outcome: string, ms: number) => void;
    onReplied?: (type: string, ms: number) => void;
  };
  /** Why /readyz says no; undefined when the node serves. */
  unreadiness(): string | undefined;
  position(view: "leases" | "inventory" | "network"): number;
  foresee(packet: Packet, whence: Whence): Foreseen;
  /** @throws BusError while there is no connection. */
  connectedBus(): Bus;
  /** An operator frees an address. @throws BusError while the node does not serve. */
  clearLease(order: Order): Promise<Cleared>;
  drain(): void;
  undrain(): void;
}
