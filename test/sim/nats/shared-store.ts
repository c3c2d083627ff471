// A node's way into the simulated store, as libs/lease-store/src/jetstream-store.ts makes it: with the other nodes, telling what is stored.
// What is load for them is any traffic here.
import {
  BatchForwarder,
  type ForwarderOverNatsOptions,
  type ForwarderPorts,
  type KeyWrite,
} from "@leasehold/bus";
import { type CasStream, keyWrite } from "@leasehold/lease-store";
import { type Append, decodeLeaseEvent, type Revision } from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import type { Connection } from "./door.ts";

const BUSY_MS = 60_000;

export interface SharedStoreParts extends Pick<ForwarderPorts, "now" | "after" | "ask"> {
  readonly connection: Connection;
  readonly forwarding: ForwarderOverNatsOptions;
  /** In this run each publishes its own, and tells nobody. */
  readonly isAlone: boolean;
  readonly onForwarded: (what: string) => void;
  /** What only a planted bug looks at. */
  readonly onSent: (writes: readonly KeyWrite[]) => void;
}

export function sharedStore(parts: SharedStoreParts): { batches: BatchForwarder; stream: CasStream } {
  const { connection, now, after, ask, forwarding, isAlone, onForwarded, onSent } = parts;
  const { sharedMs = now, publisher, onForwarded: hand, onCommitted, ...options } = forwarding;
  const ports: ForwarderPorts = {
    ...{ now, sharedMs, after, ask },
    publish: (writes, timeout) => {
      if (!isAlone) onSent(writes);
      return connection.publish(writes.map(appendOf), timeout);
    },
  };
  const together = { ...(publisher && { publisher }), ...(onCommitted && { onCommitted }) };
  const batches = new BatchForwarder(ports, {
    ...{ ...options, ...(isAlone ? {} : together), busyMs: BUSY_MS },
    onForwarded: (what) => {
      hand?.(what);
      onForwarded(what);
    },
  });
  return {
    batches,
    stream: {
      publish: (appends, timeoutMs) => batches.publish(appends.map(keyWrite), timeoutMs),
      read: (address) => connection.read(address),
    },
  };
}

function appendOf({ key, data, expected }: KeyWrite): Append {
  return { address: parseIpv4(key)!, event: decodeLeaseEvent(data)!, expected: expected as Revision };
}
