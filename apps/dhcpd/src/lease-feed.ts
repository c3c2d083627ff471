// What the bucket's feed shows, into what this node knows of leases.
import { type Instant, type Lease, leaseAfter, type Revision } from "@leasehold/leases";
import { storedEventOf } from "@leasehold/leases/nats";
import { parseIpv4 } from "@leasehold/protocol";
import type { NodeWorld } from "./node-world.ts";

/** A record of the bucket; `data` is undefined when its key was removed. */
export interface LeaseRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}

/** The lease that is news; `foreign` for what is no lease event; `known` for what says nothing new, or is gone. */
export function takeIn(world: NodeWorld, record: LeaseRecord): Lease | "foreign" | "known" {
  const { view, index } = world;
  const address = parseIpv4(record.key);
  if (address === undefined) return "foreign";
  const known = view.revisionOf(address);
  // What is older than what is known is not read: every node is shown what it wrote itself.
  if (known > record.revision) return "known";
  if (record.data === undefined) {
    view.remove(address, record.revision as Revision);
    return "known";
  }
  // The same event is in the view already: only the stream's own time of it is news.
  const shown = known === record.revision ? view.showAt(address, record.at as Instant) : undefined;
  const lease = shown ?? read(record);
  if (lease === undefined) return "foreign";
  index.note(lease);
  return shown !== undefined || view.apply(lease) ? lease : "known";
}

function read(record: LeaseRecord): Lease | undefined {
  const stored = storedEventOf(record);
  return stored?.event && leaseAfter(stored.event, stored.revision, stored.at);
}
