// The JetStream adapter of the lease store: group-commits.ts on the stream of a bucket (docs/adr/0002).
import {
  type Bus,
  type JointOverNatsOptions,
  jointBatchesOver,
  type KeyWrite,
  LEASES,
  readRecord,
  subjectOf,
} from "@leasehold/bus";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { type CasStream, type GroupCommitOptions, GroupCommits, type Timers } from "./group-commits.ts";
import type { Instant, Revision } from "./instant.ts";
import { decodeLeaseEvent, encodeLeaseEvent, leaseKey, parseLeaseEvent } from "./lease-event.ts";
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
  const batches = jointBatchesOver(bus, leaseSubject, joint);
  return {
    publish: (appends, patienceMs) => batches.publish(appends.map(keyWrite), patienceMs),
    async read(address) {
      const record = await readRecord(bus, LEASES, leaseKey(address));
      return (
        record && {
          ...storedEvent(address, record.revision, record.at),
          event: parseLeaseEvent(record.value),
        }
      );
    },
  };
}

const leaseSubject = (key: string) => (parseIpv4(key) === undefined ? undefined : subjectOf(LEASES, key));

/** As the bucket takes it. */
export const keyWrite = ({ address, event, expected }: Append): KeyWrite => ({
  key: leaseKey(address),
  data: encodeLeaseEvent(event),
  expected,
});

function storedEvent(address: Ipv4, sequence: number, at: number): StoredEvent {
  return { address, event: undefined, revision: sequence as Revision, at: at as Instant };
}

/** A change of the bucket as an event; undefined when its key is no address or its value no event. */
export function storedEventOf(change: {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}): StoredEvent | undefined {
  const address = parseIpv4(change.key);
  if (address === undefined) return undefined;
  const stored = storedEvent(address, change.revision, change.at);
  if (change.data === undefined) return stored;
  const event = decodeLeaseEvent(change.data);
  return event && { ...stored, event };
}
