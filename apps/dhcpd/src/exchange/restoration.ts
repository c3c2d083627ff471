// The lease store was replaced under a running node: by an empty one, or by an older one. What the node knows to be promised is
// written back, at a bounded rate, each lease by the node whose share it is; until that is done nobody gets a new address.
import { type Lease, leaseAfter, leaseOf, Reassertion } from "@leasehold/leases";
import type { ServiceParts } from "./exchange.ts";

/** Writes of a tick, and on their way, at most. */
const TICK_MAX = 500;
const ON_THEIR_WAY_MAX = 1000;
/** After this, a node writes back the others' shares, too: one of them may be gone. */
const OVERDUE_AFTER_MS = 5000;

export class Restoration {
  private readonly parts: ServiceParts;
  private readonly reassertion = new Reassertion();
  private isUnderWay = false;
  private loadedAt: number | undefined;
  private onTheirWay = 0;

  constructor(parts: ServiceParts) {
    this.parts = parts;
    parts.events.leases.subscribe((change) => {
      if (change.kind === "replaced") this.begin();
      else if (change.kind === "loaded") this.loaded();
      else this.noteRemoved(change.lease);
    });
  }

  get isRestoring(): boolean {
    return this.isUnderWay;
  }

  /** The stream is another one, or is behind; the view is left empty, to be loaded again. */
  begin(): void {
    const { world, health } = this.parts;
    this.reassertion.remember(world.view);
    this.isUnderWay = true;
    this.loadedAt = undefined;
    health.noteRestored(true);
  }

  /** Somebody removed this record alone. Nobody else waits for it to be written back: the view has the lease. */
  private noteRemoved(lease: Lease): void {
    const { world, counters } = this.parts;
    counters.count("anomalies", "lease-record-removed");
    this.reassertion.keep(lease, world.view.revisionOf(lease.address), world.view);
    // While all is loaded again, that has its own time.
    if (!this.isUnderWay) this.loadedAt = this.parts.clocks.steady();
  }

  /** The view is complete. */
  loaded(): void {
    if (!this.isUnderWay) return;
    const { world, clocks } = this.parts;
    this.reassertion.putBack(world.view, clocks.now(), world.policy.guardMs);
    this.loadedAt = clocks.steady();
  }

  tick(): void {
    if (this.loadedAt === undefined) return;
    const { world, clocks, health } = this.parts;
    const isOverdue = clocks.steady() - this.loadedAt > OVERDUE_AFTER_MS;
    const max = Math.min(TICK_MAX, ON_THEIR_WAY_MAX - this.onTheirWay);
    for (const append of this.reassertion.next(world, clocks.now(), { max, isOverdue })) this.write(append);
    if (this.reassertion.pending > 0) return;
    this.isUnderWay = false;
    this.loadedAt = undefined;
    health.noteRestored(false);
  }

  private write(append: ReturnType<Reassertion["next"]>[number]): void {
    const { world, store, clocks, counters } = this.parts;
    const sentAt = clocks.now();
    this.onTheirWay++;
    store.append(append, (result) => {
      this.onTheirWay--;
      this.reassertion.settled(append.address);
      counters.count("anomalies", `lease-reasserted-${result.kind}`);
      if (result.kind === "stored") world.view.apply(leaseAfter(append.event, result.revision, sentAt));
      const current = result.kind === "conflict" ? result.current : undefined;
      const found = current && leaseOf(current);
      if (found !== undefined) world.view.apply(found);
    });
  }
}
