// What the bucket's feed shows, into what this node knows of leases.
import { type Lease, leaseAfter } from "@leasehold/leases";
import { storedEventOf } from "@leasehold/leases/nats";
import type { NodeWorld } from "./node-world.ts";

/** A record of the bucket; `data` is undefined when its key was removed. */
export interface LeaseRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}

/** The lease that is news; `foreign` for what is no lease event; `known` for what says nothing new, or is gone. */
export function takeIn({ view, index }: NodeWorld, record: LeaseRecord): Lease | "foreign" | "known" {
  const stored = storedEventOf(record);
  if (stored === undefined) return "foreign";
  if (stored.event === undefined) {
    view.remove(stored.address, stored.revision);
    return "known";
  }
  const lease = leaseAfter(stored.event, stored.revision, stored.at);
  index.note(lease);
  return view.apply(lease) ? lease : "known";
}
