// Carries out what an operator ordered of an address, by compare-and-swap on what this node knows of it.
import { type Clearing, type ClearingOrder, clearingOf, leaseAfter } from "@leasehold/leases";
import type { ServiceParts } from "./exchange.ts";

export type Cleared =
  | Clearing
  /** Somebody wrote to the address meanwhile, which this node knows now. */
  | { readonly kind: "overtaken" }
  /** The store did not say whether it has it. */
  | { readonly kind: "unknown" };

export async function clearLease(
  { world, store, clocks, counters, nextIntent }: ServiceParts,
  order: Omit<ClearingOrder, "intent">,
): Promise<Cleared> {
  const clearing = clearingOf(world, { ...order, intent: nextIntent() }, clocks.now());
  if (clearing.kind !== "clear") return clearing;
  const { append } = clearing;
  const sentAt = clocks.now();
  return new Promise((resolve) => {
    store.append(append, (result) => {
      counters.count("trouble", `lease-cleared-${result.kind}`);
      if (result.kind === "stored" && world.view.revisionOf(order.address) < result.revision)
        world.view.apply(leaseAfter(append.event, result.revision, sentAt));
      const current = result.kind === "conflict" ? result.current : undefined;
      if (current?.event !== undefined)
        world.view.apply(leaseAfter(current.event, current.revision, current.at));
      if (result.kind === "stored") resolve(clearing);
      else resolve({ kind: result.kind === "conflict" ? "overtaken" : "unknown" });
    });
  });
}
