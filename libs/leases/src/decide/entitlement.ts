// Whether a client may have an address at all, apart from whether it is free: by reservation, or by a pool that serves it.
import type { Host } from "@leasehold/inventory";
import { isNamed, type Pool, type Settings, type Subnet } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isFreeFor } from "../lease/lease.ts";
import { isNobodys, isOfTheRunningNetwork } from "./nobodys-address.ts";
import type { LeaseRequest, World } from "./request.ts";

export interface Entitlement {
  readonly subnet: Subnet;
  /** Undefined for a reserved address. */
  readonly pool: Pool | undefined;
  readonly settings: Settings;
}

export interface Reservation {
  readonly address: Ipv4;
  readonly subnet: Subnet;
}

export function hostOf(world: World, request: LeaseRequest): Host | undefined {
  return world.inventory.byMac(request.mac) ?? world.inventory.byClientId(request.client);
}

/** Somebody has named the client: the inventory, or the network document by a reservation that is not of a class. */
export function isKnown(world: World, request: LeaseRequest): boolean {
  return isNamed(hostOf(world, request), request.reserved?.reservation);
}

/**
 * The address that the network document, else the inventory, gives this interface on this link. What is nobody's to have counts as
 * not reserved, as an address outside of the link does.
 */
export function reservationOf(world: World, request: LeaseRequest): Reservation | undefined {
  const { reserved } = request;
  const written = reserved?.reservation.address;
  if (written !== undefined && mayBeGiven(world, request, written)) {
    return { address: written, subnet: reserved!.subnet };
  }
  for (const subnet of request.link) {
    const isPossible = (a: Ipv4) => subnet.contains(a) && mayBeGiven(world, request, a);
    const address =
      world.inventory.reservation(request.mac, isPossible) ??
      world.inventory.reservationOfClient(request.client, isPossible);
    if (address !== undefined) return { address, subnet };
  }
  return undefined;
}

/** The relay agent that the request came by has its address, whether or not the document knows of it. */
function mayBeGiven(world: World, { relayAddress }: LeaseRequest, address: Ipv4): boolean {
  return address !== relayAddress && !isNobodys(world, address);
}

/** Whether the client is to have an address of a pool, as its own is still another's (`reservedAddressHeld: pool`). */
export function isStandInDue(
  world: World,
  { client }: LeaseRequest,
  { address, subnet }: Reservation,
  now: Instant,
): boolean {
  if (subnet.reservedAddressHeld === "wait") return false;
  return !isFreeFor(world.view.get(address), client, now, world.policy.guardMs);
}

/** Undefined when the client may not have the address on this link: it is moved, in no pool of its, or another's. */
export function entitlementTo(
  world: World,
  request: LeaseRequest,
  address: Ipv4,
  now: Instant,
): Entitlement | undefined {
  const reservation = reservationOf(world, request);
  if (reservation?.address === address) return entitled(world, request, reservation.subnet, undefined);
  if (reservation !== undefined && !isStandInDue(world, request, reservation, now)) return undefined;
  const subnet = request.link.find((candidate) => candidate.contains(address));
  const pool = subnet?.poolOf(address);
  if (subnet === undefined || pool === undefined) return undefined;
  if (!pool.serves(isKnown(world, request), request.classes)) return undefined;
  if (!isLeasable(world, request, subnet, address)) return undefined;
  return entitled(world, request, subnet, pool);
}

export function entitled(
  world: World,
  request: LeaseRequest,
  subnet: Subnet,
  pool: Pool | undefined,
): Entitlement {
  return { subnet, pool, settings: settingsOf(world, request, subnet, pool) };
}

export function settingsOf(
  world: World,
  { classes, reserved }: LeaseRequest,
  subnet: Subnet,
  pool: Pool | undefined,
): Settings {
  const reservation = reserved?.subnet === subnet ? reserved.reservation : undefined;
  return world.network.settingsFor(subnet, pool, classes, reservation);
}

/**
 * False for what no pool may give: what is reserved for somebody, the nodes' own addresses, and that of the relay agent. What the
 * document says to be somebody's is a hole of the pool (libs/network), so it is not looked for here.
 */
export function isLeasable(world: World, request: LeaseRequest, subnet: Subnet, address: Ipv4): boolean {
  return (
    address !== request.relayAddress &&
    world.inventory.ofAddress(address) === undefined &&
    subnet.reservedAt(address) === undefined &&
    !isOfTheRunningNetwork(world, address)
  );
}
