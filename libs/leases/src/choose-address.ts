// Which address to offer (RFC 2131 §4.3.1, docs/leases.md): what is reserved, what the client has, had or wants, else the first
// free one of this node's share, from a start that depends on the client. Two nodes then never offer one free address.
import type { Pool, Subnet } from "@leasehold/network";
import { type ClientId, type Ipv4, ipv4 } from "@leasehold/protocol";
import type { SilentReason } from "./decision.ts";
import { type Entitlement, entitlementTo, hostOf, isLeasable, reservationOf, serves } from "./entitlement.ts";
import type { Instant } from "./instant.ts";
import { isBound, isFreeFor, type Lease } from "./lease.ts";
import { hashOf } from "./members.ts";
import type { LeaseRequest, World } from "./request.ts";

export type Choice =
  /** `isForeign`: it belongs to another node's share, so it must be stored before it is offered. */
  | { readonly address: Ipv4; readonly entitlement: Entitlement; readonly isForeign: boolean }
  | { readonly reason: SilentReason; readonly pools?: readonly string[] };

const NOBODY = "" as ClientId;

export function chooseAddress(world: World, request: LeaseRequest, now: Instant): Choice {
  const reservation = reservationOf(world, request);
  if (reservation !== undefined) {
    return take(world, request, reservation.address, now) ?? { reason: "reserved-address-held" };
  }
  for (const address of rememberedAddresses(world, request, now)) {
    const choice = take(world, request, address, now);
    if (choice !== undefined) return choice;
  }
  return freeAddress(world, request, now);
}

function take(world: World, request: LeaseRequest, address: Ipv4, now: Instant): Choice | undefined {
  if (!isFree(world, request, address, now)) return undefined;
  const entitlement = entitlementTo(world, request, address);
  return (
    entitlement && { address, entitlement, isForeign: isAnothersToGive(world, entitlement, address, now) }
  );
}

/** Free for everybody, and of another node's share: that node may be offering it to somebody else at this moment. */
function isAnothersToGive(world: World, entitlement: Entitlement, address: Ipv4, now: Instant): boolean {
  if (entitlement.pool === undefined || world.members.owns(address)) return false;
  return isFreeFor(world.view.get(address), NOBODY, now, world.policy.guardMs);
}

/** The current address, the one on offer, earlier ones, the one asked for. */
function* rememberedAddresses(world: World, request: LeaseRequest, now: Instant): Generator<Ipv4> {
  const leases = world.view.ofClient(request.client);
  for (const lease of leases) if (isBound(lease, now)) yield lease.address;
  const offered = world.offers.to(request.client, now);
  if (offered !== undefined) yield offered;
  if (leases.length === 1) yield leases[0]!.address;
  else if (leases.length > 1) for (const lease of newestFirst(leases)) yield lease.address;
  if (request.requestedAddress !== undefined) yield request.requestedAddress;
}

function newestFirst(leases: readonly Lease[]): Lease[] {
  return [...leases].sort((a, b) => b.revision - a.revision);
}

function isFree(world: World, request: LeaseRequest, address: Ipv4, now: Instant): boolean {
  return (
    isFreeFor(world.view.get(address), request.client, now, world.policy.guardMs) &&
    !world.offers.isOfferedToOther(address, request.client, now)
  );
}

function freeAddress(world: World, request: LeaseRequest, now: Instant): Choice {
  const host = hostOf(world, request);
  const searched: string[] = [];
  let isServed = false;
  for (const subnet of request.link) {
    for (const pool of subnet.pools) {
      if (!serves(pool, host)) continue;
      isServed = true;
      if (world.offers.isExhausted(pool.id, now)) continue;
      const found = searchPool(world, request, subnet, pool, now);
      if (found !== undefined) return found;
      searched.push(pool.id);
    }
  }
  return isServed ? { reason: "pool-exhausted", pools: searched } : { reason: "no-pool-for-client" };
}

function searchPool(
  world: World,
  request: LeaseRequest,
  subnet: Subnet,
  pool: Pool,
  now: Instant,
): Choice | undefined {
  const start = hashOf(request.client) % pool.size;
  let foreign: Ipv4 | undefined;
  for (let i = 0; i < pool.size; i++) {
    const offset = start + i < pool.size ? start + i : start + i - pool.size;
    const address = ipv4(pool.first + offset);
    if (!isFree(world, request, address, now) || !isLeasable(world, subnet, address)) continue;
    if (world.members.owns(address)) return chosen(subnet, pool, address, false);
    foreign ??= address;
  }
  return foreign === undefined ? undefined : chosen(subnet, pool, foreign, true);
}

function chosen(subnet: Subnet, pool: Pool, address: Ipv4, isForeign: boolean): Choice {
  return { address, entitlement: { subnet, pool, times: pool.lease }, isForeign };
}
