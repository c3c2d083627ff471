// All leases as this node knows them: by address, and by client as a derived index. Whatever order records arrive in, and
// however often, the highest revision of an address wins.
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import { type Instant, NO_REVISION, type Revision } from "../lease/instant.ts";
import { isUnreadable, type Lease, leaseAfter, leaseOf, removedLease } from "../lease/lease.ts";
import type { Append, StoredEvent } from "../lease/lease-store.ts";
import { DeclinedIndex } from "./declined-index.ts";
import { LeaseRecords } from "./lease-records.ts";
import { AddressIndex, ClientIndex } from "./record-indexes.ts";
import { NO_SLOT, type Slot } from "./record-memory.ts";

export class LeaseView {
  private contents = new Contents();
  /** What was read last, and where it stands: of one packet the same lease is asked for three or four times. */
  private lastRead: Lease | undefined;
  private lastSlot: Slot = NO_SLOT;

  get size(): number {
    return this.contents.byAddress.size;
  }

  /** As it is now: what comes later does not change it. */
  get(address: Ipv4): Lease | undefined {
    const slot = this.contents.byAddress.get(address);
    return slot === NO_SLOT ? undefined : this.read(slot);
  }

  private read(slot: Slot): Lease {
    if (this.lastRead === undefined || this.lastSlot !== slot) {
      this.lastRead = this.contents.records.read(slot);
      this.lastSlot = slot;
    }
    return this.lastRead;
  }

  /** What the next event of the address has to expect. */
  revisionOf(address: Ipv4): Revision {
    const { byAddress, records, purged } = this.contents;
    const slot = byAddress.get(address);
    return slot === NO_SLOT ? (purged.get(address) ?? NO_REVISION) : records.revisionOf(slot);
  }

  *all(): IterableIterator<Lease> {
    const { byAddress, records } = this.contents;
    for (const slot of byAddress.slots()) yield records.read(slot);
  }

  /** Those with a higher revision, from the lowest on; so many of them at most. */
  newerThan(revision: Revision, max: number): Lease[] {
    const { byAddress, records } = this.contents;
    const newer: Slot[] = [];
    for (const slot of byAddress.slots()) if (records.revisionOf(slot) > revision) newer.push(slot);
    newer.sort((a, b) => records.revisionOf(a) - records.revisionOf(b));
    return newer.slice(0, max).map((slot) => records.read(slot));
  }

  /** Every address whose newest event names the client, also ended ones: the memory of what it had. */
  ofClient(client: ClientId): readonly Lease[] {
    return this.contents.byClient.of(client).map((slot) => this.read(slot));
  }

  /** Addresses of a subnet that were not given back: bound, offered or declined, expired ones included. */
  heldIn(subnet: string): number {
    return this.contents.heldBySubnet.get(subnet) ?? 0;
  }

  /** Addresses whose newest event is a DECLINE of this offender (declined-index.ts), those included whose probation is over. */
  declinedBy(offender: string): Iterable<Ipv4> {
    return this.contents.declined.of(offender);
  }

  /** The same as `isFreeFor` nobody of the address's lease, at a twentieth of the cost of reading that. */
  isFree(address: Ipv4, now: Instant, guardMs: number): boolean {
    const { byAddress, records } = this.contents;
    const slot = byAddress.get(address);
    if (slot === NO_SLOT) return true;
    const state = records.stateOf(slot);
    if (state === "released") return true;
    return now >= records.heldUntilOf(slot) + (state === "declined" ? 0 : guardMs);
  }

  isDeclined(address: Ipv4): boolean {
    const { byAddress, records } = this.contents;
    const slot = byAddress.get(address);
    return slot !== NO_SLOT && records.stateOf(slot) === "declined";
  }

  /** Takes a lease in unless a newer one of that address is here. Says whether it was taken. */
  apply(lease: Lease): boolean {
    if (this.revisionOf(lease.address) > lease.revision) return false;
    const { byAddress, byClient, records, purged } = this.contents;
    this.lastRead = undefined;
    const before = byAddress.get(lease.address);
    if (before === NO_SLOT) purged.delete(lease.address);
    else this.forget(before);
    const slot = records.add(lease);
    byAddress.set(lease.address, slot);
    byClient.add(slot);
    this.count(slot, 1);
    return true;
  }

  /** The stream shows when the newest event of the address was stored: the lease as it is now, unless there is none. */
  showAt(address: Ipv4, at: Instant): Lease | undefined {
    const { byAddress, records } = this.contents;
    const slot = byAddress.get(address);
    if (slot === NO_SLOT) return undefined;
    this.lastRead = undefined;
    records.setAt(slot, at);
    return this.read(slot);
  }

  /**
   * Somebody removed the address's record, which no node does. What is known of the address stays, at the revision that the next write
   * has to expect, and is returned; where nothing is known, nobody is given the address.
   */
  noteRemoved(address: Ipv4, revision: Revision, at: Instant): Lease | undefined {
    if (this.revisionOf(address) > revision) return undefined;
    const known = this.get(address);
    const isKnown = known !== undefined && !isUnreadable(known);
    this.apply(isKnown ? { ...known, revision } : removedLease(address, revision, at));
    return isKnown ? known : undefined;
  }

  /** What was stored a moment ago: until the stream shows it, the instant of sending stands for its own, so that nothing is held for too long. */
  expect(append: Append, revision: Revision, sentAt: Instant): void {
    if (this.revisionOf(append.address) < revision) this.apply(leaseAfter(append.event, revision, sentAt));
  }

  /** What stands in the store beats what was known here. */
  learn(address: Ipv4, current: StoredEvent | undefined): void {
    if (current === undefined) return;
    const lease = leaseOf(current);
    if (lease === undefined) this.noteRemoved(address, current.revision, current.at);
    else this.apply(lease);
  }

  /** Nothing is known of the address any more; `revision` is what its next write has to expect. */
  remove(address: Ipv4, revision: Revision): void {
    if (this.revisionOf(address) > revision) return;
    const { byAddress, purged } = this.contents;
    this.lastRead = undefined;
    const before = byAddress.get(address);
    if (before !== NO_SLOT) this.forget(before);
    byAddress.set(address, NO_SLOT);
    if (revision > NO_REVISION) purged.set(address, revision);
  }

  clear(): void {
    this.contents = new Contents();
    this.lastRead = undefined;
  }

  /** Leaves this one empty: everything is in the one that is returned. */
  takeOut(): LeaseView {
    const taken = new LeaseView();
    taken.contents = this.contents;
    this.clear();
    return taken;
  }

  private forget(slot: Slot): void {
    const { byClient, records } = this.contents;
    this.count(slot, -1);
    byClient.remove(slot);
    records.free(slot);
  }

  private count(slot: Slot, step: 1 | -1): void {
    const { heldBySubnet, records, declined } = this.contents;
    const state = records.stateOf(slot);
    if (state === "released") return;
    if (state === "declined" && step > 0) declined.add(records.read(slot));
    else if (state === "declined") declined.remove(records.read(slot));
    const subnet = records.subnetOf(slot);
    heldBySubnet.set(subnet, this.heldIn(subnet) + step);
  }
}

class Contents {
  readonly records = new LeaseRecords();
  readonly byAddress = new AddressIndex();
  readonly byClient = new ClientIndex(this.records);
  // A purged key keeps a revision, which the next compare-and-swap has to name.
  readonly purged = new Map<Ipv4, Revision>();
  readonly heldBySubnet = new Map<string, number>();
  readonly declined = new DeclinedIndex();
}
