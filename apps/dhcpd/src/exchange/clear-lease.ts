// Carries out what an operator ordered of an address, by compare-and-swap on what this node knows of it.

import { BusError } from "@leasehold/bus";
import { type Clearing, type ClearingOrder, clearingOf, leaseAfter, leaseOf } from "@leasehold/leases";
import { formatIpv4 } from "@leasehold/protocol";
import type { Log } from "../ports.ts";
import type { ServiceParts } from "./exchange.ts";

export type Order = Omit<ClearingOrder, "intent">;

export type Cleared =
  | Clearing
  /** Somebody wrote to the address meanwhile, which this node knows now. */
  | { readonly kind: "overtaken" }
  /** The store did not say whether it has it. */
  | { readonly kind: "unknown" };

export async function clearLease(
  { world, store, clocks, counters, nextIntent }: ServiceParts,
  order: Order,
): Promise<Cleared> {
  const clearing = clearingOf(world, { ...order, intent: nextIntent() }, clocks.now());
  if (clearing.kind !== "clear") return clearing;
  const { append } = clearing;
  const sentAt = clocks.now();
  return new Promise((resolve) => {
    store.append(append, (result) => {
      counters.count("anomalies", `lease-cleared-${result.kind}`);
      if (result.kind === "stored" && world.view.revisionOf(order.address) < result.revision)
        world.view.apply(leaseAfter(append.event, result.revision, sentAt));
      const current = result.kind === "conflict" ? result.current : undefined;
      const found = current && leaseOf(current);
      if (found !== undefined) world.view.apply(found);
      if (result.kind === "stored") resolve(clearing);
      else resolve({ kind: result.kind === "conflict" ? "overtaken" : "unknown" });
    });
  });
}

/** By a node that serves, and tells its log. @throws BusError while it does not. */
export async function clearThrough(
  service: { clearLease(order: Order): Promise<Cleared> } | undefined,
  notYet: string | undefined,
  order: Order,
  log: Log,
): Promise<Cleared> {
  if (service === undefined || notYet !== undefined)
    throw new BusError(`This node does not serve yet: ${notYet}.`, "Ask another node, or try again.");
  const cleared = await service.clearLease(order);
  const { by, why, isForced } = order;
  if (cleared.kind === "clear")
    log.warn({ address: formatIpv4(order.address), by, why, isForced }, "an operator freed an address");
  return cleared;
}
