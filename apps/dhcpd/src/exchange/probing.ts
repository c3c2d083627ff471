// Asks who uses an address, without which it is not offered (probe-rule.ts).
import type { Ipv4 } from "@leasehold/protocol";
import type { ProbeAnswer } from "../ports.ts";
import type { Exchange, ServiceParts } from "./exchange.ts";

/** A probe that fails is one that could not be made: the address is offered as where it cannot be asked. */
export async function askWhoUses(
  { probe, faults }: Pick<ServiceParts, "probe" | "faults">,
  { packet, request, arrival }: Exchange,
  { address, waitMs }: { readonly address: Ipv4; readonly waitMs: number },
): Promise<ProbeAnswer> {
  const interfaceName = packet.giaddr === 0 ? arrival.link.interfaceName : undefined;
  try {
    return await probe!(address, { interfaceName, clientMac: request.mac }, waitMs);
  } catch (cause) {
    faults.count({ cause, during: "probing an address", packet: packet.bytes });
    return "unknown";
  }
}
