// The lease store on JetStream: appends that leave together, by compare-and-swap (docs/adr/0002, 0017).
export {
  type CasStream,
  type GroupCommitOptions,
  GroupCommits,
  type Timers,
} from "./group-commits.ts";
export {
  JetStreamLeaseStore,
  keyWrite,
  LEASE_WRITES,
  leaseStream,
} from "./jetstream-store.ts";
