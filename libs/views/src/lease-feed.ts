// What the bucket's feed shows, into what this node knows of leases.

import { storedEventOf } from "@leasehold/lease-store";
import { type Instant, type Lease, type LeaseView, leaseOf, type Revision } from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";

export interface LeaseKnowledge {
  readonly view: LeaseView;
  /** What else is kept of each lease. */
  readonly index?: {
    note(lease: Lease): void;
    clear(): void;
  };
}

/** A record of the bucket; `data` is undefined when its key was removed. */
export interface LeaseRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
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
