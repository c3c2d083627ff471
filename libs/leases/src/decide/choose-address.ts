// Which address to offer (RFC 2131 §4.3.1, docs/leases.md): what is reserved, what the client has, had or wants, else the first
// free one of this node's share, from a start that depends on the client. Two nodes then never offer one free address.

import { hashOf, type Members } from "@leasehold/cluster";
import type { Pool, Subnet } from "@leasehold/network";
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, isFreeFor, type Lease } from "../lease/lease.ts";
import type { SilentReason } from "./decision.ts";
import {
  type Entitlement,
  entitled,
  entitlementTo,
  isKnown,
  isLeasable,
  isStandInDue,
  reservationOf,
} from "./entitlement.ts";
import type { LeaseRequest, World } from "./request.ts";

export type Choice =
  /** `isForeign`: it belongs to another node's share, so it must be stored before it is offered. */
  | { readonly address: Ipv4; readonly entitlement: Entitlement; readonly isForeign: boolean }
  | { readonly reason: SilentReason; readonly pools?: readonly string[] };

const NOBODY = "" as ClientId;
/** So many addresses are looked at near where a search starts: for a free one, and for one of the own share. */
const NEAR = 256;

export function chooseAddress(world: World, request: LeaseRequest, now: Instant): Choice {
  const reservation = reservationOf(world, request);
  if (reservation !== undefined) {
    const own = take(world, request, reservation.address, now);
    if (own !== undefined) return own;
    const isHeld = !isStandInDue(world, request, reservation, now);
    const standIn = isHeld
      ? undefined
      : (takeRemembered(world, request, now) ?? freeAddress(world, request, now));
    return standIn !== undefined && "address" in standIn ? standIn : { reason: "reserved-address-held" };
  }
  return takeRemembered(world, request, now) ?? freeAddress(world, request, now);
}

function take(world: World, request: LeaseRequest, address: Ipv4, now: Instant): Choice | undefined {
  if (!isFree(world, request, address, now)) return undefined;
  const entitlement = entitlementTo(world, request, address, now);
  return (
    entitlement && {
      address,
      entitlement,
      isForeign:
        isAnothersToGive(world, entitlement, address, now) &&
        !world.offers.isSelected(address, request.client, now),
    }
  );
}

/** Free for everybody, and of another node's share: that node may be offering it to somebody else at this moment. */
function isAnothersToGive(world: World, entitlement: Entitlement, address: Ipv4, now: Instant): boolean {
  if (entitlement.pool === undefined || ownersIn(world, entitlement.subnet).owns(address)) return false;
  return isFreeFor(world.view.get(address), NOBODY, now, world.policy.guardMs);
}

/** Who cannot hear the clients of a link must not keep its free addresses from them. */
const ownersIn = (world: World, subnet: Subnet): Members => world.membersOn?.(subnet) ?? world.members;

/** The current address, the one on offer, earlier ones, the one asked for: the first that the client may have. */
function takeRemembered(world: World, request: LeaseRequest, now: Instant): Choice | undefined {
  const taken = (address: Ipv4 | undefined) =>
    address === undefined ? undefined : take(world, request, address, now);
  const leases = world.view.ofClient(request.client);
  // Of two the newest: a race between nodes gave it both, and the older one is released (one-address.ts).
  const newest = leases.length > 1 ? newestFirst(leases) : leases;
  for (const lease of newest) {
    const current = isBound(lease, now) ? taken(lease.address) : undefined;
    if (current !== undefined) return current;
  }
  const offered = taken(world.offers.to(request.client, now));
  if (offered !== undefined) return offered;
  for (const { address } of newest) {
    const earlier = taken(address);
    if (earlier !== undefined) return earlier;
  }
  return takeWanted(world, request, now);
}

/** The address that the client names, which is no way to what a pool keeps for known hosts. */
function takeWanted(world: World, request: LeaseRequest, now: Instant): Choice | undefined {
  const { requestedAddress } = request;
  const wanted = requestedAddress === undefined ? undefined : take(world, request, requestedAddress, now);
  if (wanted === undefined || !("address" in wanted)) return wanted;
  const { subnet, pool } = wanted.entitlement;
  const isKept = pool !== undefined && !isKnown(world, request) && isKeptForKnown(world, subnet, pool, now);
  return isKept ? undefined : wanted;
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
  const isOfKnown = isKnown(world, request);
  const searched: string[] = [];
  let isServed = false;
  for (const subnet of request.link) {
    for (const pool of subnet.pools) {
      if (!pool.serves(isOfKnown, request.classes)) continue;
      isServed = true;
      if (world.offers.isExhausted(pool.id, now)) continue;
      if (!isOfKnown && isKeptForKnown(world, subnet, pool, now)) {
        searched.push(pool.keptShare);
        continue;
      }
      const found = searchPool(world, request, subnet, pool, now);
      if (found !== undefined) return found;
      searched.push(pool.id);
    }
  }
  return isServed ? { reason: "pool-exhausted", pools: searched } : { reason: "no-pool-for-client" };
}

/** A share that nobody has asked for is kept only where somebody may need it. */
export function keepsForKnown({ inventory }: World, { hasReservations }: Subnet, pool: Pool): boolean {
  if (pool.keepForKnown === 0) return false;
  return !pool.isKeptByDefault || inventory.size > 0 || hasReservations;
}

/** The last free addresses of a pool are not for unknown hosts. They are counted only when there cannot be many. */
export function isKeptForKnown(world: World, subnet: Subnet, pool: Pool, now: Instant): boolean {
  if (!keepsForKnown(world, subnet, pool)) return false;
  const { view, offers, policy } = world;
  const { keepForKnown, size } = pool;
  if (offers.isExhausted(pool.keptShare, now)) return true;
  if (view.heldIn(pool.subnet) + offers.size + keepForKnown < size) return false;
  let free = 0;
  for (let i = 0; i < size && free <= keepForKnown; i++) {
    const address = pool.at(i);
    if (view.isFree(address, now, policy.guardMs) && !offers.isOfferedToOther(address, NOBODY, now)) free++;
  }
  return free <= keepForKnown;
}

/** From a start that depends on the client; past a long run of taken addresses, from where one was found last. */
function searchPool(
  world: World,
  request: LeaseRequest,
  subnet: Subnet,
  pool: Pool,
  now: Instant,
): Choice | undefined {
  const owners = ownersIn(world, subnet);
  const search = (start: number, max: number) => {
    let foreign: Ipv4 | undefined;
    for (let i = 0; i < max; i++) {
      // A share that is used up must not cost a walk through the pool a packet.
      if (foreign !== undefined && i >= NEAR) break;
      const address = pool.at(start + i < pool.size ? start + i : start + i - pool.size);
      if (!isFree(world, request, address, now) || !isLeasable(world, request, subnet, address)) continue;
      if (owners.owns(address)) return chosen(world, request, subnet, pool, address, false);
      foreign ??= address;
    }
    return foreign === undefined ? undefined : chosen(world, request, subnet, pool, foreign, true);
  };
  const near = search(hashOf(request.client) % pool.size, Math.min(NEAR, pool.size));
  if (near !== undefined || pool.size <= NEAR) return near;
  const last = world.offers.foundIn(pool.id);
  return search(last !== undefined && pool.contains(last) ? pool.indexOf(last) : 0, pool.size);
}

function chosen(
  world: World,
  request: LeaseRequest,
  subnet: Subnet,
  pool: Pool,
  address: Ipv4,
  isForeign: boolean,
): Choice {
  return { address, entitlement: entitled(world, request, subnet, pool), isForeign };
}
