// All leases as this node knows them: by address, and by client as a derived index. Whatever order records arrive in, and
// however often, the highest revision of an address wins.
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import { NO_REVISION, type Revision } from "./instant.ts";
import type { Lease } from "./lease.ts";

export class LeaseView {
  private readonly byAddress = new Map<Ipv4, Lease>();
  // Most clients have one address: then the lease itself, without an array around it.
  private readonly byClient = new Map<ClientId, Lease | Lease[]>();
  // A purged key keeps a revision, which the next compare-and-swap has to name.
  private readonly purged = new Map<Ipv4, Revision>();
  private readonly heldBySubnet = new Map<string, number>();

  get size(): number {
    return this.byAddress.size;
  }

  get(address: Ipv4): Lease | undefined {
    return this.byAddress.get(address);
  }

  /** What the next event of the address has to expect. */
  revisionOf(address: Ipv4): Revision {
    return this.byAddress.get(address)?.revision ?? this.purged.get(address) ?? NO_REVISION;
  }

  all(): IterableIterator<Lease> {
    return this.byAddress.values();
  }

  /** Every address whose newest event names the client, also ended ones: the memory of what it had. */
  ofClient(client: ClientId): readonly Lease[] {
    const found = this.byClient.get(client);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** Addresses of a subnet that were not given back: bound, offered or declined, expired ones included. */
  heldIn(subnet: string): number {
    return this.heldBySubnet.get(subnet) ?? 0;
  }

  /** Takes a lease in unless a newer one of that address is here. Says whether it was taken. */
  apply(lease: Lease): boolean {
    if (this.revisionOf(lease.address) > lease.revision) return false;
    const before = this.byAddress.get(lease.address);
    this.byAddress.set(lease.address, lease);
    if (before === undefined) {
      this.purged.delete(lease.address);
      this.index(lease);
      this.count(lease, 1);
    } else if (!this.renew(before, lease)) {
      this.forget(before);
      this.index(lease);
      this.count(lease, 1);
    }
    return true;
  }

  /** The key was purged at `revision`: the address has no history any more. */
  remove(address: Ipv4, revision: Revision): void {
    if (this.revisionOf(address) > revision) return;
    const before = this.byAddress.get(address);
    if (before !== undefined) this.forget(before);
    this.byAddress.delete(address);
    if (revision > NO_REVISION) this.purged.set(address, revision);
  }

  clear(): void {
    this.byAddress.clear();
    this.byClient.clear();
    this.purged.clear();
    this.heldBySubnet.clear();
  }

  /** The short way for the same client's only address in the same subnet: a renewal, or what this node wrote itself. */
  private renew(before: Lease, lease: Lease): boolean {
    const isHeld = (one: Lease) => one.state !== "released";
    const isSame = before.client === lease.client && before.subnet === lease.subnet;
    if (!isSame || isHeld(before) !== isHeld(lease) || this.byClient.get(lease.client) !== before)
      return false;
    this.byClient.set(lease.client, lease);
    return true;
  }

  private index(lease: Lease): void {
    const others = this.byClient.get(lease.client);
    if (others === undefined) this.byClient.set(lease.client, lease);
    else if (Array.isArray(others)) others.push(lease);
    else this.byClient.set(lease.client, [others, lease]);
  }

  private forget(lease: Lease): void {
    this.count(lease, -1);
    const found = this.byClient.get(lease.client);
    if (found === lease) {
      this.byClient.delete(lease.client);
    } else if (Array.isArray(found)) {
      const rest = found.filter((other) => other !== lease);
      this.byClient.set(lease.client, rest.length === 1 ? rest[0]! : rest);
    }
  }

  private count(lease: Lease, step: 1 | -1): void {
    if (lease.state === "released") return;
    this.heldBySubnet.set(lease.subnet, this.heldIn(lease.subnet) + step);
  }
}
