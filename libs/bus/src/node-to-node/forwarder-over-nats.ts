// Forwarded batches over NATS: core requests between nodes, `dhcp.commit.<node>`, and one atomic batch to the stream.

import { publishCas } from "../bucket/batch.ts";
import { Wrong } from "../connection/bad-message.ts";
import type { Bus } from "../connection/connection.ts";
import {
  BatchForwarder,
  type BucketOfWrites,
  type ForwardedBatch,
  type ForwarderOptions,
  readForwarded,
} from "./batch-forwarder.ts";
import { handleMessage, listen, quoted, type Subject } from "./message.ts";
import type { KeyWrite } from "./write-lines.ts";

const PREFIX = "dhcp.commit";
const ANSWER = /^\d{1,15}$/;
const decoder = new TextDecoder();

export interface ForwarderOverNatsOptions extends ForwarderOptions {
  /** A time in ms that all nodes have, nearly; the machine's when not given. */
  readonly sharedMs?: () => number;
}

export function batchForwarderOver(
  bus: Bus,
  bucket: BucketOfWrites,
  options: ForwarderOverNatsOptions,
): BatchForwarder {
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
    ask: async (node: string, forwarded: Uint8Array, timeout: number) =>
      revisionIn(bus, node, await bus.nc.request(`${PREFIX}.${node}`, forwarded, { timeout })),
  };
  const batches = new BatchForwarder(ports, options);
  if (options.self !== undefined)
    listen(bus, forwardedSubject(options.self, bucket), (forwarded, message) =>
      batches.accept(forwarded, (revision) => message.respond(`${revision}`)),
    );
  return batches;
}

/** What is received on the subject. */
export function forwardedSubject(self: string, bucket: BucketOfWrites): Subject<ForwardedBatch> {
  return { kind: "forwarded-batch", prefix: PREFIX, node: self, read: (data) => readForwarded(data, bucket) };
}

/** The revision that another node answers; 0 for what is none, so that this one publishes itself. */
function revisionIn(bus: Bus, node: string, { data }: { readonly data: Uint8Array }): number {
  let revision = 0;
  const about = { kind: "forwarded-batch-answer", prefix: PREFIX, node, read: readRevision };
  const received = { subject: `${PREFIX}.${node}`, data };
  const take = (read: number) => {
    revision = read;
  };
  handleMessage(about, received, take, bus.onBadMessage);
  return revision;
}

function readRevision(data: Uint8Array): number | Wrong {
  const text = decoder.decode(data.subarray(0, 32));
  return ANSWER.test(text) ? Number(text) : new Wrong(quoted(data), "a revision");
}
