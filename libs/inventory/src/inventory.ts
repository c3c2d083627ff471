// The projection of the inventory bucket that every node keeps: hosts, found by what a packet carries. It is a function
// of the newest record of each key; in which order these were applied makes no difference.
import { type ClientId, formatIpv4, type Ipv4, type Mac } from "@leasehold/protocol";
import { Claims } from "./claims.ts";
import { type Host, type HostInterface, hostOf } from "./host.ts";
import { type HostEvent, hostIdOf, readHostEvent } from "./host-event.ts";

/** Something that was said of a host and is not served. */
export interface Quarantined {
  readonly host: string;
  /** `record`: the stored value cannot be read. `source`: the source says something wrong. `claim`: another has it. */
  readonly kind: "record" | "source" | "claim";
  /** A full sentence. */
  readonly reason: string;
  /** The host whose claim counts. */
  readonly heldBy?: string;
}

interface Entry {
  readonly host?: Host;
  readonly troubles: readonly Quarantined[];
}

export class Inventory {
  private readonly entries = new Map<string, Entry>();
  /** Ids of the entries with troubles: these are few, and asked for often. */
  private readonly troubled = new Set<string>();
  private readonly macs = new Claims<Mac>();
  private readonly addresses = new Claims<Ipv4>();
  private readonly clientIds = new Claims<ClientId>();
  private readonly uuids = new Claims<string>();
  private readonly nids = new Claims<number>();
  /** In lower case. */
  private readonly names = new Claims<string>();
  private served = 0;
  private applied = 0;

  /** The newest bucket revision that was applied. */
  get revision(): number {
    return this.applied;
  }

  /** Hosts that are served. */
  get size(): number {
    return this.served;
  }

  /** Takes a change of the bucket; `value` is undefined when the key was removed. Never throws on what is stored: says what is
   * wrong with it. */
  apply(key: string, value: unknown, revision: number): string | undefined {
    this.applied = Math.max(this.applied, revision);
    const id = hostIdOf(key);
    if (id === undefined) return undefined;
    const entry = value === undefined ? undefined : entryOf(id, value, revision);
    this.replace(id, entry);
    return entry?.troubles.find(({ kind }) => kind === "record")?.reason;
  }

  host(id: string): Host | undefined {
    return this.entries.get(id)?.host;
  }

  /** The host that an interface with this hardware address belongs to. */
  byMac(mac: Mac): Host | undefined {
    return this.named(this.macs.winner(mac)?.host);
  }

  byClientId(id: ClientId): Host | undefined {
    return this.named(this.clientIds.winner(id)?.host);
  }

  /** @param uuid in any case. */
  byUuid(uuid: string): Host | undefined {
    return this.named(this.uuids.winner(uuid.toLowerCase())?.host);
  }

  /** As it is served: without a name that another host has the better claim on. */
  private named(host: Host | undefined): Host | undefined {
    if (host === undefined || !(this.names.isContested || this.nids.isContested)) return host;
    const hasName =
      host.hostname === undefined || this.names.winner(host.hostname.toLowerCase())?.host === host;
    if (hasName && (host.nid === undefined || this.nids.winner(host.nid)?.host === host)) return host;
    const { hostname: _hostname, nid: _nid, ...rest } = host;
    return rest;
  }

  /** The host for which an address is reserved. */
  ofAddress(address: Ipv4): Host | undefined {
    return this.addresses.winner(address)?.host;
  }

  /**
   * The first address of the interface that is inside the subnet, and that no other host has the better claim on. Interfaces of
   * one host may share an address (a bond, a replaced NIC): whichever of them asks may have it, one at a time as all leases.
   */
  reservation(mac: Mac, contains: (address: Ipv4) => boolean): Ipv4 | undefined {
    const host = this.macs.winner(mac)?.host;
    return host && this.reservedFor(host, (one) => one.mac === mac, contains);
  }

  /** The same for an interface that the inventory knows by its client identifier, as one on InfiniBand (RFC 4390). */
  reservationOfClient(id: ClientId, contains: (address: Ipv4) => boolean): Ipv4 | undefined {
    const host = this.clientIds.winner(id)?.host;
    return host && this.reservedFor(host, (one) => one.clientId === id, contains);
  }

