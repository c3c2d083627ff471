// The data that a run is made of: its setting, its faults, and how far clocks may be wrong in it.
import type { ClientKind } from "./clients/client.ts";

export interface Setting {
  readonly nodes: number;
  readonly clients: readonly ClientKind[];
  /** Clients with an address in the inventory, from the first one on. */
  readonly reserved: number;
  /** Addresses in the pool: fewer than clients, about as many, or so many that there is headroom. */
  readonly pool: number;
  readonly heldFactor: number;
  readonly leaseSeconds: number;
  /** By how much each node's clock differs, ms. */
  readonly skews: readonly number[];
  /** All nodes answer with one server identifier, and a renewal reaches any of them. */
  readonly isOneServer: boolean;
  /** That one is an address of the cluster's, which one of the nodes carries. */
  readonly isFloating: boolean;
  readonly isAuthoritative: boolean;
  readonly loss: number;
  /** Nodes publish their batches together, and tell each other what is stored, as they do under load (docs/adr/0017). */
  readonly isShared: boolean;
  /** Nodes ask who uses an address before they offer it (RFC 2131 §3.1 item 2). */
  readonly isProbed: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly setting: Setting;
  readonly faults: readonly Fault[];
}

/** By how much a clock of a node may be wrong, ms. */
export const SKEW_MAX_MS = 3000;
/** Faults are over by then, ms from the start. */
export const FAULTS_END_MS = 240_000;
export interface Fault {
  readonly kind: string;
  /** ms from the start. */
  readonly at: number;
  readonly forMs: number;
  readonly node: number;
  readonly client: number;
  /** What the kind makes of it. */
  readonly number: number;
}

/** Not by chance: a plan has it where nothing else is broken. */
export const RESERVED_IN_OUTAGE = "reserved host starts without a majority";

/** Nor this, where nodes probe. */
export const STRANGERS_COME = "strangers come, and then other clients";

/** Not by chance either: those that know what was lost must be there to write it back. */
export const STORE_LOSSES = ["store purged", "store rolled up", "store restored from a backup"] as const;

/** What the store loses besides leases, where those who know it are there to write it back. */
export const BUCKET_LOSSES = ["document and members lost", "hosts lost"] as const;

/** By how much the clock of a leader may be wrong, ms. */
export const LEADER_SKEW_MAX_MS = 1000;
