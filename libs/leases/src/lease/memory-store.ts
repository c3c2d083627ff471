// A lease store in memory: the real semantics, no durability. For simulation, and for one node without a cluster.
import type { Ipv4 } from "@leasehold/protocol";
import { type Instant, NO_REVISION, type Revision } from "./instant.ts";
import type { Append, AppendResult, LeaseStore, StoredEvent } from "./lease-store.ts";
import { isOwn } from "./lease-store.ts";

export class MemoryLeaseStore implements LeaseStore {
  /** Every event ever stored, in order: what replay starts from. */
  readonly log: StoredEvent[] = [];
  private readonly newest = new Map<Ipv4, StoredEvent>();
  private readonly followers = new Set<(stored: StoredEvent) => void>();
  private readonly now: () => Instant;
  readonly pending = 0;

  constructor(now: () => Instant) {
    this.now = now;
  }

  append(append: Append, settle: (result: AppendResult) => void): void {
    const current = this.newest.get(append.address);
    if ((current?.revision ?? NO_REVISION) !== append.expected) {
      // The same attempt again, after its answer was lost, is no conflict.
      settle(
        isOwn(append, current)
          ? { kind: "stored", revision: current.revision }
          : { kind: "conflict", current },
      );
      return;
    }
    settle({ kind: "stored", revision: this.put(append.address, append.event) });
  }

  /** Somebody removes the record of an address: `nats kv del`. */
  remove(address: Ipv4): void {
    this.put(address, undefined);
  }

  private put(address: Ipv4, event: StoredEvent["event"]): Revision {
    const stored = { address, event, revision: (this.log.length + 1) as Revision, at: this.now() };
    this.log.push(stored);
    this.newest.set(address, stored);
    for (const follower of this.followers) follower(stored);
    return stored.revision;
  }

  /** The newest event of every address, then every one that follows. Returns how to stop. */
  follow(onEvent: (stored: StoredEvent) => void): () => void {
    for (const stored of this.newest.values()) onEvent(stored);
    this.followers.add(onEvent);
    return () => this.followers.delete(onEvent);
  }
}
