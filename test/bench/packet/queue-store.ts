// A store that does of a commit what the node does of it, and no more: events are encoded, wait for their batch, and are
// settled when the bench says so.
import type { Append, AppendResult, Revision, StoredEvent } from "@leasehold/leases";
import { encodeLeaseEvent, leaseKey } from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { ReadableLeaseStore } from "../../../apps/dhcpd/src/ports.ts";

/** A record as the feed of the bucket delivers it. */
export interface Delivered {
  readonly key: string;
  readonly data: Uint8Array;
  readonly revision: number;
  readonly at: number;
}

interface Waiting {
  readonly append: Append;
  readonly data: Uint8Array;
  readonly settle: (result: AppendResult) => void;
}

export class QueueStore implements ReadableLeaseStore {
  private waiting: Waiting[] = [];
  private revision = 0;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  get pending(): number {
    return this.waiting.length;
  }

  append(append: Append, settle: (result: AppendResult) => void): void {
    this.waiting.push({ append, data: encodeLeaseEvent(append.event), settle });
  }

  async read(_address: Ipv4): Promise<StoredEvent | undefined> {
    throw new Error("the bench makes no NAK");
  }

  nextRevision(): number {
    return ++this.revision;
  }

  /** Settles all that waits, and gives what the feed will deliver of it. */
  settle(): Delivered[] {
    const batch = this.waiting;
    this.waiting = [];
    const delivered: Delivered[] = [];
    for (const { append, data, settle } of batch) {
      const revision = this.nextRevision();
      delivered.push({ key: leaseKey(append.address), data, revision, at: this.now() });
      settle({ kind: "stored", revision: revision as Revision });
    }
    return delivered;
  }
}
