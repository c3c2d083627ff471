// What should happen in answer to a request. The shell makes it happen: the event first, durably, then the reply.
import type { Host } from "@leasehold/inventory";
import type { Pool, Settings, Subnet } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import type { Append } from "../lease/lease-store.ts";

/** Why a client is told NAK. Also the metric's label. */
export type RefuseReason =
  | "wrong-network"
  | "not-entitled"
  | "held-by-another"
  | "no-such-lease"
  | "no-address-named"
  | "decommissioned";

/** Why a client hears nothing. Also the metric's label. */
export type SilentReason =
  | "ignored"
  | "decommissioned"
  | "unknown-host"
  | "no-pool-for-client"
  | "pool-exhausted"
  | "reserved-address-held"
  | "selected-another-server"
  | "unknown-lease"
  | "store-unavailable"
  | "hold-is-ending"
  | "firmware-must-not-be-refused"
  | "released"
  | "declined"
  | "too-many-declines"
  | "not-the-owner"
  | "malformed"
  | "unsupported-message";

/** "stored-only": no quorum takes writes, so that only what is stored already may be promised. */
export type StoreState = "writable" | "stored-only";

/** All that comes of a request. What it writes and what it changes of the offers is said here, and done by the shell. */
export type Decision = Outcome & {
  /** To be applied when the reply leaves, or the silence begins. */
  readonly offers: OfferChanges;
};

type Outcome =
  | {
      readonly kind: "grant";
      readonly reply: "OFFER" | "ACK";
      readonly address: Ipv4;
      readonly subnet: Subnet;
      readonly host: Host | undefined;
      /** Options and more, as the network document has them for this client at this address. */
      readonly settings: Settings;
      readonly seconds: number;
      /** Of the client's nonce: in an OFFER, that the ACK will have one; in an ACK, what becomes of it. Absent: it has none, from now on. */
      readonly nonce?: "to-come" | "new" | "kept" | undefined;
      /** Must be stored before the reply leaves; absent when the store already holds enough. */
      readonly append?: Append;
    }
  /** An ACK to INFORM: options only, no lease (RFC 2131 §4.3.5). */
  | {
      readonly kind: "inform";
      readonly subnet: Subnet;
      readonly host: Host | undefined;
      readonly settings: Settings;
    }
  /** An OFFER of no address: the client is told to do without IPv4 (RFC 8925 §3.3). Nothing is held or written for it. */
  | {
      readonly kind: "offer-no-address";
      readonly subnet: Subnet;
      /** Of which it would have had an address; undefined when there is none for it. */
      readonly pool: Pool | undefined;
      readonly host: Host | undefined;
      readonly settings: Settings;
    }
  | { readonly kind: "refuse"; readonly reason: RefuseReason; readonly address: Ipv4 }
  | {
      readonly kind: "silent";
      readonly reason: SilentReason;
      readonly append?: Append;
    };

export type Grant = Extract<Decision, { kind: "grant" }>;

/** What a decision changes of this node's offers to the client that asked. */
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

export function silent(reason: SilentReason, offers: OfferChanges = NO_CHANGES): Decision {
  return { kind: "silent", reason, offers };
}

export function exhausted(pools: readonly string[], now: Instant): OfferChanges {
  const until = (now + EXHAUSTED_FOR_MS) as Instant;
  return pools.map((pool) => ({ kind: "exhausted", pool, until }));
}
