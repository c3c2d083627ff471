// What a decision changes of this node's offers: it is a part of the outcome, and the shell applies it when the reply leaves.
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";

/** All are of the client that asked. */
export type OfferChange =
  /** The address is on offer to it; it was found in `pool`, where it is of one. */
  | {
      readonly kind: "offered";
      readonly address: Ipv4;
      readonly until: Instant;
      readonly pool: string | undefined;
    }
  /** It was heard to take the address, from whichever node. */
  | { readonly kind: "selected"; readonly address: Ipv4; readonly until: Instant }
  /** Nothing is on offer to it. */
  | { readonly kind: "dropped" }
  /** A pool was searched in vain. */
  | { readonly kind: "exhausted"; readonly pool: string; readonly until: Instant };

export type OfferChanges = readonly OfferChange[];

/** A full pool must not cost a search a packet. */
const EXHAUSTED_FOR_MS = 1000;

export const NO_CHANGES: OfferChanges = [];
export const DROPPED: OfferChanges = [{ kind: "dropped" }];

export function exhausted(pools: readonly string[], now: Instant): OfferChanges {
  const until = (now + EXHAUSTED_FOR_MS) as Instant;
  return pools.map((pool) => ({ kind: "exhausted", pool, until }));
}
