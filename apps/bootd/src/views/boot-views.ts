// The three buckets, followed live into what this boot server knows. It reads them only: what a bucket has lost is for the nodes to write back.
import { type Bus, type Follower, followBucket, NETWORK, readHistory } from "@leasehold/bus";
import { inTurns } from "@leasehold/daemon";
import { Inventory } from "@leasehold/inventory";
import { LeaseView } from "@leasehold/leases";
import { compileNetwork, type Network } from "@leasehold/network";
import {
  DOCUMENT_KEY,
  followInventory,
  followLeases,
  NetworkView,
  TEND_EVERY_MS,
  type ViewPorts,
} from "@leasehold/views";
import type { Logger } from "pino";
import type { Knowledge } from "../machines/knowledge.ts";
import type { Counters } from "../served/counters.ts";

const LINE_EVERY_MS = 10_000;

export interface BootViewsParts {
  readonly log: Logger;
  readonly counters: Counters;
  readonly steady: () => number;
}

export class BootViews implements Knowledge {
  network: Network = compileNetwork({ version: 1, subnets: [] }, 0);
  readonly inventory = new Inventory();
  readonly leases = new LeaseView();
  readonly #parts: BootViewsParts;
  #followers: Readonly<Record<"leases" | "inventory" | "network", Follower>> | undefined;
  #networkView: NetworkView | undefined;
  #tending: NodeJS.Timeout | undefined;
  #wasComplete = false;
  #recordSaidAt = Number.NEGATIVE_INFINITY;

  constructor(parts: BootViewsParts) {
    this.#parts = parts;
  }

  follow(bus: Bus): void {
    const ports = this.#portsOver(bus);
    const { follower: leases } = followLeases({ ...ports, leases: { view: this.leases }, onLease: () => {} });
    const { follower: inventory } = followInventory({
      ...ports,
      inventory: this.inventory,
      onHosts: () => {},
    });
    const network = this.#followNetwork(bus, ports);
    this.#followers = { leases, inventory, network: network.follower };
    this.#networkView = network;
    this.#tending = setInterval(() => void network.tend(), TEND_EVERY_MS);
  }

  /** What is still missing before scripts can be made; undefined once nothing is, also while a bucket is read again later. */
  missing(): string | undefined {
    if (this.#wasComplete) return undefined;
    const followers = this.#followers;
    if (followers === undefined || this.#networkView === undefined) return "NATS is not connected";
    const loading = Object.entries(followers).filter(([, follower]) => !follower.complete);
    if (loading.length > 0) return `loading ${loading.map(([name]) => name).join(", ")}`;
    const { missing } = this.#networkView;
    this.#wasComplete = missing === undefined;
    return missing;
  }

  /** How far it knows each bucket. */
  get positions(): Readonly<Record<"leases" | "inventory" | "network", number>> {
    const { leases, inventory, network } = this.#followers ?? {};
    return {
      leases: leases?.position ?? 0,
      inventory: inventory?.position ?? 0,
      network: network?.position ?? 0,
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#tending);
    await Promise.all(Object.values(this.#followers ?? {}).map((follower) => follower.stop()));
  }

  #followNetwork(bus: Bus, ports: ViewPorts): NetworkView {
    return new NetworkView({
      ...{ ...ports, inTurns, steady: this.#parts.steady },
      inForce: () => this.network,
      use: (network) => {
        this.network = network;
      },
      count: () => this.#parts.counters.count("anomalies"),
      isConnected: () => bus.connected,
      documents: { kept: () => readHistory(bus, NETWORK, DOCUMENT_KEY) },
      onMember: () => {},
      onReplaced: () => {},
    });
  }

  #portsOver(bus: Bus): ViewPorts {
    const { log, counters } = this.#parts;
    return {
      follow: (bucket, options) => followBucket(bus, bucket, options),
      log,
      records: {
        note: (bucket, key, revision, reason) => this.#noteRecord({ bucket, key, revision, reason }),
        isWell: () => {},
        forget: () => {},
      },
      onTrouble: (what) => {
        counters.count("anomalies");
        log.warn(what);
      },
      // The nodes tell of it, in `leasehold status`.
      onWeaknesses: () => {},
    };
  }

  /** All are counted; a line every ten seconds at most. */
  #noteRecord(about: { bucket: string; key: string; revision: number; reason: string }): void {
    const { log, counters, steady } = this.#parts;
    counters.count("badRecords");
    const now = steady();
    if (now - this.#recordSaidAt < LINE_EVERY_MS) return;
    this.#recordSaidAt = now;
    log.warn(about, "unreadable record; it is ignored");
  }
}
