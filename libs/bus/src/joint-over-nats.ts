// Joint batches over NATS: core requests between nodes, `dhcp.commit.<node>`, and one atomic batch to the stream.

import { Wrong } from "./bad-message.ts";
import { publishCas } from "./batch.ts";
import type { Bus } from "./connection.ts";
import { hear, listen, quoted, type Subject } from "./heard.ts";
import {
  type BucketOfWrites,
  type Handed,
  JointBatches,
  type JointBatchesOptions,
  readHanded,
} from "./joint-batches.ts";
import type { KeyWrite } from "./write-lines.ts";

const PREFIX = "dhcp.commit";
const ANSWER = /^\d{1,15}$/;
const decoder = new TextDecoder();

export interface JointOverNatsOptions extends JointBatchesOptions {
  /** A time in ms that all nodes have, nearly; the machine's when not given. */
  readonly sharedMs?: () => number;
}

export function jointBatchesOver(
  bus: Bus,
  bucket: BucketOfWrites,
  options: JointOverNatsOptions,
): JointBatches {
  const ports = {
    now: () => performance.now(),
    sharedMs: options.sharedMs ?? Date.now,
    after: (ms: number, run: () => void) => setTimeout(run, ms),
    publish: (writes: readonly KeyWrite[], timeout: number) =>
      publishCas(
        bus,
        writes.map(({ key, data, expected }) => ({ subject: bucket.subjectOf(key)!, data, expected })),
        timeout,
      ),
    ask: async (node: string, handed: Uint8Array, timeout: number) =>
      revisionIn(bus, node, await bus.nc.request(`${PREFIX}.${node}`, handed, { timeout })),
  };
  const batches = new JointBatches(ports, options);
  if (options.self !== undefined)
    listen(bus, handedSubject(options.self, bucket), (handed, message) =>
      batches.take(handed, (revision) => message.respond(`${revision}`)),
    );
  return batches;
}

/** What is heard on the subject. */
export function handedSubject(self: string, bucket: BucketOfWrites): Subject<Handed> {
  return { kind: "forwarded-batch", prefix: PREFIX, node: self, read: (data) => readHanded(data, bucket) };
}

/** The revision that another node answers; 0 for what is none, so that this one publishes itself. */
function revisionIn(bus: Bus, node: string, { data }: { readonly data: Uint8Array }): number {
  let revision = 0;
  const about = { kind: "forwarded-batch-answer", prefix: PREFIX, node, read: readRevision };
  const heard = { subject: `${PREFIX}.${node}`, data };
  const take = (read: number) => {
    revision = read;
  };
  hear(about, heard, take, bus.onBadMessage);
  return revision;
}

function readRevision(data: Uint8Array): number | Wrong {
  const text = decoder.decode(data.subarray(0, 32));
  return ANSWER.test(text) ? Number(text) : new Wrong(quoted(data), "a revision");
}
