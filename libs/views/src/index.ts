// What the buckets hold, followed live into what a process knows: the network document in force, hosts, and leases. Knows no
// socket: how a bucket is followed is a port.
export {
  type Answer,
  CatchUp,
  type CatchUpParts,
  type Question,
  readAnswer,
  readQuestion,
} from "./catch-up.ts";
export { commitNoticeOf, faultOfNotice, NOTICE_MAX_MS, publisherOf } from "./commit-notices.ts";
export { DOCUMENT_KEY, type DocumentStore } from "./document-record.ts";
export { followInventory } from "./inventory-feed.ts";
export { followLeases, takeIn } from "./lease-feed.ts";
export type { InTurns } from "./long-documents.ts";
export { brokenInSteps } from "./network-feed.ts";
export { NetworkView, type NetworkViewParts, TEND_EVERY_MS } from "./network-view.ts";
export type { Follow, ViewPorts } from "./ports.ts";
