// What the API, the metrics and the command see of a node, and what they may have it do.
import { type Bus, BusError } from "@leasehold/bus";
import type { NodeState } from "@leasehold/cluster";
import type { LinkView } from "@leasehold/link";
import type { Packet } from "@leasehold/protocol";
import { type Cleared, clearThrough, type Order } from "../exchange/clear-lease.ts";
import type { DryRun } from "../exchange/exchange.ts";
import type { NodeCore } from "../node-core.ts";
import type { NodeFile } from "../node-file.ts";
import type { Clocks, Ingress, Log } from "../ports.ts";
import type { Durability } from "../store/durability.ts";
import type { StoreState } from "../store/store-health.ts";
import type { StoreAlarms } from "../store-loss/store-alarms.ts";
import type { StoreKeeping } from "../store-loss/store-keeping.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { NodeWorld } from "../views/node-world.ts";

/** What of a node is not in its core. */
export interface NodeShell {
  readonly file: NodeFile;
  readonly version: string;
  readonly log: Log;
  readonly links: {
    readonly views: readonly LinkView[];
    readonly texts: readonly string[];
    /** That have, or had, an address. */
    readonly opened: readonly Ingress[];
  };
  readonly disks: { readonly durability: Durability };
  readonly bootLog: { readonly stored: ReadonlyMap<string, number>; readonly pending: number };
}

export interface NodeView
  extends NodeShell,
    Pick<Telemetry, "counters" | "events" | "outcomes" | "unreadable"> {
  readonly world: NodeWorld;
  readonly clocks: Clocks;
  readonly clock: { readonly wallDifferenceMs: number; readonly isFenced: boolean };
  readonly name: { warnings(now: number): readonly string[] };
  readonly alarms: StoreAlarms;
  readonly natsServer: { readonly server: string | null; readonly serverVersion: string | null };
  readonly state: NodeState;
  readonly storeState: StoreState;
  /** Exchanges that wait for the lease store. */
  readonly pending: number;
  readonly isLeaseConsumerPaused: boolean;
  readonly carriesFloatingAddress: boolean;
  /** Undefined until the node follows the buckets. */
  readonly views: { readonly isLoading: boolean } | undefined;
  /** Undefined until the node knows the store. */
  readonly keeping: Pick<StoreKeeping, "acceptLoss"> | undefined;
  readonly ingresses: readonly Ingress[];
  /** Why /readyz says no; undefined when the node serves. */
  unreadiness(): string | undefined;
  position(view: "leases" | "inventory" | "network"): number;
  /** What a packet would be answered now; nothing comes of it. */
  dryRun(packet: Packet, ingress: Ingress): DryRun;
  /** @throws BusError while there is no connection. */
  connectedBus(): Bus;
  /** An operator frees an address. @throws BusError while the node does not serve. */
  clearLease(order: Order): Promise<Cleared>;
  drain(): void;
  undrain(): void;
}

/** `bus`: undefined before the first connection. */
export function nodeViewOf(
  core: NodeCore,
  shell: NodeShell & { readonly bus: () => Bus | undefined },
): NodeView {
  const { file, version, log, links, disks, bootLog, bus } = shell;
  const { telemetry, world, clocks, clock, name, alarms, readiness, health, floating } = core;
  const { counters, events, outcomes, unreadable } = telemetry;
  return {
    ...{ file, version, log, links, disks, bootLog, counters, events, outcomes, unreadable },
    ...{ world, clocks, clock, name, alarms },
    get natsServer() {
      return {
        server: bus()?.nc.info?.server_name ?? null,
        serverVersion: bus()?.serverVersion ?? null,
      };
    },
    get state() {
      return readiness.state;
    },
    get storeState() {
      return health.state(clocks.steady());
    },
    get pending() {
      return core.serving?.service.pending ?? 0;
    },
    get isLeaseConsumerPaused() {
      return core.serving?.views.leases.isPaused ?? false;
    },
    get carriesFloatingAddress() {
      return floating.carries;
    },
    get views() {
      return core.serving?.views;
    },
    get keeping() {
      return core.serving?.keeping;
    },
    get ingresses() {
      return links.opened;
    },
    unreadiness: () =>
      bus() === undefined && !readiness.draining.isOn
        ? `waiting for NATS at ${file.nats.servers.join(", ")} and its JetStream objects`
        : readiness.unreadiness(),
    position: (view) => core.serving?.position(view) ?? 0,
    dryRun: (packet, ingress) => core.serving?.service.dryRun(packet, ingress) ?? "not-serving",
    connectedBus: () => connectedOf(bus()),
    clearLease: (order) => clearThrough(core.serving?.service, readiness.missing(), order, log),
    drain: () => core.drain(),
    undrain: () => core.undrain(),
  };
}

function connectedOf(bus: Bus | undefined): Bus {
  if (bus?.connected) return bus;
  throw new BusError(
    "This node is not connected to NATS, so nothing can be stored.",
    "Ask another node, or see `leasehold status`.",
  );
}
