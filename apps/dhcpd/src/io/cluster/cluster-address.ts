// The cluster's own address on this machine: every node listens on it; where it floats, the one that is elected carries it.
import { reasonOf } from "@leasehold/document/operator-error";
import type { ServedLink } from "@leasehold/link";
import type { Network } from "@leasehold/network";
import type { AddressCarrier } from "../../cluster/floating-identity.ts";
import type { Log } from "../../ports.ts";
import { FloatingAddress } from "./floating-address.ts";

export class ClusterAddress {
  private readonly log: Log;
  /** Absent where koffi has no binary for this machine: it votes for others then, and is not elected. */
  private readonly machine: FloatingAddress | undefined;

  constructor(interfaces: readonly string[], log: Log) {
    this.log = log;
    this.machine = machineOf(interfaces);
  }

  get carrier(): AddressCarrier {
    return this.machine ?? NO_CARRIER;
  }

  listen({ serverIdentifier }: Network, links: readonly ServedLink[]): void {
    if (serverIdentifier === undefined) return;
    for (const link of links) {
      link.listenOn(serverIdentifier.address).catch((error: unknown) => {
        this.log.warn(
          { interface: link.interfaceName, reason: reasonOf(error) },
          "cannot listen on the cluster's address",
        );
      });
    }
  }

  close(): void {
    this.machine?.close();
  }
}

function machineOf(interfaces: readonly string[]): FloatingAddress | undefined {
  try {
    return new FloatingAddress(interfaces);
  } catch {
    return undefined;
  }
}

const NO_CARRIER: AddressCarrier = {
  obstacle: () => "koffi cannot be used on this machine",
  carry: () => {},
  announce: () => {},
  drop: () => {},
};
