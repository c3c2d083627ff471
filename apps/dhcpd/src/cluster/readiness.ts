// Whether a node may answer, and what it tells the others of that: it is starting, serves, yields to the others while it drains, or must not.

import {
  Draining,
  type NodeName,
  type NodeState,
  type PauseWatch,
  type StreamClock,
} from "@leasehold/cluster";
import type { ServedInterfaces } from "@leasehold/link";
import type { StoreHealth } from "../store/store-health.ts";

/** Why no packet is answered. */
export type Refusal = "clock-fenced" | "was-paused" | "not-serving";

export interface ReadinessParts {
  readonly clock: StreamClock;
  readonly pause: PauseWatch;
  readonly name: NodeName;
  readonly health: StoreHealth;
  readonly links: Pick<ServedInterfaces, "isAnyUp" | "problem">;
  readonly steady: () => number;
}

/** What has to be there before a node may answer. It is looked at for every packet; words are only made where something is missing. */
export interface Awaited {
  readonly views: Readonly<Record<"leases" | "inventory" | "network", { readonly complete: boolean }>>;
  /** Looked at where the views are complete. */
  readonly keeping: { readonly acquaintance: { readonly isMade: boolean } };
  readonly world: { readonly network: { readonly revision: number } };
  /** What is missing, if anything. */
  missing(): string | undefined;
}

function isThere({ views, keeping, world }: Awaited): boolean {
  const { leases, inventory, network } = views;
  if (!(leases.complete && inventory.complete && network.complete)) return false;
  return keeping.acquaintance.isMade && world.network.revision > 0;
}

export class Readiness {
  readonly draining = new Draining();
  readonly pause: PauseWatch;
  hasStopped = false;
  private readonly parts: ReadinessParts;
  private awaited: Awaited | undefined;

  constructor(parts: ReadinessParts) {
    this.parts = parts;
    this.pause = parts.pause;
  }

  /** From now on these have to be there. */
  follow(awaited: Awaited): void {
    this.awaited = awaited;
  }

  /** Why no packet may be answered now; undefined when the node serves. */
  refusal(): Refusal | undefined {
    if (this.parts.clock.isFenced) return "clock-fenced";
    if (this.pause.isSuspect) return "was-paused";
    return this.draining.isStopping || this.missing() !== undefined ? "not-serving" : undefined;
  }

  /** It drains: what the others heard, too, is theirs to answer. */
  isYielding(): boolean {
    return this.draining.isYielding(this.parts.steady());
  }

  get state(): NodeState {
    if (this.hasStopped) return "stopped";
    if (this.draining.isOn) return "draining";
    if (this.parts.clock.isFenced) return "fenced";
    if (this.missing() !== undefined) return "starting";
    if (!this.parts.links.isAnyUp) return "no-link";
    return this.pause.isSuspect ? "suspect" : "serving";
  }

  /** Why /readyz says no; undefined when the node serves. */
  unreadiness(): string | undefined {
    const { clock, health, links, steady } = this.parts;
    if (this.draining.isOn) return "draining";
    if (clock.isFenced) return `fenced: the clocks differ by ${clock.differenceMs / 1000} s`;
    const missing = this.missing();
    if (missing !== undefined) return missing;
    if (this.pause.isSuspect) return "paused; checking with the store that its state is current";
    const store = health.unreadiness(steady());
    if (store)
      return `store ${store}: existing leases are renewed up to their stored expiry; new clients get no answer`;
    return links.problem;
  }

  /** What is still missing before the node may answer at all. */
  missing(): string | undefined {
    const refusal = this.parts.name.refusal(this.parts.steady());
    if (refusal !== undefined) return refusal;
    if (this.awaited === undefined) return "checking the JetStream objects";
    return this.parts.clock.isKnown && isThere(this.awaited) ? undefined : this.awaited.missing();
  }
}
