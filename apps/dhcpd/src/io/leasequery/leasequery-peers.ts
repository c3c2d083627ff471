// Bulk leasequeries, by TCP, for the peers that the network document names; not listened for at all while it names none.
import { reasonOf } from "@leasehold/document/operator-error";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { Clocks, Log } from "../../ports.ts";
import type { Counters } from "../../telemetry/counters.ts";
import type { Faults } from "../../telemetry/faults.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { BulkLeasequeryListener } from "./bulk-leasequery.ts";

export interface LeasequeryPeersParts {
  readonly world: NodeWorld;
  readonly clocks: Clocks;
  readonly counters: Counters;
  readonly log: Log;
  readonly faults: Faults;
  readonly isServing: () => boolean;
}

export class LeasequeryPeers {
  private readonly parts: LeasequeryPeersParts;
  private listener: BulkLeasequeryListener | undefined;

  constructor(parts: LeasequeryPeersParts) {
    this.parts = parts;
  }

  /** Another network document is in force; `own` are the addresses of this node. */
  noticeNetwork(own: readonly Ipv4[]): void {
    const { world, counters, log } = this.parts;
    if (world.network.leasequeryPeers.size === 0) {
      this.close("the network document names no peers");
      return;
    }
    this.listener ??= this.opened();
    const cluster = world.network.serverIdentifier?.address;
    for (const address of cluster === undefined ? own : [...own, cluster]) {
      this.listener.listenOn(address).catch((error: unknown) => {
        counters.count("anomalies", "bulk-leasequery-port");
        log.warn({ address: formatIpv4(address) }, reasonOf(error));
      });
    }
  }

  close(reason: string): void {
    this.listener?.close(reason);
    this.listener = undefined;
  }

  private opened(): BulkLeasequeryListener {
    const { world, clocks, counters, faults, isServing } = this.parts;
    return new BulkLeasequeryListener({
      world,
      now: () => clocks.now(),
      serverIdentifierAt: (local) => world.network.serverIdentifier?.address ?? local,
      isPeer: (address) => world.network.leasequeryPeers.has(address),
      isServing,
      note: (event) => counters.count("anomalies", event),
      onFault: (cause) => faults.count({ cause, during: "answering a bulk leasequery" }),
    });
  }
}
