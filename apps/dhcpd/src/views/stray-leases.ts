// Leases whose address is in no subnet of the network document: somebody took the subnet away, or wrote the record past the nodes.
// They are kept, and given to nobody; people are told of them for as long as somebody may have the address.
import { type Instant, isUnreadable, type Lease, type LeaseView } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";

const KEPT_MAX = 10_000;
const SHOWN = 10;
const LOOKS_A_TURN = 1000;

export interface StrayWorld {
  readonly view: LeaseView;
  readonly network: Network;
}

export class StrayLeases {
  private readonly world: StrayWorld;
  /** Until when each is somebody's. */
  private readonly strays = new Map<Ipv4, Instant>();
  private scan = 0;

  constructor(world: StrayWorld) {
    this.world = world;
  }

  countAt(now: Instant): number {
    this.forgetEnded(now);
    return this.strays.size;
  }

  /** The first of them, as people write addresses. */
  someAt(now: Instant): string[] {
    this.forgetEnded(now);
    return [...this.strays.keys()].slice(0, SHOWN).map(formatIpv4);
  }

  /** A lease as it came in; says whether it is news that it is a stray one. */
  look({ address, state, heldUntil }: Pick<Lease, "address" | "state" | "heldUntil">, now: Instant): boolean {
    const { network } = this.world;
    const isHeld = state !== "released" && now < heldUntil;
    const isStray = isHeld && network.revision > 0 && network.subnetContaining(address) === undefined;
    if (!isStray) {
      if (this.strays.size > 0) this.strays.delete(address);
      return false;
    }
    const isNews = !this.strays.has(address);
    if (this.strays.size < KEPT_MAX || !isNews) this.strays.set(address, heldUntil);
    return isNews;
  }

  private forgetEnded(now: Instant): void {
    for (const [address, heldUntil] of this.strays) if (now >= heldUntil) this.strays.delete(address);
  }

  /** The network, or all of the leases, are others: all are looked at again, some at a time. */
  async lookAtAll(now: Instant): Promise<void> {
    const scan = ++this.scan;
    this.strays.clear();
    let looked = 0;
    for (const lease of this.world.view.all()) {
      if (!isUnreadable(lease)) this.look(lease, now);
      if (++looked % LOOKS_A_TURN > 0) continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (scan !== this.scan) return;
    }
  }
}
