// Follows the bucket of the leases into a view of them: what each record says that this process did not know.
import { type Follower, LEASES } from "@leasehold/bus";
import {
  type Instant,
  type Lease,
  type LeaseRecord,
  type LeaseView,
  leaseOf,
  type Revision,
  storedEventOf,
} from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import type { ViewPorts } from "./ports.ts";

export interface LeaseKnowledge {
  readonly view: LeaseView;
  /** What else is kept of each lease. */
  readonly index?: {
    note(lease: Lease): void;
    clear(): void;
  };
}

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

const REMOVED =
  "the record was removed by hand, and this node does not know the lease: `leasehold lease clear --force` frees the address";

/** A record that was left alone, and why. */
export interface Unreadable {
  readonly unreadable: string;
}

/** A record that somebody removed, of a lease that is known: it is to be written back. */
export interface Removed {
  readonly removed: Lease;
}

/** The lease that is news; what became of the record instead; `known` for what says nothing new. */
export function takeIn(leases: LeaseKnowledge, record: LeaseRecord): Lease | Unreadable | Removed | "known" {
  const { view, index } = leases;
  const address = parseIpv4(record.key);
  if (address === undefined) return { unreadable: "the key: expected an IPv4 address" };
  const known = view.revisionOf(address);
  // What is older than what is known is not read: every node is shown what it wrote itself.
  if (known > record.revision) return "known";
  if (record.data === undefined) {
    const removed = view.noteRemoved(address, record.revision as Revision, record.at as Instant);
    return removed === undefined ? { unreadable: REMOVED } : { removed };
  }
  // The same event is in the view already: only the stream's own time of it is news.
  const shown = known === record.revision ? view.showAt(address, record.at as Instant) : undefined;
  if (shown !== undefined) {
    index?.note(shown);
    return shown;
  }
  const stored = storedEventOf(address, record);
  const lease = leaseOf(stored)!;
  if (stored.unreadable !== undefined) {
    // In the place of what was there: the address is given to nobody, and the record is not written over.
    view.apply(lease);
    return { unreadable: stored.unreadable };
  }
  index?.note(lease);
  return view.apply(lease) ? lease : "known";
}
