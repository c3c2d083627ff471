// Reading and writing single keys of a bucket as JSON. For the packet path see batch.ts; for a live view see follow.ts.

import { reasonOf } from "@leasehold/document/operator-error";
import { JetStreamApiError, type MsgRequest, type NextMsgRequest } from "@nats-io/jetstream";
import { BusError } from "../connection/bus-error.ts";
import type { Bus } from "../connection/connection.ts";
import { BATCH_MAX, type CasOutcome, type CasWrite, publishCas } from "./batch.ts";
import { LEASE_LOG, LEASES, streamOf, subjectOf } from "./objects.ts";
import { octetsThatFit, readValue } from "./value-octets.ts";

export { readJson } from "./value-octets.ts";

const NO_MESSAGE = 10037;

/** What a bucket holds under a key, or held. */
export interface StoredRecord {
  readonly key: string;
  /** Undefined when the key was removed. */
  readonly data: Uint8Array | undefined;
  /** `data` as JSON, read whenever it is asked for; the text where it is none; undefined when the key was removed. */
  readonly value: unknown;
  readonly revision: number;
  /** The stream's own time of the write, in ms since the epoch. */
  readonly at: number;
}

export class Delivery implements StoredRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;

  constructor(key: string, data: Uint8Array | undefined, revision: number, at: number) {
    this.key = key;
    this.data = data;
    this.revision = revision;
    this.at = at;
  }

  get value(): unknown {
    return this.data && readValue(this.data);
  }
}

export type PutResult = { readonly ok: true; readonly revision: number } | { readonly ok: false };

/** True for the tombstones of a KV bucket: deleted, purged, or aged out. */
export function isTombstone(get: (header: string) => string): boolean {
  return get("KV-Operation") !== "" || get("Nats-Marker-Reason") !== "";
}

/** Writes one key if its revision is still the expected one (0: the key is new). */
export function putRecord(bus: Bus, bucket: string, key: string, value: unknown, expectedRevision: number) {
  return putRecords(bus, bucket, [{ key, value, expectedRevision }]);
}

/**
 * Writes several keys all or nothing, if each still has its expected revision. `revision` is that of the last one.
 * @throws BusError when no quorum took or refused it within some seconds.
 */
export async function putRecords(
  bus: Bus,
  bucket: string,
  puts: readonly { key: string; value: unknown; expectedRevision: number }[],
): Promise<PutResult> {
  if (puts.length === 0 || puts.length > BATCH_MAX) {
    throw new RangeError(`A batch has 1 to ${BATCH_MAX} writes, not ${puts.length}.`);
  }
  const writes = puts.map((put) => ({
    subject: subjectOf(bucket, put.key),
    data: octetsThatFit(bus, bucket, put.value),
    expected: put.expectedRevision,
  }));
  return settle(bus, bucket, writes);
}

async function settle(bus: Bus, bucket: string, writes: readonly CasWrite[]): Promise<PutResult> {
  const until = Date.now() + 10_000;
  for (let ambiguous = false; ; ) {
    const outcome = await publishCas(bus, writes, 3000);
    if (outcome.kind === "stored") return { ok: true, revision: outcome.revision };
    if (outcome.kind === "conflict") return ambiguous ? wasStored(bus, bucket, writes) : { ok: false };
    const isFull = outcome.kind === "unknown" && outcome.cause === "full";
    if (outcome.kind === "rejected" || isFull || Date.now() > until) throw refused(bucket, outcome);
    ambiguous ||= outcome.kind === "unknown";
    await new Promise((resolve) => setTimeout(resolve, outcome.kind === "busy" ? 10 : 200));
  }
}

// After an attempt whose fate is unknown, a conflict may be with ourselves: then the key holds the very bytes we sent.
async function wasStored(bus: Bus, bucket: string, writes: readonly CasWrite[]): Promise<PutResult> {
  let revision = 0;
  for (const write of writes) {
    const key = write.subject.slice(subjectOf(bucket, "").length);
    const record = await readRecord(bus, bucket, key);
    if (JSON.stringify(record?.value) !== JSON.stringify(readValue(write.data))) return { ok: false };
    revision = record!.revision;
  }
  return { ok: true, revision };
}

function refused(bucket: string, outcome: Exclude<CasOutcome, { kind: "stored" }>): BusError {
  const reason = "reason" in outcome ? outcome.reason : outcome.kind;
  return new BusError(
    `JetStream did not store the write to ${bucket}: ${reason}.`,
    "See `leasehold status` for the state of the store: a majority of NATS servers must be up, with free disk space.",
  );
}

/** The newest value of a key as the stream's leader has it; undefined when the key was never written. */
export function readRecord(bus: Bus, bucket: string, key: string): Promise<StoredRecord | undefined> {
  return readMessage(bus, bucket, key, { last_by_subj: subjectOf(bucket, key) });
}

/**
 * All kept versions of a key, oldest first, as the stream's leader has them. Asked for one by one: a bucket keeps 64 at
 * most, and a consumer that was just made may not be known on every server yet.
 */
export async function readHistory(bus: Bus, bucket: string, key: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let seq = 1; ; ) {
    const record = await readMessage(bus, bucket, key, { seq, next_by_subj: subjectOf(bucket, key) });
    if (record === undefined) return records;
    records.push(record);
    seq = record.revision + 1;
  }
}

async function readMessage(
  bus: Bus,
  bucket: string,
  key: string,
  query: MsgRequest | NextMsgRequest,
): Promise<StoredRecord | undefined> {
  try {
    // The server takes `next_by_subj` here, too (its JSApiMsgGetRequest); the client's type leaves it out.
    const message = await bus.jsm.streams.getMessage(streamOf(bucket), query as MsgRequest);
    if (!message) return undefined;
    const tombstone = isTombstone((name) => message.header?.get(name) ?? "");
    return new Delivery(key, tombstone ? undefined : message.data, message.seq, message.time.getTime());
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === NO_MESSAGE) return undefined;
    throw new BusError(
      `Cannot read ${key} of ${bucket}: ${reasonOf(cause)}.`,
      "Check that a majority of the NATS servers is up, and this user's permissions (infra/nats).",
      { cause },
    );
  }
}

// Of the stream dhcp-lease-log, to find out what the bucket of leases had once.

/** The last that was written to a key; `data` is undefined when the log has it no more. */
export interface LoggedRecord {
  readonly key: string;
  readonly data: Uint8Array | undefined;
  readonly revision: number;
  readonly at: number;
}

/** All keys that it has events of. @throws BusError when it cannot be asked. */
export async function loggedKeys(bus: Bus): Promise<string[]> {
  const prefix = subjectOf(LEASES, "").length;
  const info = await asked(() =>
    bus.jsm.streams.info(LEASE_LOG, { subjects_filter: subjectOf(LEASES, ">") }),
  );
  return Object.keys(info.state.subjects ?? {}).map((subject) => subject.slice(prefix));
}

/** @throws BusError when it cannot be asked. */
export async function lastLogged(bus: Bus, key: string): Promise<LoggedRecord | undefined> {
  const message = await asked(() =>
    bus.jsm.streams.getMessage(LEASE_LOG, { last_by_subj: subjectOf(LEASES, key) }),
  );
  if (message === null || message === undefined) return undefined;
  const { data, seq, time } = message;
  return { key, data: data.length === 0 ? undefined : data, revision: seq, at: time.getTime() };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new BusError(
      `Cannot read ${LEASE_LOG}: ${reasonOf(cause)}.`,
      "Check that a majority of the NATS servers is up, and this user's permissions (infra/nats).",
      { cause, isTransient: true },
    );
  }
}
