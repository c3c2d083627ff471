// Before an address is offered for the first time: whether somebody uses it already (RFC 2131 §3.1 item 2).
import {
  type Append,
  conflictEvent,
  DROPPED,
  declineLimitReached,
  type LeaseRequest,
} from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { ProbeAnswer } from "../ports.ts";
import type { Grant } from "../reply/asked.ts";
import { noteDeclines } from "./decline-alarm.ts";
import type { Exchange, ServiceParts } from "./exchange.ts";

/** A probe that fails is one that could not be made: the address is offered as where it cannot be asked. */
export async function askWhoUses(
  { probe, faults }: Pick<ServiceParts, "probe" | "faults">,
  { packet, request, arrival }: Exchange,
  address: Ipv4,
  waitMs: number,
): Promise<ProbeAnswer> {
  const interfaceName = packet.giaddr === 0 ? arrival.link.interfaceName : undefined;
  try {
    return await probe!(address, { interfaceName, clientMac: request.mac }, waitMs);
  } catch (cause) {
    faults.count({ cause, during: "probing an address", packet: packet.bytes });
    return "unknown";
  }
}

/**
 * The event that takes an address out of use that somebody uses; undefined: none more for this client, as whoever answers for every
 * address must not take the pool out of use.
 */
export function outOfUse(parts: ServiceParts, request: LeaseRequest, decision: Grant): Append | undefined {
  const { world, clocks, counters, nextIntent } = parts;
  counters.count("anomalies", "address-in-use");
  world.offers.apply(request.client, DROPPED);
  if (declineLimitReached(world, request, clocks.now()) === undefined)
    return conflictEvent(world, { ...request, intent: nextIntent() }, decision);
  noteDeclines(world, request, clocks);
  return undefined;
}
