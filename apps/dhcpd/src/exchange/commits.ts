// Events on their way into the store, and what the store says of them: it stands in this node's view before anything follows from it.
import {
  type Append,
  type AppendResult,
  BoundedMap,
  type Instant,
  isReasserted,
  type Lease,
  type Revision,
  releasesOfOlder,
  type StoredEvent,
} from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { ServiceParts } from "./exchange.ts";
import type { RenewalCalls } from "./renewal-calls.ts";

/** Intents of writes that were given up, kept in mind at most. */
const GIVEN_UP_MAX = 10_000;

/** "behind": the store says less than was seen of it, and that counts for nothing. */
export type Look = "no-answer" | "behind" | "current";

/** Told what the store says when the view has it; `isBehind`: it says less than this node has seen. */
export type Settle = (result: AppendResult, isBehind: boolean, sentAt: Instant) => void;

export class Commits {
  private readonly parts: ServiceParts;
  private readonly calls: RenewalCalls;
  private readonly givenUp = new BoundedMap<string, true>(GIVEN_UP_MAX);

  constructor(parts: ServiceParts, calls: RenewalCalls) {
    this.parts = parts;
    this.calls = calls;
    parts.events.lease.subscribe((lease) => this.noteStored(lease));
  }

  /** `onThrown`: whatever is thrown once the store has answered concerns this event, and no other one of its batch. */
  begin(append: Append, settle: Settle, onThrown: (cause: unknown) => void): void {
    const sentAt = this.parts.clocks.now();
    this.parts.store.append(append, (result) => {
      try {
        settle(result, this.noteResult(append, result, sentAt), sentAt);
      } catch (cause) {
        onThrown(cause);
      }
    });
  }

  /** NAK takes an address from a client: the view may be some ms behind, so the stream's leader has the last word. */
  async look(address: Ipv4): Promise<Look> {
    const { view } = this.parts.world;
    const seen = view.revisionOf(address);
    let current: StoredEvent | undefined;
    try {
      current = await this.parts.store.read(address);
    } catch {
      // The store has no leader, or does not answer.
      return "no-answer";
    }
    if (this.isBehind(address, seen, current)) return "behind";
    view.learn(address, current);
    return "current";
  }

  private noteResult(append: Append, result: AppendResult, sentAt: Instant): boolean {
    const { view } = this.parts.world;
    switch (result.kind) {
      case "stored":
        view.expect(append, result.revision, sentAt);
        return false;
      case "conflict":
        if (this.isBehind(append.address, append.expected, result.current)) return true;
        view.learn(append.address, result.current);
        return false;
      case "unknown":
        this.givenUp.set(append.event.intent, true);
        return false;
      default:
        return result satisfies never;
    }
  }

  /** Revisions of an address only grow: a store that has less than was seen was replaced. */
  private isBehind(address: Ipv4, seen: Revision, current: StoredEvent | undefined): boolean {
    if ((current?.revision ?? 0) >= seen) return false;
    this.parts.counters.count("anomalies", "store-behind");
    this.parts.events.storeBehind.tell({ address, seen });
    return true;
  }

  /** The stream shows a lease: if this node granted it, an older one of the client in the same subnet is released. */
  private noteStored(lease: Lease): void {
    const { world, store, clocks, counters, nextIntent } = this.parts;
    if (isReasserted(lease)) return;
    if (world.nonces.size > 0) this.calls.noticeStored(lease);
    world.offers.settle(lease.client, lease.address);
    if (lease.relay !== undefined) world.seenRelays.note(lease.relay.giaddr, world, clocks.now());
    // Should a write that was given up be stored all the same: no client was told of it.
    if (this.givenUp.has(lease.intent)) return;
    for (const append of releasesOfOlder(world, lease, { nextIntent, now: clocks.now() })) {
      store.append(append, ({ kind }) => counters.count("anomalies", `second-address-released-${kind}`));
    }
  }
}
