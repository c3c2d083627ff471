// The JetStream objects (ARCHITECTURE.md): what they must look like, making them, and checking them at every start.

import { reasonOf } from "@leasehold/document/operator-error";
import type { StreamConfig, StreamInfo } from "@nats-io/jetstream";
import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { BusError } from "../connection/bus-error.ts";
import type { Bus } from "../connection/connection.ts";
import { within } from "../connection/retry.ts";

export const LEASES = "dhcp-leases";
export const INVENTORY = "dhcp-inventory";
export const NETWORK = "dhcp-network";
export const LEASE_LOG = "dhcp-lease-log";
/** What was seen of machines that boot: a subject a machine. */
export const BOOT_LOG = "dhcp-boot-log";
export const BOOT_LOG_PREFIX = "dhcp.booted";
export const BUCKETS = [LEASES, INVENTORY, NETWORK] as const;

export const streamOf = (bucket: string): string => `KV_${bucket}`;
export const subjectOf = (bucket: string, key: string): string => `$KV.${bucket}.${key}`;

const SECOND = 1_000_000_000;
const STREAM_NOT_FOUND = 10059;
/** For how long servers that do not answer are asked again to make or show something, in ms. */
export const STORE_TIMEOUT_MS = 20_000;

/**
 * What keeps a bucket from being emptied by one message or one mistake: a rollup (`Nats-Rollup: all`) by anybody who may write to
 * it, a purge, a deletion of single messages, age, a limit that lets go of the oldest. Servers let nobody take back the two `deny`.
 */
const PROTECTION = {
  allow_rollup_hdrs: false,
  deny_delete: true,
  deny_purge: true,
  discard: "new",
  max_age: 0,
  max_msgs: -1,
} as const;

function bucketConfig(bucket: string, history: number): Partial<StreamConfig> & { name: string } {
  return {
    name: streamOf(bucket),
    subjects: [`$KV.${bucket}.>`],
    storage: "file",
    retention: "limits",
    max_msgs_per_subject: history,
    max_msg_size: 1_000_000,
    allow_direct: true,
    ...PROTECTION,
    allow_atomic: true,
    allow_msg_ttl: true,
    duplicate_window: 10 * SECOND,
  } as Partial<StreamConfig> & { name: string };
}

// History above one lets the sourced log catch up without skipping a superseded event. The log itself is one copy that is not
// waited for (docs/adr/0013): synced ones would cost the servers as much again as the leases.
const OBJECTS: readonly (Partial<StreamConfig> & { name: string })[] = [
  bucketConfig(LEASES, 8),
  bucketConfig(INVENTORY, 8),
  bucketConfig(NETWORK, 64),
  {
    name: LEASE_LOG,
    storage: "file",
    retention: "limits",
    discard: "old",
    max_age: 90 * 86_400 * SECOND,
    sources: [{ name: streamOf(LEASES) }],
    allow_direct: true,
    num_replicas: 1,
    persist_mode: "async",
  } as Partial<StreamConfig> & { name: string },
];

// In memory, so that no lease waits for a disk that writes it; nodes do without it until `leasehold init` has made it.
const BOOT_LOG_OBJECT: Partial<StreamConfig> & { name: string } = {
  name: BOOT_LOG,
  subjects: [`${BOOT_LOG_PREFIX}.*`],
  storage: "memory",
  retention: "limits",
  discard: "old",
  max_msgs_per_subject: 100,
  max_age: 7 * 86_400 * SECOND,
  max_bytes: 32 * 1024 * 1024,
  max_msg_size: 8192,
  allow_rollup_hdrs: false,
} as Partial<StreamConfig> & { name: string };

/**
 * Creates what is missing; leaves alone what is there (`verifyObjects` judges it).
 * @throws BusError when the user may not create streams, or no majority of servers is up.
 */
export async function ensureObjects(bus: Bus, options: { replicas: number }): Promise<readonly string[]> {
  const created: string[] = [];
  for (const config of [...OBJECTS, BOOT_LOG_OBJECT]) {
    if (await within(STORE_TIMEOUT_MS, mayPass, () => streamInfo(bus, config.name))) continue;
    try {
      const wanted = { num_replicas: options.replicas, ...config };
      await within(STORE_TIMEOUT_MS, mayPass, () => bus.jsm.streams.add(wanted));
      created.push(config.name);
    } catch (cause) {
      throw new BusError(
        `Cannot create stream ${config.name} with ${options.replicas} replica(s): ${reasonOf(cause)}.`,
        "Run `leasehold init` as a NATS user that may create streams, with as many JetStream servers up as there are replicas.",
        { cause },
      );
    }
  }
  return created;
}

/** What servers say, or do not say, that have just come up or whose disk stands still: asked again, they give what they have made since. */
function mayPass(cause: unknown): boolean {
  if (cause instanceof BusError) return cause.isTransient;
  return (
    cause instanceof errors.TimeoutError ||
    /no suitable peers|peer offline|insufficient resources|temporarily unavailable/i.test(reasonOf(cause))
  );
}

/**
 * Checks that all objects are there and fit to hold leases. Servers that do not answer are asked again for `timeoutMs`.
 * @throws BusError naming the object, what was found and what was expected.
 */
