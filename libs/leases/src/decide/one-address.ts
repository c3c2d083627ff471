// A client has one address a subnet (I3). Two nodes that each served it at the same moment can have given it two: then the
// older one is released. Whoever granted the newer one does so, once the stream has shown it, and with it all before it.
import type { Mac } from "@leasehold/protocol";
import { ipv4, MessageType } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, type Lease } from "../lease/lease.ts";
import type { Append } from "../lease/lease-store.ts";
import { entitlementTo } from "./entitlement.ts";
import { releaseEvent } from "./grant.ts";
import type { LeaseRequest, World } from "./request.ts";

/**
 * The releases of other addresses that `newest` makes superfluous. Three kinds are not among them, and stay the client's
 * until what was promised has passed: a reserved one; an address that it may no longer have, as its host was moved; and one that was
 * granted at nearly the same time, as then the newer event may be of a write that was slow, and the client may have given
 * up on it and use the older address. That is settled by the next event that one of the two gets.
 */
export function releasesOfOlder(
  world: World,
  newest: Lease,
  nextIntent: () => string,
  now: Instant,
): Append[] {
  if (newest.node !== world.node || newest.state !== "bound") return [];
  const held = world.view.ofClient(newest.client);
  const subnet = world.network.subnet(newest.subnet);
  if (held.length < 2 || subnet === undefined) return [];
  const request: LeaseRequest = {
    type: MessageType.RELEASE,
    client: newest.client,
    mac: newest.mac ?? ("" as Mac),
    link: [subnet],
    classes: [],
    ciaddr: ipv4(0),
    requestedAddress: undefined,
    serverIdentifier: undefined,
    hostname: newest.hostname,
    xid: undefined,
    relay: undefined,
    firmware: false,
    intent: nextIntent(),
  };
  return held
    .filter(
      (older) => older.subnet === newest.subnet && older.revision < newest.revision && isBound(older, now),
    )
    .filter((older) => !older.isReserved)
    .filter((older) => older.at + world.policy.guardMs < newest.at)
    .filter((older) => entitlementTo(world, request, older.address, now) !== undefined)
    .map((older) => releaseEvent(world, request, older, now));
}
