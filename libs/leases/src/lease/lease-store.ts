// The port to where leases are kept: append by compare-and-swap on one address. Adapters: memory-store.ts, and libs/lease-store on JetStream.
import type { Ipv4 } from "@leasehold/protocol";
import type { Instant, Revision } from "./instant.ts";
import { type LeaseEvent, NoEvent, readLeaseEvent } from "./lease-event.ts";

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

/** A record of the bucket, under the key of an address; `data` is undefined when the key was removed. */
export interface LeaseRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  /** Of the stream, in ms. */
  readonly at: number;
}

/** What a record says; `address` is what its key says. */
export function storedEventOf(address: Ipv4, record: LeaseRecord): StoredEvent {
  const { data, key } = record;
  return storedAs(address, record, data === undefined ? undefined : readLeaseEvent(data, key));
}

/** The same where the value has been read. The event of an address is under the address's own key. */
export function storedAs(
  address: Ipv4,
  { key, revision, at }: Omit<LeaseRecord, "data">,
  read: LeaseEvent | NoEvent | undefined,
): StoredEvent {
  const stored = { address, revision: revision as Revision, at: at as Instant };
  if (read === undefined) return { ...stored, event: undefined };
  if (read instanceof NoEvent) return { ...stored, event: undefined, unreadable: read.reason };
  if (read.address === key) return { address, event: read, revision: stored.revision, at: stored.at };
  const unreadable = `address: found ${read.address}, expected ${key}, which is its key`;
  return { ...stored, event: undefined, unreadable };
}
