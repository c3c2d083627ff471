// The stream dhcp-boot-log: what nodes and boot servers have seen of each machine's boots, newest last. It is bounded by age, by octets and
// for each machine; a process of one account also hears what others of that account see, at once.

import { reasonOf } from "@leasehold/document/operator-error";
import { JetStreamApiError, type MsgRequest } from "@nats-io/jetstream";
import { BOOT_LOG, BOOT_LOG_PREFIX } from "../bucket/objects.ts";
import { Wrong } from "../connection/bad-message.ts";
import { BusError } from "../connection/bus-error.ts";
import type { Bus } from "../connection/connection.ts";
import { listen, readJsonMessage } from "../node-to-node/message.ts";

const NO_MESSAGE = 10037;
const STREAM_NOT_FOUND = 10059;

/** A hardware address in hex, without separators. */
export const bootLogKey = (mac: string): string => mac.replaceAll(":", "");

/**
 * All that is kept of a machine, oldest first, as JSON says it; what is no JSON is left out.
 * @throws BusError when the stream is missing, or cannot be asked.
 */
export async function readBootLog(bus: Bus, mac: string): Promise<unknown[]> {
  const found: unknown[] = [];
  const subject = `${BOOT_LOG_PREFIX}.${bootLogKey(mac)}`;
  for (let seq = 1; ; ) {
    const message = await next(bus, { seq, next_by_subj: subject } as unknown as MsgRequest);
    if (message === undefined) return found;
    const read = readJsonMessage(message.data);
    if (!(read instanceof Wrong)) found.push(read.json);
    seq = message.seq + 1;
  }
}

async function next(bus: Bus, query: MsgRequest) {
  try {
    return (await bus.jsm.streams.getMessage(BOOT_LOG, query)) ?? undefined;
  } catch (cause) {
    if (cause instanceof JetStreamApiError && cause.code === NO_MESSAGE) return undefined;
    if (cause instanceof JetStreamApiError && cause.code === STREAM_NOT_FOUND) {
      throw new BusError(
        `JetStream stream ${BOOT_LOG} does not exist, so nothing is kept of boots.`,
        "Run `leasehold init` once, as a NATS user that may create streams; it leaves alone what is there.",
        { cause },
      );
    }
    throw new BusError(
      `Cannot read ${BOOT_LOG}: ${reasonOf(cause)}.`,
      "Check that a majority of the NATS servers is up, and this user's permissions (infra/nats).",
      { cause, isTransient: true },
    );
  }
}

/** Calls back for what other processes of this account, and this one, add from now on. */
export function onBootLog<Event>(
  bus: Bus,
  read: (key: string, value: unknown) => Event | Wrong,
  take: (event: Event) => void,
): void {
  listen(
    bus,
    {
      ...{ kind: "boot-event", prefix: BOOT_LOG_PREFIX, node: "*" },
      read: (data, key) => {
        const message = readJsonMessage(data);
        return message instanceof Wrong ? message : read(key, message.json);
      },
    },
    take,
  );
}
