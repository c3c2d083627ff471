// The port to where leases are kept: append by compare-and-swap on one address. Adapters: memory-store.ts, and libs/lease-store on JetStream.
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant, Revision } from "./instant.ts";
import type { LeaseEvent } from "./lease-event.ts";

/** One event to store, if the address's newest revision is still `expected`. */
export interface Append {
  readonly address: Ipv4;
  readonly expected: Revision;
  readonly event: LeaseEvent;
}

/** An event as the store has it. `event` is undefined when the key was purged, and when what is there cannot be read. */
export interface StoredEvent {
  readonly address: Ipv4;
  readonly event: LeaseEvent | undefined;
  readonly revision: Revision;
  readonly at: Instant;
  /** Why it cannot be read. */
  readonly unreadable?: string | undefined;
}

export type AppendResult =
  /** On a quorum, durable: a reply may leave. */
  | { readonly kind: "stored"; readonly revision: Revision }
  /** Somebody else wrote first; `current` is what stands there now. */
  | { readonly kind: "conflict"; readonly current: StoredEvent | undefined }
  /** Nobody can say yet whether it was stored; the live view will. No reply may leave. */
  | { readonly kind: "unknown"; readonly reason: string };

export interface LeaseStore {
  /** Calls `settle` once, later or at once, never throws. Appends to different addresses may be stored in any order. */
  append(append: Append, settle: (result: AppendResult) => void): void;
  /** Appends that are not settled yet. */
  readonly pending: number;
}

/** Whether the store's records of an address tell of our own earlier attempt: same intent, so same content. */
export function isOwn(append: Append, found: StoredEvent | undefined): found is StoredEvent {
  return found?.event?.intent === append.event.intent;
}
