import { headers, type MsgHdrs } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { casHeaders } from "./cas-headers.ts";

const encoded = (of: MsgHdrs) => Buffer.from((of as unknown as { encode(): Uint8Array }).encode()).toString();

test.each([
  ["alone", { expected: 0, batch: undefined, sequence: 1, isLast: true }, {}],
  ["in a batch", { expected: 7, batch: "b1", sequence: 3, isLast: false }, { id: "b1", sequence: "3" }],
  [
    "the last of a batch",
    { expected: 7, batch: "b1", sequence: 4, isLast: true },
    { id: "b1", sequence: "4", commit: "1" },
  ],
])(
  "the octets are those that the client's own headers have: %s",
  (_, place, names: Record<string, string>) => {
    const own = headers();
    own.set("Nats-Expected-Last-Subject-Sequence", String(place.expected));
    if (names.id) own.set("Nats-Batch-Id", names.id);
    if (names.sequence) own.set("Nats-Batch-Sequence", names.sequence);
    if (names.commit) own.set("Nats-Batch-Commit", names.commit);
    expect(encoded(casHeaders(place))).toBe(encoded(own));
  },
);
