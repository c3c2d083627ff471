// The network document as a record of its bucket.
import type { Change, PutResult, StoredRecord } from "@leasehold/bus";
import type { NetworkDocument } from "@leasehold/network";

export const DOCUMENT_KEY = "document";

/** Each asks the store, and throws BusError when it cannot be reached. */
export interface DocumentStore {
  /** The newest record; undefined when there is none. */
  newest(): Promise<StoredRecord | undefined>;
  /** All that are kept, oldest first. */
  kept(): Promise<readonly StoredRecord[]>;
  /** Compare-and-swap; 0 for a key that the bucket does not have. */
  put(document: NetworkDocument, expectedRevision: number): Promise<PutResult>;
}

/** Whether a record of the bucket dhcp-network is one of the document. */
export const isDocument = ({ key }: Pick<Change, "key">): boolean => key === DOCUMENT_KEY;
