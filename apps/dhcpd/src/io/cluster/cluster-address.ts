// The cluster's own address on this node: every node listens on it; where it floats, this node votes, and carries it while it
// is elected.
import { reasonOf } from "@leasehold/bus";
import type { ServedLink } from "@leasehold/link";
import type { Network } from "@leasehold/network";
import type { Logger } from "pino";
import { type FloatingEvent, FloatingIdentity } from "../../cluster/floating-identity.ts";
import type { FloatingWord } from "../../cluster/floating-vote.ts";
import type { Membership } from "../../cluster/membership.ts";
import type { Counters } from "../../telemetry/counters.ts";
import { FloatingAddress } from "./floating-address.ts";

export interface ClusterAddressParts {
  readonly self: string;
  readonly interfaces: readonly string[];
  readonly membership: Membership;
  readonly counters: Counters;
  readonly log: Logger;
}

export class ClusterAddress {
  private readonly parts: ClusterAddressParts;
  /** Absent where koffi has no binary for this machine: it votes for others then, and is not elected. */
  private readonly machine: FloatingAddress | undefined;
  private readonly identity: FloatingIdentity;

  constructor(parts: ClusterAddressParts, now: number) {
    this.parts = parts;
    this.machine = machineOf(parts.interfaces);
    const carrier = this.machine ?? NO_CARRIER;
    const { self, membership } = parts;
    this.identity = new FloatingIdentity(
      { self, membership, carrier, note: (event) => this.note(event) },
      now,
    );
  }

  get carries(): boolean {
    return this.identity.carries;
  }

  get word(): FloatingWord | undefined {
    return this.identity.word;
  }

  noticeNetwork({ serverIdentifier }: Network, links: readonly ServedLink[], now: number): void {
    this.identity.noticeAddress(
      serverIdentifier?.mode === "floating" ? serverIdentifier.address : undefined,
      now,
    );
    if (serverIdentifier === undefined) return;
    for (const link of links) {
      link.listenOn(serverIdentifier.address).catch((error: unknown) => {
        this.parts.log.warn(
          { interface: link.interfaceName, reason: reasonOf(error) },
          "cannot listen on the cluster's address",
        );
      });
    }
  }

  /** An interface was made anew, or has another address: neighbours learn anew where the cluster's address is. */
  noticeLinks(): void {
    this.identity.announceAgain();
  }

  /** Says whether the others should hear at once what this node says now. */
  tick(now: number, isServing: boolean): boolean {
    return this.identity.tick(now, isServing);
  }

  /** Before each heartbeat. */
  refresh(now: number): void {
    this.identity.refresh(now);
  }

  giveUp(now: number): void {
    this.identity.giveUp(now);
  }

  close(now: number): void {
    this.identity.giveUp(now);
    this.machine?.close();
  }

  private note(event: FloatingEvent): void {
    const { log, counters } = this.parts;
    const { kind, address } = event;
    switch (kind) {
      case "taken":
        log.info({ address }, "this node carries the cluster's address now");
        return;
      case "given-up":
        log.info({ address }, "this node does not carry the cluster's address any more");
        return;
      case "obstacle":
        counters.count("trouble", "floating-address");
        log.warn(
          { address },
          `this node cannot carry the cluster's floating address: ${event.reason}; another one has to`,
        );
        return;
      default:
        kind satisfies never;
    }
  }
}

function machineOf(interfaces: readonly string[]): FloatingAddress | undefined {
  try {
    return new FloatingAddress(interfaces);
  } catch {
    return undefined;
  }
}

const NO_CARRIER = {
  obstacle: () => "koffi cannot be used on this machine",
  carry: () => {},
  announce: () => {},
  drop: () => {},
};
