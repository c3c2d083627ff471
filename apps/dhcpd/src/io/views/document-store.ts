// The network document in its bucket: the one place that knows how it lies there. What is read here is what the stream's leader
// has, which may be no document at all; network-feed.ts judges that.
import {
  type Bus,
  type Change,
  NETWORK,
  type PutResult,
  putRecord,
  readHistory,
  readRecord,
  type StoredRecord,
} from "@leasehold/bus";
import type { NetworkDocument } from "@leasehold/network";

const DOCUMENT = "document";

/** Each asks the store, and throws BusError when it cannot be reached. */
export interface DocumentStore {
  /** The newest record; undefined when there is none. */
  newest(): Promise<StoredRecord | undefined>;
  /** All that are kept, oldest first. */
  kept(): Promise<readonly StoredRecord[]>;
  /** Compare-and-swap; 0 for a key that the bucket does not have. */
  put(document: NetworkDocument, expectedRevision: number): Promise<PutResult>;
}

export function documentStore(bus: () => Bus): DocumentStore {
  return {
    newest: async () => readRecord(bus(), NETWORK, DOCUMENT),
    kept: async () => readHistory(bus(), NETWORK, DOCUMENT),
    put: async (document, expected) => putRecord(bus(), NETWORK, DOCUMENT, document, expected),
  };
}

/** Whether a record of the bucket dhcp-network is one of the document. */
export const isDocument = ({ key }: Pick<Change, "key">): boolean => key === DOCUMENT;
