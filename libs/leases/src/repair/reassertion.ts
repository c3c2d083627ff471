// Leases that a node saw stored, and that the store no longer has: it was deleted and made anew, or restored from a backup
// (docs/adr/0012). They stay in the view, so that nobody else gets their addresses, and are written back.
import { formatIpv4, INFINITE_SECONDS, type Ipv4 } from "@leasehold/protocol";
import type { World } from "../decide/request.ts";
import { type Instant, NO_REVISION, type Revision } from "../lease/instant.ts";
import { isRemoved, isUnreadable, type Lease, type LeaseState, reassertedIntent } from "../lease/lease.ts";
import type { LeaseEvent, LeaseEventType } from "../lease/lease-event.ts";
import type { Append } from "../lease/lease-store.ts";
import type { LeaseView } from "../view/lease-view.ts";

const WRITTEN_AS: Record<LeaseState, LeaseEventType | undefined> = {
  bound: "LeaseRenewed",
  declined: "AddressDeclined",
  offered: "AddressOffered",
  // Whatever the store says of the address instead, nobody relies on it.
  released: undefined,
};

export class Reassertion {
  /** What was known before the store was replaced; several, when it was replaced again before it was loaded. */
  private former: LeaseView[] = [];
  /** By the revision that the view has them under: whoever writes the address gives it another one. */
  private readonly lost = new Map<Ipv4, Revision>();
  private readonly asked = new Set<Ipv4>();

  /** Leases that the store does not have yet. */
  get pending(): number {
    return this.lost.size;
  }

  /** Before the view is loaded again: it is left empty. */
  remember(view: LeaseView): void {
    this.former.push(view.takeOut());
    this.lost.clear();
    this.asked.clear();
  }

  /**
   * The view is loaded: what the store has not, or has from before, is put in again, at the revision that the store has for
   * the address, so that the next write to it is the one that stores it. What the store has from later stands.
   */
  putBack(view: LeaseView, now: Instant, guardMs: number): void {
    for (const former of this.former) {
      for (const lease of former.all()) {
        const found = isInForce(lease, now, guardMs) ? view.get(lease.address) : lease;
        // Who removed a record said nothing of the lease.
        if (found !== undefined && found.at >= lease.at && !isRemoved(found)) continue;
        this.keep(lease, view.revisionOf(lease.address), view);
      }
    }
    this.former = [];
  }

  /** The store has lost this one alone: it stands at the revision that the store has for the address. */
  keep(lease: Lease, revision: Revision, view: LeaseView): void {
    view.apply({ ...lease, revision });
    this.lost.set(lease.address, revision);
  }

  /**
   * What to write now, `max` events at most: those of this node's share, or of everybody's when `isOverdue`. An event stays
   * asked for until `settled`.
   */
  next(world: World, now: Instant, { max, isOverdue }: { max: number; isOverdue: boolean }): Append[] {
    const appends: Append[] = [];
    for (const [address, revision] of this.lost) {
      if (appends.length >= max) break;
      const lease = world.view.get(address);
      if (lease?.revision !== revision || !isInForce(lease, now, world.policy.guardMs)) {
        // Its client renewed it, another node wrote it back, or it has ended: then the store has nothing of it, and need not.
        this.lost.delete(address);
        if (revision === NO_REVISION && lease?.revision === NO_REVISION)
          world.view.remove(address, NO_REVISION);
      } else if (!this.asked.has(address) && (isOverdue || world.members.owns(address))) {
        this.asked.add(address);
        appends.push({ address, expected: revision, event: eventOf(world, lease, now) });
      }
    }
    return appends;
  }

  settled(address: Ipv4): void {
    this.asked.delete(address);
  }
}

function isInForce(lease: Lease, now: Instant, guardMs: number): boolean {
  // A record that could not be read is not one of ours to write.
  if (isUnreadable(lease)) return false;
  return WRITTEN_AS[lease.state] !== undefined && now < lease.heldUntil + guardMs;
}

/** The same from every node, so that the second one to write it finds its own. */
function eventOf(world: World, lease: Lease, now: Instant): LeaseEvent {
  const { address, state, client, mac, subnet, host, hostname, seconds, heldUntil } = lease;
  const { isReserved, relay, trace, xid } = lease;
  const left = Math.min(Math.max(0, Math.ceil((heldUntil - now) / 1000)), INFINITE_SECONDS);
  return {
    type: WRITTEN_AS[state]!,
    v: 1,
    address: formatIpv4(address),
    client,
    ...(mac === undefined ? {} : { mac }),
    subnet,
    ...(host === undefined ? {} : { host }),
    ...(hostname === undefined ? {} : { hostname }),
    seconds: Math.min(seconds, left),
    heldSeconds: left,
    ...(isReserved ? { reserved: true } : {}),
    ...(relay === undefined ? {} : { relay }),
    ...(trace === undefined ? {} : { trace }),
    ...(xid === undefined ? {} : { xid }),
    node: world.node,
    network: world.network.revision,
    inventory: world.inventory.revision,
    intent: reassertedIntent(lease),
  };
}
