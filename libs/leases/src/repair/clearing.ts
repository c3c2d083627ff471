// An operator ends what keeps an address from everybody: a probation after a DECLINE, an offer that nobody took, or, when told to, a
// lease. The event says who it was and why, and so does the log.
import { formatIpv4, INFINITE_SECONDS, type Ipv4 } from "@leasehold/protocol";
import type { World } from "../decide/request.ts";
import type { Instant } from "../lease/instant.ts";
import { isFreeFor, isUnreadable, type Lease } from "../lease/lease.ts";
import type { LeaseEvent } from "../lease/lease-event.ts";
import type { Append } from "../lease/lease-store.ts";

export interface ClearingOrder {
  readonly address: Ipv4;
  readonly by: string;
  readonly why: string | undefined;
  /** Also a lease that a client has: whoever gets the address next may meet it there. */
  readonly isForced: boolean;
  /** Names this attempt. */
  readonly intent: string;
}

export type Clearing =
  | { readonly kind: "clear"; readonly lease: Lease; readonly append: Append }
  /** No record, or one that keeps the address from nobody. */
  | { readonly kind: "free"; readonly lease: Lease | undefined }
  /** A client has it, or was offered it a moment ago; its hold and the guard have not passed. */
  | { readonly kind: "held"; readonly lease: Lease };

export function clearingOf(
  world: Pick<World, "view" | "policy" | "node" | "network" | "inventory">,
  order: ClearingOrder,
  now: Instant,
): Clearing {
  const { address, isForced } = order;
  const lease = world.view.get(address);
  if (lease === undefined || isFreeForAll(world, lease, now)) return { kind: "free", lease };
  // A record that cannot be read may be that of a lease.
  if ((lease.state === "bound" || isUnreadable(lease)) && !isForced) return { kind: "held", lease };
  return {
    kind: "clear",
    lease,
    append: { address, expected: lease.revision, event: eventOf(world, order, lease, now) },
  };
}

function isFreeForAll({ policy }: Pick<World, "policy">, lease: Lease, now: Instant): boolean {
  return isFreeFor(lease, "" as Lease["client"], now, policy.guardMs);
}

/** As after a RELEASE: what was held is kept in mind for the client itself, see `releaseEvent`. */
function eventOf(
  world: Pick<World, "node" | "network" | "inventory">,
  { by, why, intent }: ClearingOrder,
  lease: Lease,
  now: Instant,
): LeaseEvent {
  const { address, mac, subnet, host, hostname, state, heldUntil, relay } = lease;
  const client = isUnreadable(lease) ? ("" as Lease["client"]) : lease.client;
  const left = Math.max(0, Math.ceil((heldUntil - now) / 1000));
  return {
    type: "LeaseReleased",
    v: 1,
    address: formatIpv4(address),
    client,
    mac,
    subnet,
    host,
    hostname,
    seconds: 0,
    heldSeconds: state === "bound" ? Math.min(left, INFINITE_SECONDS) : 0,
    relay,
    node: world.node,
    network: world.network.revision,
    inventory: world.inventory.revision,
    intent,
    cleared: { by, ...(why === undefined ? {} : { why }), state },
  };
}
