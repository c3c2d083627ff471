// A node's way into the simulated store, as apps/dhcpd/src/io/store/lease-store.ts and libs/lease-store/src/jetstream-store.ts make it: with the other
// nodes, telling what is stored. What is load for them is any traffic here.
import { type CasOutcome, JointBatches, type JointPorts, type KeyWrite } from "@leasehold/bus";
import { type CasStream, keyWrite } from "@leasehold/lease-store";
import { type Append, decodeLeaseEvent, type Revision } from "@leasehold/leases";
import { parseIpv4 } from "@leasehold/protocol";
import type { Connection } from "./door.ts";

const BUSY_MS = 60_000;

export interface SharedStoreParts extends Pick<JointPorts, "now" | "sharedMs" | "after" | "ask"> {
  readonly self: string;
  readonly connection: Connection;
  readonly publisher: () => string | undefined;
  readonly onHanded: (what: string) => void;
  readonly onStored: (first: number, writes: readonly KeyWrite[], sentAt: number) => void;
  /** What only a planted bug looks at. */
  readonly onSent: (writes: readonly KeyWrite[]) => void;
}

export function sharedStore(parts: SharedStoreParts): { batches: JointBatches; stream: CasStream } {
  const { connection, now, sharedMs, after, ask, self, publisher, onHanded, onStored, onSent } = parts;
  const ports: JointPorts = {
    ...{ now, sharedMs, after, ask },
    publish: (writes, timeout) => {
      onSent(writes);
      // The simulated stream rejects nothing, which is the one outcome that the two types have otherwise.
      return connection.publish(writes.map(appendOf), timeout) as Promise<CasOutcome>;
    },
  };
  const batches = new JointBatches(ports, { self, publisher, onHanded, onStored, busyMs: BUSY_MS });
  return {
    batches,
    stream: {
      publish: (appends, patienceMs) => batches.publish(appends.map(keyWrite), patienceMs),
      read: (address) => connection.read(address),
    },
  };
}

function appendOf({ key, data, expected }: KeyWrite): Append {
  return { address: parseIpv4(key)!, event: decodeLeaseEvent(data)!, expected: expected as Revision };
}
