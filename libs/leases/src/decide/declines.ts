// DECLINE takes an address out of use for long, and anybody can send it: so what one client, or one port of a relay agent, may take
// out of use at once is bounded.
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import {
  clientKeysOf,
  DECLINES_OF_CLIENT,
  DECLINES_OF_RELAY_PORT,
  type Offender,
  portKeyOf,
} from "../view/declined-index.ts";
import type { World } from "./request.ts";

/** Whose limit is reached: "client", "relay-port"; undefined while another address may be declined. */
export function declineLimitReached(
  world: Pick<World, "view" | "network">,
  offender: Offender,
  now: Instant,
): "client" | "relay-port" | undefined {
  const { declinesOfClient = DECLINES_OF_CLIENT, declinesOfRelayPort = DECLINES_OF_RELAY_PORT } =
    world.network.limits;
  const isReached = (key: string, limit: number) => countOf(world, key, limit, now) >= limit;
  if (clientKeysOf(offender).some((key) => isReached(key, declinesOfClient))) return "client";
  const port = portKeyOf(offender.relay);
  return port !== undefined && isReached(port, declinesOfRelayPort) ? "relay-port" : undefined;
}

/** Addresses that are out of use now, counted up to `limit`. */
function countOf({ view }: Pick<World, "view">, key: string, limit: number, now: Instant): number {
  let count = 0;
  for (const address of view.declinedBy(key)) {
    if (isOutOfUse(view, address, now) && ++count >= limit) break;
  }
  return count;
}

function isOutOfUse(view: World["view"], address: Ipv4, now: Instant): boolean {
  const lease = view.get(address);
  return lease?.state === "declined" && now < lease.heldUntil;
}
