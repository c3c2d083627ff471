// Whether a client may have an address at all, apart from whether it is free: by reservation, or by a pool that serves it.
import type { Host } from "@leasehold/inventory";
import type { LeaseTimes, Pool, Subnet } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { LeaseRequest, World } from "./request.ts";

export interface Entitlement {
  readonly subnet: Subnet;
  /** Undefined for a reserved address. */
  readonly pool: Pool | undefined;
  readonly times: LeaseTimes;
}

export interface Reservation {
  readonly address: Ipv4;
  readonly subnet: Subnet;
}

export function hostOf(world: World, request: LeaseRequest): Host | undefined {
  return world.inventory.byMac(request.mac) ?? world.inventory.byClientId(request.client);
}

/** The address that the inventory gives this interface on this link. */
export function reservationOf(world: World, request: LeaseRequest): Reservation | undefined {
  for (const subnet of request.link) {
    const address = world.inventory.reservation(request.mac, (a) => subnet.contains(a));
    if (address !== undefined) return { address, subnet };
  }
  return undefined;
}

/** Undefined when the client may not have the address on this link: it is moved, in no pool of its, or another's. */
export function entitlementTo(world: World, request: LeaseRequest, address: Ipv4): Entitlement | undefined {
  const reservation = reservationOf(world, request);
  if (reservation !== undefined) {
    if (reservation.address !== address) return undefined;
    return { subnet: reservation.subnet, pool: undefined, times: reservation.subnet.lease };
  }
  const subnet = request.link.find((candidate) => candidate.contains(address));
  const pool = subnet?.poolOf(address);
  if (subnet === undefined || pool === undefined) return undefined;
  if (!serves(pool, hostOf(world, request)) || !isLeasable(world, subnet, address)) return undefined;
  return { subnet, pool, times: pool.lease };
}

/** Whether a pool gives addresses to this client: `host` is undefined for a client that the inventory does not know. */
export function serves(pool: Pool, host: Host | undefined): boolean {
  if (pool.allocate !== "dynamic") return false;
  if (pool.for === "any") return true;
  return pool.for === (host === undefined ? "unknown" : "known");
}

/** False for what no pool may give: network and broadcast address, our own, and those reserved for a host. */
export function isLeasable(world: World, subnet: Subnet, address: Ipv4): boolean {
  if (
    subnet.prefix.length < 31 &&
    (address === subnet.prefix.address || address === subnet.prefix.broadcast)
  ) {
    return false;
  }
  return world.inventory.ofAddress(address) === undefined && !world.isServer(address);
}