  private reservedFor(
    host: Host,
    isMeant: (one: HostInterface) => boolean,
    contains: (address: Ipv4) => boolean,
  ): Ipv4 | undefined {
    for (const one of host.interfaces) {
      if (!isMeant(one)) continue;
      for (const { address } of one.addresses) {
        if (contains(address) && this.addresses.winner(address)?.host === host) return address;
      }
    }
    return undefined;
  }

  *hosts(): Iterable<Host> {
    for (const { host } of this.entries.values()) if (host) yield host;
  }

  quarantined(): readonly Quarantined[] {
    const troubles = [...this.troubled].flatMap((id) => this.entries.get(id)?.troubles ?? []);
    return [
      ...troubles,
      ...lostClaims(this.macs, (mac) => mac),
      ...lostClaims(this.addresses, formatIpv4),
      ...lostClaims(this.clientIds, (id) => `client id ${id}`),
      ...lostClaims(this.uuids, (uuid) => `UUID ${uuid}`),
      ...lostClaims(this.nids, (nid) => `NID ${nid}`),
      ...lostClaims(this.names, (name) => `host name ${name}`),
    ].sort((a, b) => compareText(a.host, b.host) || compareText(a.reason, b.reason));
  }

  private replace(id: string, entry: Entry | undefined): void {
    const before = this.entries.get(id)?.host;
    if (before) this.claim(before, false);
    if (entry?.host) this.claim(entry.host, true);
    this.served += Number(entry?.host !== undefined) - Number(before !== undefined);
    if (entry) this.entries.set(id, entry);
    else this.entries.delete(id);
    if (entry && entry.troubles.length > 0) this.troubled.add(id);
    else this.troubled.delete(id);
  }

  private claim(host: Host, isAdded: boolean): void {
    const settle = <Value>(claims: Claims<Value>, value: Value, of: HostInterface, since: number) =>
      isAdded ? claims.add(value, { host, interface: of, since }) : claims.remove(value, host, of);
    for (const one of host.interfaces) {
      settle(this.macs, one.mac, one, one.since);
      if (one.clientId !== undefined) settle(this.clientIds, one.clientId, one, one.since);
      for (const { address, since } of one.addresses) settle(this.addresses, address, one, since);
    }
    const first = host.interfaces[0];
    if (first === undefined) return;
    if (host.uuid !== undefined) settle(this.uuids, host.uuid.toLowerCase(), first, first.since);
    if (host.nid !== undefined) settle(this.nids, host.nid, first, first.since);
    if (host.hostname !== undefined) settle(this.names, host.hostname.toLowerCase(), first, first.since);
  }
}

function entryOf(id: string, value: unknown, revision: number): Entry | undefined {
  const event = readHostEvent(id, value);
  if ("unreadable" in event) {
    return { troubles: [{ host: id, kind: "record", reason: event.unreadable }] };
  }
  if (event.type === "HostRemoved") return undefined;
  const host = hostOf(event, revision);
  return { ...(host ? { host } : {}), troubles: troublesOf(event) };
}

// The problems of a host that is set are warnings: all that it says is served, or contested by the claims themselves.
function troublesOf(event: HostEvent): Quarantined[] {
  if (event.type !== "HostQuarantined") return [];
  return event.problems.map(({ path, found, expected }) => ({
    host: event.id,
    kind: "source",
    reason: `${event.source} says of ${path}: found ${found}, expected ${expected}.`,
  }));
}

function lostClaims<Value>(claims: Claims<Value>, name: (value: Value) => string): Quarantined[] {
  // Two interfaces of one host may share what they like.
  const lost = [...claims.losers()].filter(({ claim, winner }) => claim.host !== winner.host);
  return lost.map(({ value, claim, winner }) => ({
    host: claim.host.id,
    kind: "claim",
    reason: `${name(value)} is also claimed by ${winner.host.id}, and the oldest claim counts.`,
    heldBy: winner.host.id,
  }));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
