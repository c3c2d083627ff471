// Leases by what a leasequery names and the view does not know them by: hardware address, option 61 and remote-id (RFC 6148
// §4.8). An entry is a hint: what is found is looked up in the view again, so nothing has to be taken out here.
import type { Lease, LeaseView } from "@leasehold/leases";
import { type ClientId, clientIdOfHardware, type Ipv4, type Mac, macFromBytes } from "@leasehold/protocol";
import { hasClientIdentifier, hasHardware, isKnownByHardware, remoteIdOf } from "./traced-lease.ts";

/** Mostly one address, which then stands alone: a set is ten times as large. */
type Index<Key> = Map<Key, Ipv4 | Set<Ipv4>>;

export class LeasequeryIndex {
  private readonly view: LeaseView;
  private readonly byMac: Index<Mac> = new Map();
  private readonly byClientIdentifier: Index<ClientId> = new Map();
  private readonly byRemoteId: Index<string> = new Map();

  constructor(view: LeaseView) {
    this.view = view;
  }

  /** To be told of every lease that the view is told of, before or after. */
  note(lease: Lease): void {
    // Where clients are known by their hardware addresses the view finds them, and nothing is kept twice.
    if (lease.mac && !isKnownByHardware(lease)) add(this.byMac, lease.mac, lease.address);
    const clientIdentifier = lease.trace?.clientIdentifier;
    if (clientIdentifier !== undefined && clientIdentifier !== lease.client) {
      add(this.byClientIdentifier, clientIdentifier, lease.address);
    }
    const remoteId = remoteIdOf(lease);
    if (remoteId !== undefined) add(this.byRemoteId, remoteId, lease.address);
  }

  clear(): void {
    this.byMac.clear();
    this.byClientIdentifier.clear();
    this.byRemoteId.clear();
  }

  /** Leases of the client with this hardware address, whatever their state. */
  ofHardware(htype: number, chaddr: Uint8Array): Lease[] {
    const mac = macFromBytes(chaddr);
    const isOf = (lease: Lease) => hasHardware(lease, htype, chaddr);
    const known = this.view.ofClient(clientIdOfHardware(htype, chaddr)).filter(isOf);
    return joined(known, this.lookUp(this.byMac, mac, isOf));
  }

  /** Leases of the client that sent this option 61. */
  ofClientIdentifier(identifier: ClientId): Lease[] {
    const isOf = (lease: Lease) => hasClientIdentifier(lease, identifier);
    const known = this.view.ofClient(identifier).filter(isOf);
    return joined(known, this.lookUp(this.byClientIdentifier, identifier, isOf));
  }

  /** Leases whose newest option 82 has this remote-id, in hex. */
  ofRemoteId(remoteId: string): Lease[] {
    return this.lookUp(this.byRemoteId, remoteId, (lease) => remoteIdOf(lease) === remoteId);
  }

  private lookUp<Key>(index: Index<Key>, key: Key, isOf: (lease: Lease) => boolean): Lease[] {
    const known = index.get(key);
    if (known === undefined) return [];
    const found: Lease[] = [];
    for (const address of typeof known === "number" ? [known] : known) {
      const lease = this.view.get(address);
      if (lease !== undefined && isOf(lease)) found.push(lease);
      else remove(index, key, address);
    }
    return found;
  }
}

function add<Key>(index: Index<Key>, key: Key, address: Ipv4): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, address);
  else if (typeof known !== "number") known.add(address);
  else if (known !== address) index.set(key, new Set([known, address]));
}

function remove<Key>(index: Index<Key>, key: Key, address: Ipv4): void {
  const known = index.get(key);
  if (typeof known === "object") known.delete(address);
  if (known === address || (typeof known === "object" && known.size === 0)) index.delete(key);
}

function joined(some: readonly Lease[], others: readonly Lease[]): Lease[] {
  const known = new Set(some.map(({ address }) => address));
  return [...some, ...others.filter(({ address }) => !known.has(address))];
}
