import type { Append, AppendResult, Decision, Instant, StoredEvent } from "@leasehold/leases";
import { MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { ATTEMPTS_MAX, afterCommit } from "./after-commit.ts";
import type { Exchange } from "./exchange.ts";

const SENT = 1_000_000;
const HELD_SECONDS = 60;
const granted = { kind: "grant", reply: "ACK", seconds: 60 } as Decision;
const append = {
  expected: 0,
  event: { type: "LeaseGranted", address: "10.0.0.1", seconds: 60, heldSeconds: HELD_SECONDS },
} as unknown as Append;
const stored: AppendResult = { kind: "stored", revision: 1 as never };
const conflict = (at: number): AppendResult => ({
  kind: "conflict",
  current: { at } as unknown as StoredEvent,
});

interface Told {
  readonly result: AppendResult;
  readonly type?: MessageType;
  readonly attempts?: number;
  readonly isBehind?: boolean;
  readonly afterMs?: number;
}

function after({ result, type = MessageType.REQUEST, attempts = 1, isBehind = false, afterMs = 5 }: Told) {
  const exchange = { request: { type }, arrivedAt: SENT, attempts } as unknown as Exchange;
  const times = { sentAt: SENT as Instant, now: (SENT + afterMs) as Instant, guardMs: 15_000 };
  return afterCommit(exchange, { decision: granted, append, result, isBehind, ...times });
}

test.each<readonly [string, Told, unknown]>([
  ["stored at once: as it was decided", { result: stored }, { kind: "reply", decision: granted }],
  [
    "stored late: the client gets what is left",
    { result: stored, afterMs: 20_500 },
    { kind: "reply", decision: { ...granted, seconds: 39 } },
  ],
  [
    "stored when it is over: silence",
    { result: stored, afterMs: 59_500 },
    { kind: "silent", reason: "store-unavailable" },
  ],
  [
    "no answer: by what is stored already",
    { result: { kind: "unknown", reason: "" } },
    { kind: "from-stored" },
  ],
  ["another node was faster: again", { result: conflict(SENT) }, { kind: "again" }],
  [
    "as often as that may be",
    { result: conflict(SENT), attempts: ATTEMPTS_MAX },
    { kind: "silent", reason: "store-unavailable" },
  ],
  [
    "the store has less than was seen",
    { result: conflict(SENT), isBehind: true },
    { kind: "silent", reason: "store-unavailable" },
  ],
  [
    "what a client gives back was granted to it again",
    { result: conflict(SENT), type: MessageType.RELEASE },
    { kind: "silent", reason: "not-the-owner" },
  ],
  [
    "what it gives back was written to long before",
    { result: conflict(SENT - 15_000), type: MessageType.DECLINE },
    { kind: "again" },
  ],
])("%s", (_, told, expected) => {
  expect(after(told)).toEqual(expected);
});
