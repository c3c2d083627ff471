// A node's way into the simulated store, as libs/lease-store/src/jetstream-store.ts makes it: with the other nodes, telling what is stored.
// What is load for them is any traffic here.
import { JointBatches, type JointOverNatsOptions, type JointPorts, type KeyWrite } from "@leasehold/bus";
import { type CasStream, keyWrite } from "@leasehold/lease-store";
import { type Append, decodeLeaseEvent, type Revision } from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import type { Connection } from "./door.ts";

const BUSY_MS = 60_000;

export interface SharedStoreParts extends Pick<JointPorts, "now" | "after" | "ask"> {
  readonly connection: Connection;
  readonly joint: JointOverNatsOptions;
  /** In this run each publishes its own, and tells nobody. */
  readonly isAlone: boolean;
  readonly onHanded: (what: string) => void;
  /** What only a planted bug looks at. */
  readonly onSent: (writes: readonly KeyWrite[]) => void;
}

export function sharedStore(parts: SharedStoreParts): { batches: JointBatches; stream: CasStream } {
  const { connection, now, after, ask, joint, isAlone, onHanded, onSent } = parts;
  const { sharedMs = now, publisher, onHanded: hand, onStored, ...options } = joint;
  const ports: JointPorts = {
    ...{ now, sharedMs, after, ask },
    publish: (writes, timeout) => {
      if (!isAlone) onSent(writes);
      return connection.publish(writes.map(appendOf), timeout);
    },
  };
  const together = { ...(publisher && { publisher }), ...(onStored && { onStored }) };
  const batches = new JointBatches(ports, {
    ...{ ...options, ...(isAlone ? {} : together), busyMs: BUSY_MS },
    onHanded: (what) => {
      hand?.(what);
      onHanded(what);
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
