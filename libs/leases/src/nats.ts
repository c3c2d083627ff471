// The JetStream adapter of the lease store: group-commits.ts on the stream of a bucket (docs/adr/0002).
import {
  type BucketOfWrites,
  type Bus,
  type JointOverNatsOptions,
  jointBatchesOver,
  type KeyWrite,
  LEASES,
  readRecord,
  subjectOf,
  Wrong,
} from "@leasehold/bus";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { type CasStream, type GroupCommitOptions, GroupCommits, type Timers } from "./group-commits.ts";
import type { Instant, Revision } from "./instant.ts";
import {
  encodeLeaseEvent,
  LEASE_EVENT_TYPES,
  type LeaseEvent,
  leaseKey,
  NoEvent,
  parseLeaseEvent,
  readLeaseEvent,
} from "./lease-event.ts";
import type { Append, StoredEvent } from "./lease-store.ts";

const TIMERS: Timers = {
  now: () => performance.now(),
  wall: () => performance.timeOrigin + performance.now(),
  after: (ms, run) => setTimeout(run, ms),
  soon: (run) => setImmediate(run),
  random: () => Math.random(),
};

export class JetStreamLeaseStore extends GroupCommits {
  constructor(bus: Bus, options: GroupCommitOptions = {}, joint?: JointOverNatsOptions) {
    super(leaseStream(bus, joint), TIMERS, options);
  }
}

/** The stream of the bucket dhcp-leases, write by write. */
export function leaseStream(bus: Bus, joint: JointOverNatsOptions = {}): CasStream {
  const batches = jointBatchesOver(bus, LEASE_WRITES, joint);
  return {
    publish: (appends, patienceMs) => batches.publish(appends.map(keyWrite), patienceMs),
    async read(address) {
      const record = await readRecord(bus, LEASES, leaseKey(address));
      if (record === undefined) return undefined;
      const stored = storedEvent(address, record.revision, record.at);
      return record.value === undefined ? stored : readAs(stored, parseLeaseEvent(record.value));
    },
  };
}

/** What may be written to the bucket. */
export const LEASE_WRITES: BucketOfWrites = {
  subjectOf: (key) => (parseIpv4(key) === undefined ? undefined : subjectOf(LEASES, key)),
  faultOf: ({ key, data }) =>
    isEventOf(key, data) ? undefined : new Wrong(brief(data), `an event of ${key}`),
};

const HEAD_MAX = 80;
const EVENT_MAX = 300_000;

/** By its head alone, which each node writes the same (lease-event.ts): under load one node hands on the events of all. */
function isEventOf(key: string, data: Uint8Array): boolean {
  const head = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, HEAD_MAX)).toString("latin1");
  return (
    data.length <= EVENT_MAX &&
    data.at(-1) === 0x7d &&
    LEASE_EVENT_TYPES.some((type) => head.startsWith(`{"type":"${type}","v":1,"address":"${key}",`))
  );
}

const brief = (data: Uint8Array) => Buffer.from(data.subarray(0, HEAD_MAX)).toString("latin1");

/** As the bucket takes it. */
export const keyWrite = ({ address, event, expected }: Append): KeyWrite => ({
  key: leaseKey(address),
  data: encodeLeaseEvent(event),
  expected,
});

function storedEvent(address: Ipv4, sequence: number, at: number): StoredEvent {
  return { address, event: undefined, revision: sequence as Revision, at: at as Instant };
}

/** The event of an address is under the address's own key. */
function readAs(stored: StoredEvent, event: LeaseEvent | NoEvent): StoredEvent {
  if (event instanceof NoEvent) return { ...stored, unreadable: event.reason };
  const key = leaseKey(stored.address);
  if (event.address === key) return { ...stored, event };
  return { ...stored, unreadable: `address: found ${event.address}, expected ${key}, which is its key` };
}

/** A change of the bucket as an event; undefined when its key is no address. */
export function storedEventOf(change: {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}): StoredEvent | undefined {
  const address = parseIpv4(change.key);
  if (address === undefined) return undefined;
  const stored = storedEvent(address, change.revision, change.at);
  return change.data === undefined ? stored : readAs(stored, readLeaseEvent(change.data));
}
