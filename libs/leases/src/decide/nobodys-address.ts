// The one rule of what no client may be given, whoever says that it is its: a claim of the inventory, a reservation, a pool, an
// earlier lease, a client that asks for it. What stands in the document is compiled (libs/network); the nodes' own addresses come
// and go with the members.
import { describeFixed, isNoStation } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { World } from "./request.ts";

type Knowing = Pick<World, "network" | "isServer" | "isSeenRelay">;

/** Not even by a reservation. Asked on the packet path: a few lookups, and no allocation. */
export function isNobodys(world: Knowing, address: Ipv4): boolean {
  return (
    isNoStation(address) ||
    isOfTheRunningNetwork(world, address) ||
    world.network.fixedAt(address)?.isNobodys === true
  );
}

/** What no document says: the nodes' own addresses, and relay agents that were seen. */
export function isOfTheRunningNetwork(world: Knowing, address: Ipv4): boolean {
  return world.isServer(address) || (world.isSeenRelay?.(address) ?? false);
}

/** Why, as a person is told: "an address of the cluster's nodes", "a router (subnets[0].options.routers)". */
export function whyNobodys(world: Knowing, address: Ipv4): string | undefined {
  if (isNoStation(address)) return "no address that a station can have";
  const fixed = world.network.fixedAt(address);
  if (fixed?.isNobodys === true) return describeFixed(fixed);
  if (world.isServer(address)) return "an address of the cluster's nodes";
  return isOfTheRunningNetwork(world, address) ? "by which a relay agent was seen (giaddr)" : undefined;
}
