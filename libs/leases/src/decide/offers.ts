// The offers that this node has made and not yet heard of: held in memory only, because a lost offer costs one more
// DISCOVER and a stored one would cost a write each (docs/adr/0005). Bounded: the oldest goes first. Among them are those
// that a client was heard to take, from whichever node (one-address.ts).
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import { BoundedMap } from "../bounded-map.ts";
import type { Instant } from "../lease/instant.ts";
import type { OfferChange, OfferChanges } from "./decision.ts";

interface Offer {
  readonly address: Ipv4;
  readonly client: ClientId;
  readonly until: Instant;
  /** The client has taken it: it may have been another node's. */
  readonly isSelected: boolean;
}

/** As many as a site that boots at once may need. */
export const OFFERS_MAX = 100_000;

export class Offers {
  private readonly byAddress: BoundedMap<Ipv4, Offer>;
  private readonly byClient = new Map<ClientId, Offer>();
  private readonly exhausted = new Map<string, Instant>();
  private readonly foundLast = new Map<string, Ipv4>();

  constructor(max = OFFERS_MAX) {
    this.byAddress = new BoundedMap(max);
  }

  /** At most so many from now on; what is on offer already stays. */
  limitTo(limit: number): void {
    this.byAddress.limitTo(limit);
  }

  get size(): number {
    return this.byAddress.size;
  }

  /** The address on offer to the client; undefined when there is none or it has lapsed. */
  to(client: ClientId, now: Instant): Ipv4 | undefined {
    const offer = this.byClient.get(client);
    return offer !== undefined && now < offer.until ? offer.address : undefined;
  }

  isOfferedToOther(address: Ipv4, client: ClientId, now: Instant): boolean {
    const offer = this.byAddress.get(address);
    return offer !== undefined && offer.client !== client && now < offer.until;
  }

  /** What came of a request of the client. */
  apply(client: ClientId, changes: OfferChanges): void {
    for (let i = 0; i < changes.length; i++) this.applyOne(client, changes[i]!);
  }

  private applyOne(client: ClientId, change: OfferChange): void {
    switch (change.kind) {
      case "offered":
        this.put(client, change.address, change.until);
        if (change.pool !== undefined) this.noteFound(change.pool, change.address);
        return;
      case "selected":
        this.keep({ client, address: change.address, until: change.until, isSelected: true });
        return;
      case "dropped":
        this.drop(client);
        return;
      case "exhausted":
        this.noteExhausted(change.pool, change.until);
        return;
      default:
        change satisfies never;
    }
  }

  put(client: ClientId, address: Ipv4, until: Instant): void {
    const before = this.byClient.get(client);
    this.keep({ client, address, until, isSelected: before?.address === address && before.isSelected });
  }

  /** Whether one of the nodes offered the address to the client, and the client took it. */
  isSelected(address: Ipv4, client: ClientId, now: Instant): boolean {
    const offer = this.byClient.get(client);
    return offer?.address === address && offer.isSelected && now < offer.until;
  }

  private keep(offer: Offer): void {
    const { client, address } = offer;
    this.drop(client);
    const before = this.byAddress.get(address);
    if (before !== undefined) this.drop(before.client);
    const forgotten = this.byAddress.set(address, offer);
    if (forgotten !== undefined) this.byClient.delete(forgotten.client);
    this.byClient.set(client, offer);
  }

  drop(client: ClientId): void {
    const offer = this.byClient.get(client);
    if (offer === undefined) return;
    this.byClient.delete(client);
    this.byAddress.delete(offer.address);
  }

  /** The view shows that the client has the address. */
  settle(client: ClientId, address: Ipv4): void {
    if (this.byClient.get(client)?.address === address) this.drop(client);
  }

  /** Forgets what lapsed: in order of making, so it stops at the first that stands. */
  sweep(now: Instant): void {
    for (const { client, until } of this.byAddress.values()) {
      if (now < until) return;
      this.drop(client);
    }
  }

  /** The pools are others: what was noted of them counts no more. Offers stand. */
  forgetPools(): void {
    this.exhausted.clear();
    this.foundLast.clear();
  }

  /** A pool that was searched in vain is not searched again before `until`: a full pool must not cost a scan a packet. */
  noteExhausted(pool: string, until: Instant): void {
    this.exhausted.set(pool, until);
  }

  /** Where a search of the pool ended well last: the next one that finds all taken near its start goes on from there. */
  noteFound(pool: string, address: Ipv4): void {
    this.foundLast.set(pool, address);
  }

  foundIn(pool: string): Ipv4 | undefined {
    return this.foundLast.get(pool);
  }

  isExhausted(pool: string, now: Instant): boolean {
    const until = this.exhausted.get(pool);
    return until !== undefined && now < until;
  }
}
