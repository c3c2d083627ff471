// Joint batches over NATS: core requests between nodes, `dhcp.commit.<node>`, and one atomic batch to the stream.
import { publishCas } from "./batch.ts";
import type { Bus } from "./connection.ts";
import { JointBatches, type JointBatchesOptions } from "./joint-batches.ts";
import type { KeyWrite } from "./write-lines.ts";

const SUBJECT = "dhcp.commit";

export interface JointOverNatsOptions extends JointBatchesOptions {
  /** A time in ms that all nodes have, nearly; the machine's when not given. */
  readonly sharedMs?: () => number;
}

/** `subjectOf` is the subject of a key in the bucket; undefined for what is no key. */
export function jointBatchesOver(
  bus: Bus,
  subjectOf: (key: string) => string | undefined,
  options: JointOverNatsOptions,
): JointBatches {
  const ports = {
    now: () => performance.now(),
    sharedMs: options.sharedMs ?? Date.now,
    after: (ms: number, run: () => void) => setTimeout(run, ms),
    publish: (writes: readonly KeyWrite[], timeout: number) =>
      publishCas(
        bus,
        writes.map(({ key, data, expected }) => ({ subject: subjectOf(key)!, data, expected })),
        timeout,
      ),
    ask: async (node: string, handed: Uint8Array, timeout: number) =>
      Number((await bus.nc.request(`${SUBJECT}.${node}`, handed, { timeout })).string()),
    isKey: (key: string) => subjectOf(key) !== undefined,
  };
  const batches = new JointBatches(ports, options);
  if (options.self !== undefined)
    bus.nc.subscribe(`${SUBJECT}.${options.self}`, {
      callback: (error, message) => {
        if (!error) batches.take(message.data, (revision) => message.respond(`${revision}`));
      },
    });
  return batches;
}
