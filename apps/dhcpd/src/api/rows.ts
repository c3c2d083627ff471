// What the API says of a lease and of a host: every key always there, null for what is absent.
import type { Host, Quarantined } from "@leasehold/inventory";
import {
  type Instant,
  isUnreadable,
  type Lease,
  shownState,
  type World,
  whyNobodys,
} from "@leasehold/leases";
import { describeFixed } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";

export function leaseViewOf(lease: Lease, now: Instant) {
  return {
    address: formatIpv4(lease.address),
    client: isUnreadable(lease) ? "" : lease.client,
    mac: lease.mac ?? null,
    hostname: lease.hostname ?? null,
    host: lease.host ?? null,
    subnet: lease.subnet,
    state: shownState(lease, now),
    /** What the client was told. */
    seconds: lease.seconds,
    heldSeconds: lease.heldSeconds,
    /** Until then the address is the client's, whatever it was told last. */
    expiresAt: timeOf(lease.state === "released" ? lease.at : lease.heldUntil),
    grantedAt: timeOf(lease.at),
    node: lease.node,
    revision: lease.revision,
  };
}

/** What a Date can hold; a lease without an end has none. */
const DATE_MAX = 8.64e15;

function timeOf(instant: Instant): string | null {
  return Math.abs(instant) <= DATE_MAX ? new Date(instant).toISOString() : null;
}

/** All hosts: those that are served, and those of which nothing is, with what is wrong. */
export function hostViews(world: Addresses) {
  const { inventory } = world;
  const reasons = Map.groupBy(inventory.quarantined(), (entry) => entry.host);
  const served = [...inventory.hosts()].map((host) => hostViewOf(host, reasons.get(host.id) ?? [], world));
  const unserved = [...reasons.keys()].filter((id) => inventory.host(id) === undefined);
  return [...served, ...unserved.map((id) => unservedView(id, reasons.get(id)!))];
}

export function hostViewOf(host: Host, quarantined: readonly Quarantined[], world: Addresses) {
  return {
    id: host.id,
    source: host.source as string | null,
    hostname: host.hostname ?? null,
    type: host.type ?? null,
    role: host.role ?? null,
    subRole: host.subRole ?? null,
    nid: host.nid ?? null,
    arch: host.arch ?? null,
    uuid: host.uuid ?? null,
    groups: host.groups,
    labels: host.labels ?? {},
    interfaces: host.interfaces.map(({ mac, addresses }) => ({
      mac: mac as string,
      addresses: addresses.map(({ address }) => formatIpv4(address)),
    })),
    problems: [...quarantined.map(({ reason }) => reason), ...addressProblems(host, world)],
    observedAt: host.observedAt as string | null,
    revision: host.revision,
  };
}

/** What says which addresses may be given. */
type Addresses = Pick<World, "inventory" | "network" | "isServer" | "isSeenRelay">;

// The inventory does not know the network, and the network changes without it: so this is told where both are at hand.
function addressProblems(host: Host, world: Addresses): string[] {
  return host.interfaces.flatMap(({ addresses }) =>
    addresses.flatMap(({ address }) => addressProblem(address, world) ?? []),
  );
}

function addressProblem(address: Ipv4, world: Addresses): string | undefined {
  const { network } = world;
  const why = whyNobodys(world, address);
  if (why !== undefined) return `${formatIpv4(address)} is ${why}; it is not served.`;
  if (network.subnetContaining(address) === undefined)
    return `${formatIpv4(address)} is in no subnet of the network document (revision ${network.revision}); it is not served.`;
  const fixed = network.fixedAt(address);
  if (fixed === undefined || network.subnetContaining(address)?.reservedAt(address) !== undefined)
    return undefined;
  return `${formatIpv4(address)} is ${describeFixed(fixed)}; the host gets it, as the inventory says that it is this one. A reservation in the network document says so, too, and ends this notice.`;
}

function unservedView(id: string, quarantined: readonly Quarantined[]) {
  return {
    id,
    source: null,
    hostname: null,
    type: null,
    role: null,
    subRole: null,
    nid: null,
    arch: null,
    uuid: null,
    groups: [],
    labels: {},
    interfaces: [],
    problems: quarantined.map(({ reason }) => reason),
    observedAt: null,
    revision: 0,
  };
}
