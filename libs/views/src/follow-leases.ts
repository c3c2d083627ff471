// Follows the bucket of the leases into a view of them.
import { type Follower, LEASES } from "@leasehold/bus";
import type { Lease } from "@leasehold/leases";
import { type LeaseKnowledge, type LeaseRecord, takeIn } from "./lease-feed.ts";
import type { ViewPorts } from "./ports.ts";

/** What a process that writes leases does about what the bucket has lost; one that only reads them has none. */
export interface LeaseKeeper {
  /** Whether leases are in the view that the store does not have yet. */
  isRestoring(): boolean;
  /** Somebody removed the record of a lease that is known. */
  leaseRemoved(lease: Lease): void;
  /** The store was replaced: the view is about to be loaded again. */
  leasesReplaced(): void;
}

export interface LeaseParts extends ViewPorts {
  readonly leases: LeaseKnowledge;
  /** A lease that is news; while the view is loaded, each of them is. */
  readonly onLease: (lease: Lease, isLoaded: boolean) => void;
  /** All that there was has been taken in; once, and again after the store was replaced. */
  readonly onLoaded?: () => void;
  readonly keeper?: LeaseKeeper;
}

export interface LeasesView {
  readonly follower: Follower;
  /** A record that came by another way than the feed. */
  readonly take: (record: LeaseRecord) => void;
}

export function followLeases(parts: LeaseParts): LeasesView {
  const { leases, follow, log, records, keeper, onLease, onLoaded, onTrouble, onWeaknesses } = parts;
  const take = (record: LeaseRecord) => {
    const taken = takeIn(leases, record);
    if (typeof taken === "object" && "unreadable" in taken) {
      records.note(LEASES, record.key, record.revision, taken.unreadable);
      return;
    }
    records.isWell(LEASES, record.key);
    if (taken === "known") return;
    if ("removed" in taken) {
      if (keeper === undefined) return;
      log.warn({ address: record.key }, "the record of a lease was removed by hand; writing it back");
      keeper.leaseRemoved(taken.removed);
      return;
    }
    onLease(taken, follower.complete);
  };
  const follower = follow(LEASES, {
    onRecord: take,
    onReset: (reason) => {
      const andThen = keeper === undefined ? "" : ", and writing back what it has lost";
      log.error({ reason }, `the lease store was replaced; loading it again${andThen}`);
      keeper?.leasesReplaced();
      leases.view.clear();
      leases.index?.clear();
      records.forget(LEASES);
    },
    onComplete: () => onLoaded?.(),
    // What is put back into the view has still to be written.
    known: () => (keeper?.isRestoring() === true ? 0 : leases.view.size),
    onWeaknesses: (weaknesses) => onWeaknesses(LEASES, weaknesses),
    onTrouble,
  });
  return { follower, take };
}
