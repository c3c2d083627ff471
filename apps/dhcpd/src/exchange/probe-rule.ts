// Before an address is offered for the first time: whether to ask who uses it already (RFC 2131 §3.1 item 2), and what follows when
// somebody does. Pure.
import {
  type Append,
  conflictEvent,
  contextOf,
  declineLimitReached,
  type Instant,
  type LeaseRequest,
  type World,
} from "@leasehold/leases";
import { MessageType } from "@leasehold/protocol";
import type { Grant } from "../reply/asked.ts";
import type { Exchange } from "./exchange.ts";

/** How long to wait for a sign of another user, in ms; undefined: it is not asked, as for addresses that the client has already. */
export function probeTime(
  { network, view }: Pick<World, "network" | "view">,
  { request, probed }: Pick<Exchange, "request" | "probed">,
  { address }: Grant,
): number | undefined {
  const isFirst = request.type === MessageType.DISCOVER && !probed?.has(address);
  if (!isFirst || view.get(address)?.client === request.client) return undefined;
  return network.conflictProbe?.waitMs;
}

/**
 * The event that takes an address out of use that somebody uses; undefined: none more for this client, as whoever answers for every
 * address must not take the pool out of use.
 */
export function outOfUse(
  world: World,
  request: LeaseRequest,
  { decision, now }: { readonly decision: Grant; readonly now: Instant },
): Append | undefined {
  if (declineLimitReached(world, request, now) !== undefined) return undefined;
  return conflictEvent(contextOf(world, request, now), decision);
}
