// A client was heard to take an offer. RFC 2131 §3.1 item 4: "Those servers not selected by the DHCPREQUEST message use
// the message as notification that the client has declined that server's offer." More can be had from it: the address that the
// client takes. The feed shows its lease only some time later, up to seconds under load, and never when that node dies first.
// Whoever answers the client's next DISCOVER meanwhile offers it this address, and not a second one (I3). So does this node itself,
// while its own write of the lease, or one that it makes in the other's place, is on its way.
import { MessageType } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isFreeFor } from "../lease/lease.ts";
import { entitlementTo } from "./entitlement.ts";
import { DROPPED, NO_CHANGES, type OfferChanges } from "./offer-change.ts";
import type { LeaseRequest, World } from "./request.ts";

/** What `request` tells, whichever node answers it. */
export function heardSelection(world: World, request: LeaseRequest, now: Instant): OfferChanges {
  const { type, client, serverIdentifier, requestedAddress: address } = request;
  if (type !== MessageType.REQUEST || serverIdentifier === undefined || address === undefined)
    return NO_CHANGES;
  const { offers, view, policy } = world;
  if (offers.to(client, now) === address) return NO_CHANGES;
  const isBelievable =
    world.isServer(serverIdentifier) &&
    isFreeFor(view.get(address), client, now, policy.guardMs) &&
    !offers.isOfferedToOther(address, client, now) &&
    entitlementTo(world, request, address, now) !== undefined;
  return isBelievable ? [{ kind: "selected", address, until: (now + policy.offerMs) as Instant }] : DROPPED;
}
