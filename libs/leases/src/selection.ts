// A client was heard to take another node's offer. RFC 2131 §3.1 item 4: "Those servers not selected by the DHCPREQUEST message use
// the message as notification that the client has declined that server's offer." More can be had from it: the address that the
// client takes. The feed shows its lease only some time later, up to seconds under load, and never when that node dies first.
// Whoever answers the client's next DISCOVER meanwhile offers it this address, and not a second one (I3).
import { MessageType } from "@leasehold/protocol";
import type { Instant } from "./instant.ts";
import { isFreeFor } from "./lease.ts";
import type { LeaseRequest, World } from "./request.ts";

/** `request` was left to another node. */
export function noteSelection(world: World, request: LeaseRequest, now: Instant): void {
  const { type, client, serverIdentifier, requestedAddress: address } = request;
  if (type !== MessageType.REQUEST || serverIdentifier === undefined || address === undefined) return;
  const { offers, view, policy } = world;
  const isBelievable =
    world.isServer(serverIdentifier) &&
    isFreeFor(view.get(address), client, now, policy.guardMs) &&
    !offers.isOfferedToOther(address, client, now);
  if (isBelievable) offers.putSelected(client, address, (now + policy.offerMs) as Instant);
  else offers.drop(client);
}
