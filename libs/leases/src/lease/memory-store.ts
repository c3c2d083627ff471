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
    const stored = this.put(append.address, append.event);
    settle({ kind: "stored", revision: stored.revision });
    this.show(stored);
  }

  /** Somebody removes the record of an address: `nats kv del`. */
  remove(address: Ipv4): void {
    this.show(this.put(address, undefined));
  }

  private put(address: Ipv4, event: StoredEvent["event"]): StoredEvent {
    const stored = { address, event, revision: (this.log.length + 1) as Revision, at: this.now() };
    this.log.push(stored);
    this.newest.set(address, stored);
    return stored;
  }

  /** After its writer knows, as a stream's acknowledgement mostly is faster than its feed. */
  private show(stored: StoredEvent): void {
    for (const follower of this.followers) follower(stored);
  }

  /** The newest event of every address, then every one that follows. Returns how to stop. */
  follow(onEvent: (stored: StoredEvent) => void): () => void {
    for (const stored of this.newest.values()) onEvent(stored);
    this.followers.add(onEvent);
    return () => this.followers.delete(onEvent);
  }
}
