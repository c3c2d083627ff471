// The stream dhcp-lease-log, as far as somebody has to know what the bucket of leases had once: which keys, and the last word of each.
import { BusError, reasonOf } from "./bus-error.ts";
import type { Bus } from "./connection.ts";
import { LEASE_LOG, LEASES, subjectOf } from "./objects.ts";

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