export async function verifyObjects(bus: Bus, timeoutMs = 0): Promise<void> {
  for (const wanted of OBJECTS) {
    const info = await within(timeoutMs, mayPass, () => streamInfo(bus, wanted.name));
    if (!info) {
      throw new BusError(
        `JetStream stream ${wanted.name} does not exist.`,
        "Run `leasehold init` once, as a NATS user that may create streams.",
        { isTransient: true },
      );
    }
    for (const fault of faults(info.config, wanted)) {
      throw new BusError(
        `JetStream stream ${wanted.name} is not suitable for leases: ${fault}.`,
        `Correct it with \`nats stream edit ${wanted.name}\`, or back it up, remove it and run \`leasehold init\`.`,
      );
    }
  }
}

/**
 * For who reads or writes some buckets, and has no say in how they are made.
 * @throws BusError, a transient one, while one of them is not there.
 */
export async function requireBuckets(bus: Bus, buckets: readonly string[]): Promise<void> {
  for (const bucket of buckets) {
    if (await streamInfo(bus, streamOf(bucket))) continue;
    throw new BusError(
      `JetStream stream ${streamOf(bucket)} does not exist.`,
      "Run `leasehold init` once, as a NATS user that may create streams.",
      { isTransient: true },
    );
  }
}

/**
 * Brings buckets that are there already to what keeps them from being emptied, and leaves all else of them alone.
 * @returns the streams that were changed.
 * @throws BusError when the user may not, or the server does not take it.
 */
export async function protectObjects(bus: Bus): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const bucket of BUCKETS) {
    const stream = streamOf(bucket);
    const info = await within(STORE_TIMEOUT_MS, mayPass, () => streamInfo(bus, stream));
    if (info === undefined || weaknessesOf(info.config).length === 0) continue;
    try {
      // Before 2.11, servers know no markers; those that do make them by rollup.
      const markers =
        info.config.subject_delete_marker_ttl === undefined ? {} : { subject_delete_marker_ttl: 0 };
      const wanted = { ...info.config, ...PROTECTION, ...markers } as StreamConfig;
      await within(STORE_TIMEOUT_MS, mayPass, () => bus.jsm.streams.update(stream, wanted));
      changed.push(stream);
    } catch (cause) {
      throw new BusError(
        `Cannot protect stream ${stream} against purges and rollups: ${reasonOf(cause)}.`,
        "Run `leasehold init` as a NATS user that may change streams ($JS.API.STREAM.UPDATE.>).",
        { cause },
      );
    }
  }
  return changed;
}

/** How a bucket could be emptied, in words; none of them is what `leasehold init` leaves behind. */
export function weaknessesOf(config: Partial<StreamConfig>): string[] {
  return Object.entries(PROTECTION)
    .filter(([key, wanted]) => !isAsWanted(config[key as keyof typeof PROTECTION], wanted))
    .map(
      ([key, wanted]) =>
        `${key} is ${String(config[key as keyof typeof PROTECTION] ?? false)}, not ${wanted}`,
    );
}

/** What a server does not mention is off, or unlimited. */
function isAsWanted(found: unknown, wanted: unknown): boolean {
  return found === wanted || (found === undefined && (wanted === false || typeof wanted === "number"));
}

function faults(found: StreamConfig, wanted: Partial<StreamConfig>): string[] {
  const keys = ["storage", "retention", "discard", "allow_atomic"] as const;
  const list = keys
    .filter((key) => wanted[key] !== undefined && found[key] !== wanted[key])
    .map((key) => `${key} is ${String(found[key])}, expected ${String(wanted[key])}`);
  if (wanted.subjects && found.subjects?.join() !== wanted.subjects.join()) {
    list.push(`subjects are ${found.subjects?.join() || "none"}, expected ${wanted.subjects.join()}`);
  }
  return list;
}

/** The stream's info from its leader, or undefined when there is no such stream. */
export async function streamInfo(bus: Bus, stream: string): Promise<StreamInfo | undefined> {
  try {
    return await bus.jsm.streams.info(stream);
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === STREAM_NOT_FOUND) return undefined;
    throw new BusError(
      `Cannot read the state of stream ${stream}: ${reasonOf(cause)}.`,
      "Check that a majority of the NATS servers is up, and that this user may publish to $JS.API.STREAM.INFO.> (infra/nats).",
      { cause, isTransient: true },
    );
  }
}

/** What a stream is at the moment, for who depends on it. */
export interface StreamLook {
  readonly hasLeader: boolean;
  /** How many there should be, and how many of them are up to date. */
  readonly copies: number;
  readonly current: number;
  /** When it was made: another time, another stream. */
  readonly created: string;
  readonly lastSequence: number;
  /** Stream time of the answer, in ms since the epoch: that of the leader's clock; undefined when none answered. */
  readonly at: number | undefined;
}

/**
 * Asks for a stream's state; undefined when there is no such stream.
 * @throws BusError when nobody can say.
 */
export async function lookAtStream(bus: Bus, stream: string): Promise<StreamLook | undefined> {
  const info = await streamInfo(bus, stream);
  if (info === undefined) return undefined;
  const { cluster, config, created, state } = info;
  const hasLeader = cluster === undefined || Boolean(cluster.leader);
  const followers = cluster?.replicas?.filter(({ current, offline }) => current && !offline) ?? [];
  // The client's type leaves out when the answer was made.
  const at = Date.parse((info as { ts?: string }).ts ?? "");
  return {
    hasLeader,
    copies: config.num_replicas,
    current: (hasLeader ? 1 : 0) + followers.length,
    created,
    lastSequence: state.last_seq,
    at: hasLeader && Number.isFinite(at) ? at : undefined,
  };
}
