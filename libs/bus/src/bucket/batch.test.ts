// What the server's answer to a write means. Only "stored" may be followed by a reply to a client, and only "rejected" is
// for ever: whatever else comes back, the write may yet be stored, or may be tried again.
import { describe, expect, test } from "vitest";
import { type CasOutcome, outcomeOf } from "./batch.ts";

const refused = (err_code: number, description?: string, code = 400) =>
  outcomeOf({ error: { code, err_code, ...(description === undefined ? {} : { description }) } });

test("an acknowledgement carries the sequence of the last write", () => {
  expect(outcomeOf({ seq: 4711 })).toEqual({ kind: "stored", revision: 4711 });
});

describe("a refusal, by the codes of nats-server's errors.json", () => {
  test.each<[code: number, what: string, kind: CasOutcome["kind"]]>([
    [10071, "wrong last sequence", "conflict"],
    [10164, "wrong last sequence of an unapplied write to the subject", "busy"],
    [10158, "duplicate message id is in process", "busy"],
    [10008, "JetStream temporarily unavailable", "unknown"],
    [10009, "not the stream's leader", "unknown"],
    [10023, "insufficient resources", "unknown"],
    [10039, "JetStream not enabled for account", "unknown"],
    [10063, "expected stream sequence does not match", "unknown"],
    [10076, "JetStream not enabled", "unknown"],
    [10167, "ingest queue full", "unknown"],
    [10176, "atomic publish batch is incomplete", "unknown"],
    [10210, "too many batches in flight", "unknown"],
    [10047, "insufficient storage", "unknown"],
    [10174, "atomic publish is disabled", "rejected"],
    [99999, "something that comes with a newer server", "rejected"],
  ])("%i, %s", (code, what, kind) => {
    expect(refused(code, what).kind).toBe(kind);
  });

  test("any 503 means that nobody can say now, whatever its number", () => {
    expect(refused(10077, "store failed", 503).kind).toBe("unknown");
    expect(refused(99999, "no suitable peers", 503)).toEqual({
      kind: "unknown",
      cause: "no-answer",
      reason: "no suitable peers",
    });
  });

  test.each([
    ["full", [10023, 10047, 10077]],
    ["no-leader", [10008, 10009, 10039, 10076]],
    ["no-answer", [10063, 10167, 10176, 10210]],
  ] as const)("how it is recognised: %s", (cause, codes) => {
    for (const code of codes) expect(refused(code)).toMatchObject({ kind: "unknown", cause });
  });

  test("the message has the number and the words", () => {
    expect(refused(10174, "atomic publish is disabled")).toEqual({
      kind: "rejected",
      code: 10174,
      reason: "atomic publish is disabled",
    });
    expect(refused(10174)).toMatchObject({ reason: "error 10174" });
  });

  test("an error without a number of its own goes by its HTTP one", () => {
    expect(outcomeOf({ error: { code: 503 } })).toMatchObject({ kind: "unknown", reason: "error 503" });
    expect(outcomeOf({ error: { code: 400 } })).toEqual({ kind: "rejected", code: 400, reason: "error 400" });
  });
});
