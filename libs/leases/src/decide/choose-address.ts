// Which address to offer (RFC 2131 §4.3.1, docs/leases.md): what is reserved, what the client has, had or wants, else the first
// free one of this node's share, from a start that depends on the client. Two nodes then never offer one free address.

import { hashOf, type Members } from "@leasehold/cluster";
import type { Pool, Subnet } from "@leasehold/network";
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import { isBound, isFreeFor, type Lease } from "../lease/lease.ts";
import type { SilentReason } from "./decision.ts";
import {
  type Entitlement,
  entitlementTo,
  isKnown,
  isLeasable,
  isStandInDue,
  type RequestContext,
  settingsOf,
} from "./entitlement.ts";
import type { World } from "./request.ts";

export type Choice =
  /** `isForeign`: the address belongs to another node's share, so it must be stored before it is offered. */
  | { readonly entitlement: Entitlement; readonly isForeign: boolean }
  | { readonly reason: SilentReason; readonly pools?: readonly string[] };

const NOBODY = "" as ClientId;
/** So many addresses are looked at near where a search starts: for a free one, and for one of the own share. */
const NEAR = 256;

export function chooseAddress(context: RequestContext): Choice {
  const { reservation } = context;
  if (reservation === undefined) return rememberedAddress(context) ?? freeAddress(context);
  const own = choiceOf(context, reservation.address);
  if (own !== undefined) return own;
  const isHeld = !isStandInDue(context, reservation);
  const standIn = isHeld ? undefined : (rememberedAddress(context) ?? freeAddress(context));
  return standIn !== undefined && "entitlement" in standIn ? standIn : { reason: "reserved-address-held" };
}

/** The address, if it is free and the client may have it. */
function choiceOf(context: RequestContext, address: Ipv4): Choice | undefined {
  if (!isFree(context, address)) return undefined;
  const entitlement = entitlementTo(context, address);
  if (entitlement === undefined) return undefined;
  const { world, request, now } = context;
  const isForeign =
    isAnothersToGive(context, entitlement) && !world.offers.isSelected(address, request.client, now);
  return { entitlement, isForeign };
}

/** Free for everybody, and of another node's share: that node may be offering it to another client at this moment. */
function isAnothersToGive({ world, now }: RequestContext, { address, subnet, pool }: Entitlement): boolean {
  if (pool === undefined || ownersIn(world, subnet).owns(address)) return false;
  return isFreeFor(world.view.get(address), NOBODY, now, world.policy.guardMs);
}

/** Nodes that cannot hear the clients of a link must not keep its free addresses from them. */
const ownersIn = (world: World, subnet: Subnet): Members => world.membersOn?.(subnet) ?? world.members;

/** The current address, the one on offer, earlier ones, the one asked for: the first that the client may have. */
function rememberedAddress(context: RequestContext): Choice | undefined {
  const { world, request, now } = context;
  const leases = world.view.ofClient(request.client);
  // Of two the newest: a race between nodes gave it both, and the older one is released (one-address.ts).
  const newest = leases.length > 1 ? newestFirst(leases) : leases;
  for (const lease of newest) {
    const current = isBound(lease, now) ? choiceOf(context, lease.address) : undefined;
    if (current !== undefined) return current;
  }
  const onOffer = world.offers.to(request.client, now);
  const offered = onOffer === undefined ? undefined : choiceOf(context, onOffer);
  if (offered !== undefined) return offered;
  for (const { address } of newest) {
    const earlier = choiceOf(context, address);
    if (earlier !== undefined) return earlier;
  }
  return wantedAddress(context);
}

/** The address that the client names, which is no way to what a pool keeps for known hosts. */
function wantedAddress(context: RequestContext): Choice | undefined {
  const { requestedAddress } = context.request;
  const wanted = requestedAddress === undefined ? undefined : choiceOf(context, requestedAddress);
  if (wanted === undefined || !("entitlement" in wanted)) return wanted;
  const { subnet, pool } = wanted.entitlement;
  const isKept = pool !== undefined && !isKnown(context) && isKeptForKnown(context, subnet, pool);
  return isKept ? undefined : wanted;
}

function newestFirst(leases: readonly Lease[]): Lease[] {
  return [...leases].sort((a, b) => b.revision - a.revision);
}

function isFree({ world, request, now }: RequestContext, address: Ipv4): boolean {
  return (
    isFreeFor(world.view.get(address), request.client, now, world.policy.guardMs) &&
    !world.offers.isOfferedToOther(address, request.client, now)
  );
}

function freeAddress(context: RequestContext): Choice {
  const { world, request, now } = context;
  const isOfKnown = isKnown(context);
  const searched: string[] = [];
  let isServed = false;
  for (const subnet of request.link) {
    for (const pool of subnet.pools) {
      if (!pool.serves(isOfKnown, request.classes)) continue;
      isServed = true;
      if (world.offers.isExhausted(pool.id, now)) continue;
      if (!isOfKnown && isKeptForKnown(context, subnet, pool)) {
        searched.push(pool.keptShare);
        continue;
      }
      const found = searchPool(context, subnet, pool);
      if (found !== undefined) return found;
      searched.push(pool.id);
    }
  }
  return isServed ? { reason: "pool-exhausted", pools: searched } : { reason: "no-pool-for-client" };
}

/** A share that nobody has asked for is kept only where a host is known that may need it. */
function keepsForKnown({ inventory }: World, { hasReservations }: Subnet, pool: Pool): boolean {
  if (pool.keepForKnown === 0) return false;
  return !pool.isKeptByDefault || inventory.size > 0 || hasReservations;
}

type KeptFrom = Pick<RequestContext, "world" | "now">;

/** The last free addresses of a pool are not for unknown hosts. They are counted only when there cannot be many. */
export function isKeptForKnown({ world, now }: KeptFrom, subnet: Subnet, pool: Pool): boolean {
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
function searchPool(context: RequestContext, subnet: Subnet, pool: Pool): Choice | undefined {
  const { world, request } = context;
  const near = { start: hashOf(request.client) % pool.size, max: Math.min(NEAR, pool.size) };
  const found = searchFrom(context, { subnet, pool, ...near });
  if (found !== undefined || pool.size <= NEAR) return found;
  const last = world.offers.foundIn(pool.id);
  const start = last !== undefined && pool.contains(last) ? pool.indexOf(last) : 0;
  return searchFrom(context, { subnet, pool, start, max: pool.size });
}

interface Search {
  readonly subnet: Subnet;
  readonly pool: Pool;
  /** The number of the address of the pool that it begins with, and how many are looked at. */
  readonly start: number;
  readonly max: number;
}

function searchFrom(context: RequestContext, { subnet, pool, start, max }: Search): Choice | undefined {
  const owners = ownersIn(context.world, subnet);
  const chosen = (address: Ipv4, isForeign: boolean): Choice => {
    const settings = settingsOf(context, subnet, pool);
    return { entitlement: { address, subnet, pool, settings }, isForeign };
  };
  let foreign: Ipv4 | undefined;
  for (let i = 0; i < max; i++) {
    // A share that is used up must not cost a walk through the pool a packet.
    if (foreign !== undefined && i >= NEAR) break;
    const address = pool.at(start + i < pool.size ? start + i : start + i - pool.size);
    if (!isFree(context, address) || !isLeasable(context, subnet, address)) continue;
    if (owners.owns(address)) return chosen(address, false);
    foreign ??= address;
  }
  return foreign === undefined ? undefined : chosen(foreign, true);
}
