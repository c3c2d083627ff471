// Whether a client may have an address at all, apart from whether it is free: by reservation, or by a pool that serves it; and what no
// client may have, whatever says that it is its: a claim of the inventory, a reservation, a pool, an earlier lease, its own REQUEST.
import type { Host } from "@leasehold/inventory";
import {
  describeFixed,
  isNamed,
  isNoStation,
  type Pool,
  type Settings,
  type Subnet,
} from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isFreeFor } from "../lease/lease.ts";
import type { LeaseRequest, World } from "./request.ts";

export interface Entitlement {
  readonly address: Ipv4;
  readonly subnet: Subnet;
  /** Undefined for a reserved address. */
  readonly pool: Pool | undefined;
  readonly settings: Settings;
}

export interface Reservation {
  readonly address: Ipv4;
  readonly subnet: Subnet;
}

/** A request with all that is asked of it again and again while it is decided: found once. */
export interface RequestContext {
  readonly world: World;
  readonly request: LeaseRequest;
  readonly now: Instant;
  /** The inventory's. */
  readonly host: Host | undefined;
  readonly reservation: Reservation | undefined;
}

export function contextOf(world: World, request: LeaseRequest, now: Instant): RequestContext {
  const host = hostOf(world, request);
  return { world, request, now, host, reservation: reservedFor(host, world, request) };
}

/** The host of the inventory that the client is, by its hardware address or its identity. */
export function hostOf(world: World, request: LeaseRequest): Host | undefined {
  return world.inventory.byMac(request.mac) ?? world.inventory.byClientId(request.client);
}

/** The client is named by the inventory, or by a reservation of the network document that is not for a class. */
export function isKnown({ host, request }: RequestContext): boolean {
  return isNamed(host, request.reserved?.reservation);
}

/**
 * The address that the network document, else the inventory, gives this interface on this link. What is nobody's to have counts as
 * not reserved, as an address outside of the link does.
 */
export function reservationOf(world: World, request: LeaseRequest): Reservation | undefined {
  return reservedFor(hostOf(world, request), world, request);
}

/** The same where the client's host is known already. */
export function reservedFor(
  host: Host | undefined,
  world: World,
  request: LeaseRequest,
): Reservation | undefined {
  const { reserved, link } = request;
  const written = reserved?.reservation.address;
  if (written !== undefined && mayBeReserved(world, request, written)) {
    return { address: written, subnet: reserved!.subnet };
  }
  // The inventory reserves nothing for a client that it does not know.
  if (host === undefined) return undefined;
  for (let i = 0; i < link.length; i++) {
    const address = claimedOn(link[i]!, world, request);
    if (address !== undefined) return { address, subnet: link[i]! };
  }
  return undefined;
}

function claimedOn(subnet: Subnet, world: World, request: LeaseRequest): Ipv4 | undefined {
  const isPossible = (address: Ipv4) => subnet.contains(address) && mayBeReserved(world, request, address);
  return (
    world.inventory.reservation(request.mac, isPossible) ??
    world.inventory.reservationOfClient(request.client, isPossible)
  );
}

/** The relay agent that the request came by has its address, whether or not the document knows of it. */
function mayBeReserved(world: World, { relayAddress }: LeaseRequest, address: Ipv4): boolean {
  return address !== relayAddress && !isNobodys(world, address);
}

/** Whether the client is to have an address of a pool, as its own is still another's (`reservedAddressHeld: pool`). */
export function isStandInDue(
  { world, request, now }: RequestContext,
  { address, subnet }: Reservation,
): boolean {
  if (subnet.reservedAddressHeld === "wait") return false;
  return !isFreeFor(world.view.get(address), request.client, now, world.policy.guardMs);
}

/** Undefined when the client may not have the address on this link: it is moved, in no pool of its, or another's. */
export function entitlementTo(context: RequestContext, address: Ipv4): Entitlement | undefined {
  const { request, reservation } = context;
  if (reservation?.address === address) {
    const { subnet } = reservation;
    return { address, subnet, pool: undefined, settings: settingsOf(context, subnet, undefined) };
  }
  if (reservation !== undefined && !isStandInDue(context, reservation)) return undefined;
  const subnet = request.link.find((candidate) => candidate.contains(address));
  const pool = subnet?.poolOf(address);
  if (subnet === undefined || pool === undefined) return undefined;
  if (!pool.serves(isKnown(context), request.classes)) return undefined;
  if (!isLeasable(context, subnet, address)) return undefined;
  return { address, subnet, pool, settings: settingsOf(context, subnet, pool) };
}

export function settingsOf(
  { world, request }: RequestContext,
  subnet: Subnet,
  pool: Pool | undefined,
): Settings {
  const { classes, reserved } = request;
  const reservation = reserved?.subnet === subnet ? reserved.reservation : undefined;
  return world.network.settingsFor(subnet, pool, classes, reservation);
}

/**
 * False for what no pool may give: what is reserved for another client, the nodes' own addresses, and that of the relay agent. What
 * the document gives to a router or a server is a hole of the pool (libs/network), so it is not looked for here.
 */
export function isLeasable({ world, request }: RequestContext, subnet: Subnet, address: Ipv4): boolean {
  return (
    address !== request.relayAddress &&
    world.inventory.ofAddress(address) === undefined &&
    subnet.reservedAt(address) === undefined &&
    !isOfTheRunningNetwork(world, address)
  );
}

type Knowing = Pick<World, "network" | "isServer" | "isSeenRelay">;

/**
 * Not even by a reservation. What stands in the document is compiled (libs/network); the nodes' own addresses come and go with the
 * members. A few lookups, and no allocation.
 */
function isNobodys(world: Knowing, address: Ipv4): boolean {
  return (
    isNoStation(address) ||
    isOfTheRunningNetwork(world, address) ||
    world.network.fixedAt(address)?.isNobodys === true
  );
}

/** What no document says: the nodes' own addresses, and relay agents that were seen. */
function isOfTheRunningNetwork(world: Knowing, address: Ipv4): boolean {
  return world.isServer(address) || (world.isSeenRelay?.(address) ?? false);
}

/** Why, as people get it: "an address of the cluster's nodes", "a router (subnets[0].options.routers)". */
export function whyNobodys(world: Knowing, address: Ipv4): string | undefined {
  if (isNoStation(address)) return "no address that a station can have";
  const fixed = world.network.fixedAt(address);
  if (fixed?.isNobodys === true) return describeFixed(fixed);
  if (world.isServer(address)) return "an address of the cluster's nodes";
  return isOfTheRunningNetwork(world, address) ? "by which a relay agent was seen (giaddr)" : undefined;
}
