// NATS for Leasehold: connect, make and check the JetStream objects, follow a bucket, compare-and-swap, heartbeats.
export { headers } from "@nats-io/transport-node";
export { type BadMessage, Wrong } from "./bad-message.ts";
export { type CasOutcome, publishCas, type StoreFault } from "./batch.ts";
export { BusError } from "./bus-error.ts";
export {
  type Bus,
  type BusOptions,
  type BusState,
  connectBus,
} from "./connection.ts";
export { type Change, type Follower, type FollowOptions, followBucket } from "./follow.ts";
export { hear, type Subject } from "./heard.ts";
export { beat, beatSubject, onBeat } from "./heartbeat.ts";
export {
  type BucketOfWrites,
  JointBatches,
  type JointBatchesOptions,
  type JointPorts,
  readHanded,
} from "./joint-batches.ts";
export { handedSubject, type JointOverNatsOptions, jointBatchesOver } from "./joint-over-nats.ts";
export {
  ensureObjects,
  INVENTORY,
  LEASE_LOG,
  LEASES,
  lookAtStream,
  NETWORK,
  protectObjects,
  requireBuckets,
  STORE_PATIENCE_MS,
  type StreamLook,
  streamInfo,
  streamOf,
  subjectOf,
  verifyObjects,
  weaknessesOf,
} from "./objects.ts";
export { askNode, onQuestion, questionSubject } from "./peers.ts";
export {
  type LoggedRecord,
  lastLogged,
  loggedKeys,
  type PutResult,
  putRecord,
  putRecords,
  readHistory,
  readRecord,
  type StoredRecord,
} from "./records.ts";
export { patiently } from "./retry.ts";
export { onStored, storedSubject, type Told, tellStored } from "./told.ts";
export { type RestLimits, ToldRanges } from "./told-ranges.ts";
export { type Room, roomFor } from "./value-octets.ts";
export type { KeyWrite } from "./write-lines.ts";
