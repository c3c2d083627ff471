// The JetStream adapter of the lease store: group-commits.ts on the stream of a bucket (docs/adr/0002).
import {
  type BucketOfWrites,
  type Bus,
  batchForwarderOver,
  type ForwarderOverNatsOptions,
  type KeyWrite,
  LEASES,
  readRecord,
  subjectOf,
  Wrong,
} from "@leasehold/bus";
import {
  type Append,
  encodeLeaseEvent,
  LEASE_EVENT_TYPES,
  leaseKey,
  parseLeaseEvent,
  storedAs,
} from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import { type CasStream, type GroupCommitOptions, GroupCommits, type Timers } from "./group-commits.ts";

const TIMERS: Timers = {
  now: () => performance.now(),
  wall: () => performance.timeOrigin + performance.now(),
  after: (ms, run) => setTimeout(run, ms),
  soon: (run) => setImmediate(run),
  random: () => Math.random(),
};

export class JetStreamLeaseStore extends GroupCommits {
  constructor(bus: Bus, options: GroupCommitOptions = {}, forwarding?: ForwarderOverNatsOptions) {
    super(leaseStream(bus, forwarding), TIMERS, options);
  }
}

/** The stream of the bucket dhcp-leases, write by write. */
export function leaseStream(bus: Bus, forwarding: ForwarderOverNatsOptions = {}): CasStream {
  const batches = batchForwarderOver(bus, LEASE_WRITES, forwarding);
  return {
    publish: (appends, patienceMs) => batches.publish(appends.map(keyWrite), patienceMs),
    async read(address) {
      const key = leaseKey(address);
      const record = await readRecord(bus, LEASES, key);
      if (record === undefined) return undefined;
      const { value, revision, at } = record;
      return storedAs(
        address,
        { key, revision, at },
        value === undefined ? undefined : parseLeaseEvent(value),
      );
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
const HEADS = LEASE_EVENT_TYPES.map((type) => Buffer.from(`{"type":"${type}","v":1,"address":"`));
const [QUOTE, COMMA, BRACE] = [0x22, 0x2c, 0x7d];

/** By its head alone, which each node writes the same (lease-event.ts): under load one node hands on the events of all. */
function isEventOf(key: string, data: Uint8Array): boolean {
  if (data.length > EVENT_MAX || data[data.length - 1] !== BRACE) return false;
  const head = HEADS.find((each) => beginsWith(data, each));
  if (head === undefined) return false;
  for (let i = 0; i < key.length; i++) if (data[head.length + i] !== key.charCodeAt(i)) return false;
  const end = head.length + key.length;
  return data[end] === QUOTE && data[end + 1] === COMMA;
}

function beginsWith(data: Uint8Array, head: Uint8Array): boolean {
  for (let i = 0; i < head.length; i++) if (data[i] !== head[i]) return false;
  return true;
}

const brief = (data: Uint8Array) => Buffer.from(data.subarray(0, HEAD_MAX)).toString("latin1");

/** As the bucket takes it. */
export const keyWrite = ({ address, event, expected }: Append): KeyWrite => ({
  key: leaseKey(address),
  data: encodeLeaseEvent(event),
  expected,
});
