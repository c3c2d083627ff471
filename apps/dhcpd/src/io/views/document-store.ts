// The network document in its bucket. What is read here is what the stream's leader has, which may be no document at all;
// network-feed.ts judges that.
import { type Bus, NETWORK, putRecord, readHistory, readRecord } from "@leasehold/bus";
import { DOCUMENT_KEY, type DocumentStore } from "@leasehold/views";

export function documentStore(bus: () => Bus): DocumentStore {
  return {
    newest: async () => readRecord(bus(), NETWORK, DOCUMENT_KEY),
    kept: async () => readHistory(bus(), NETWORK, DOCUMENT_KEY),
    put: async (document, expected) => putRecord(bus(), NETWORK, DOCUMENT_KEY, document, expected),
  };
}
