// A client has one address a subnet (I3), though several nodes serve it. Two rules keep it so: a node that receives a REQUEST which takes
// another node's offer goes on offering that address and no second one; and where two nodes each gave it one at the same moment, the
// older one is released.
import { ipv4, type Mac, MessageType } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, isFreeFor, type Lease } from "../lease/lease.ts";
import type { Append } from "../lease/lease-store.ts";
import { DROPPED, NO_CHANGES, type OfferChanges } from "./decision.ts";
import { contextOf, entitlementTo } from "./entitlement.ts";
import { releaseEvent } from "./grant.ts";
import type { LeaseRequest, World } from "./request.ts";

/**
 * What `request` says of offers, whichever node answers it. RFC 2131 §3.1 item 4: "Those servers not selected by the DHCPREQUEST message
 * use the message as notification that the client has declined that server's offer." More can be had from it: the address that the
 * client takes. The feed shows its lease only some time later, up to seconds under load, and never when that node dies first. The node
 * that answers the client's next DISCOVER meanwhile offers it this address, and not a second one. So does this node itself, while its
 * own write of the lease, or one that it makes in the other's place, is on its way.
 */
export function selectionReceived(world: World, request: LeaseRequest, now: Instant): OfferChanges {
  const { type, client, serverIdentifier, requestedAddress: address } = request;
  if (type !== MessageType.REQUEST || serverIdentifier === undefined || address === undefined)
    return NO_CHANGES;
  const { offers, view, policy } = world;
  if (offers.to(client, now) === address) return NO_CHANGES;
  const isBelievable =
    world.isServer(serverIdentifier) &&
    isFreeFor(view.get(address), client, now, policy.guardMs) &&
    !offers.isOfferedToOther(address, client, now) &&
    entitlementTo(contextOf(world, request, now), address) !== undefined;
  return isBelievable ? [{ kind: "selected", address, until: (now + policy.offerMs) as Instant }] : DROPPED;
}

/**
 * The releases of other addresses that `newest` makes superfluous: the node that granted it writes them, once the stream has shown it,
 * and with it all before it. Three kinds are not among them, and stay the client's until their stored expiry: a reserved one; an
 * address that it may no longer have, as its host was moved; and one that was granted at nearly the same time, as then the newer event
 * may be of a write that was slow, and the client may have given up on it and use the older address. That is settled by the next event
 * that one of the two gets.
 */
export function releasesOfOlder(
  world: World,
  newest: Lease,
  { nextIntent, now }: { readonly nextIntent: () => string; readonly now: Instant },
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
  const context = contextOf(world, request, now);
  return held
    .filter(({ subnet, revision }) => subnet === newest.subnet && revision < newest.revision)
    .filter((older) => isBound(older, now) && !older.isReserved)
    .filter((older) => older.at + world.policy.guardMs < newest.at)
    .filter((older) => entitlementTo(context, older.address) !== undefined)
    .map((older) => releaseEvent(context, older));
}
