// NATS for Leasehold: connect, make and check the JetStream objects, follow a bucket, compare-and-swap, heartbeats.
export { headers } from "@nats-io/transport-node";
export { onBootLog, readBootLog } from "./boot-log/boot-log.ts";
export { type BootLogOutcome, BootLogWriter } from "./boot-log/boot-log-writer.ts";
export { type CasOutcome, publishCas, type StoreFault } from "./bucket/batch.ts";
export { type Change, type Follower, type FollowOptions, followBucket } from "./bucket/follow.ts";
export {
  ensureObjects,
  INVENTORY,
  LEASE_LOG,
  LEASES,
  lookAtStream,
  NETWORK,
  protectObjects,
  requireBuckets,
  STORE_TIMEOUT_MS,
  type StreamLook,
  streamInfo,
  streamOf,
  subjectOf,
  verifyObjects,
  weaknessesOf,
} from "./bucket/objects.ts";
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
} from "./bucket/records.ts";
export { type PauseLimits, SequenceRanges } from "./bucket/sequence-ranges.ts";
export { type Room, roomFor } from "./bucket/value-octets.ts";
export { type BadMessage, Wrong } from "./connection/bad-message.ts";
export { BusError } from "./connection/bus-error.ts";
export {
  type Bus,
  type BusOptions,
  type BusState,
  connectBus,
} from "./connection/connection.ts";
export { retryUntilUp } from "./connection/retry.ts";
export {
  BatchForwarder,
  type BucketOfWrites,
  type ForwarderOptions,
  type ForwarderPorts,
  readForwarded,
} from "./node-to-node/batch-forwarder.ts";
export {
  type CommitNotice,
  commitNoticeSubject,
  onCommitNotice,
  publishCommitNotice,
} from "./node-to-node/commit-notice.ts";
export {
  batchForwarderOver,
  type ForwarderOverNatsOptions,
  forwardedSubject,
} from "./node-to-node/forwarder-over-nats.ts";
export { beat, beatSubject, onBeat } from "./node-to-node/heartbeat.ts";
export { handleMessage, type Subject } from "./node-to-node/message.ts";
export { askNode, onQuestion, questionSubject } from "./node-to-node/question.ts";
export type { KeyWrite } from "./node-to-node/write-lines.ts";
