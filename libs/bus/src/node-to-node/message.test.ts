// One law for all subjects: whatever arrives, nothing is thrown, and what is not used is reported.
import { headers } from "@nats-io/transport-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BadMessage, Wrong } from "../connection/bad-message.ts";
import { commitNoticeSubject } from "./commit-notice.ts";
import { forwardedSubject } from "./forwarder-over-nats.ts";
import { beatSubject } from "./heartbeat.ts";
import { handleMessage, type Incoming, type Subject } from "./message.ts";
import { questionSubject } from "./question.ts";
import { encodeWrites } from "./write-lines.ts";

const BUCKET = {
  subjectOf: (key: string) => (key.startsWith("k") ? key : undefined),
  faultOf: () => undefined,
};
const isObject = (value: unknown) =>
  typeof value === "object" && value !== null ? value : new Wrong(typeof value, "an object");
const SUBJECTS: readonly Subject<unknown>[] = [
  beatSubject((_node, value) => isObject(value)),
  commitNoticeSubject(() => undefined),
  forwardedSubject("n1", BUCKET),
  questionSubject("n1", isObject),
];
const stored = encodeWrites(
  ["2026-11-21T12:00:00Z", 1_700_000_000_000, 7],
  [{ key: "k", data: Buffer.from("{}"), expected: 0 }],
);

function received(subject: Subject<unknown>, message: Partial<Incoming>) {
  const taken: unknown[] = [];
  const bad: BadMessage[] = [];
  const whole = { subject: `${subject.prefix}.n1`, data: new Uint8Array(0), ...message };
  handleMessage(
    subject,
    whole,
    (value) => taken.push(value),
    (one) => bad.push(one),
  );
  return { taken, bad };
}

describe("A4: what is received on NATS", () => {
  it.each(SUBJECTS.map((subject) => [subject.kind, subject] as const))(
    "%s: any octets are used or reported, and nothing is thrown",
    (_, subject) => {
      const json = fc.json({ maxDepth: 6 }).map((text) => Buffer.from(text));
      const lines = fc
        .array(fc.string(), { maxLength: 5 })
        .map((each) => Buffer.from(`${each.join("\n")}\n`));
      const octets = fc.uint8Array({ maxLength: 300 });
      fc.assert(
        fc.property(fc.oneof(json, lines, octets), (data) => {
          const { taken, bad } = received(subject, { data });
          expect(taken.length + bad.length).toBe(1);
        }),
        { numRuns: 2000 },
      );
    },
  );

  it("tells what was found and what was expected, in few words", () => {
    const [beats] = SUBJECTS;
    const { bad } = received(beats!, { data: Buffer.from(`\u0007no json ${"x".repeat(5000)}`) });
    expect(bad).toEqual([
      {
        ...{ kind: "heartbeat", subject: "dhcp.node.n1", expected: "JSON" },
        found: expect.stringMatching(/^·no json x+… \(5009 octets\)$/),
      },
    ]);
  });

  it("says that a failure of ours is ours, and goes on", () => {
    const bad: BadMessage[] = [];
    const fails = () => {
      throw new Error("a bug");
    };
    const message = { subject: "dhcp.node.n1", data: Buffer.from("{}") };
    handleMessage(SUBJECTS[0]!, message, fails, (one) => bad.push(one));
    expect(bad).toMatchObject([{ found: "a bug", fault: expect.any(Error) }]);
    expect(() => handleMessage(SUBJECTS[0]!, message, fails, fails)).not.toThrow();
  });
});

describe("A3: who sent it", () => {
  const subject = commitNoticeSubject(() => undefined);

  it("what a node published itself is used", () => {
    expect(received(subject, { subject: "dhcp.stored.n2", data: stored }).taken).toHaveLength(1);
  });

  it("what a consumer delivers is not: it comes under the subject that it was stored with", () => {
    const { taken, bad } = received(subject, { subject: "$KV.dhcp-inventory.host.evil", data: stored });
    expect([taken, bad.map(({ found }) => found)]).toEqual([
      [],
      ["a message of $KV.dhcp-inventory.host.evil"],
    ]);
  });

  it("what a stream answers is not: it has headers", () => {
    const answer = headers();
    answer.set("Nats-Stream", "KV_dhcp-inventory");
    const { taken, bad } = received(subject, { subject: "dhcp.stored.n2", data: stored, headers: answer });
    expect([taken, bad.map(({ found }) => found)]).toEqual([[], ["headers Nats-Stream"]]);
  });

  it.each([
    "dhcp.stored",
    "dhcp.stored.",
    "dhcp.stored.a.b",
    "dhcp.stored.a b",
    "dhcp.storedn2",
    `dhcp.stored.${"n".repeat(65)}`,
  ])("%s names no node", (name) => {
    expect(received(subject, { subject: name, data: stored }).taken).toEqual([]);
  });

  it("of what is for one node, nothing that is for another", () => {
    const forwarded = encodeWrites([1], [{ key: "k", data: Buffer.from("{}"), expected: 0 }]);
    const toN1 = forwardedSubject("n1", BUCKET);
    expect(received(toN1, { data: forwarded }).taken).toHaveLength(1);
    expect(received(toN1, { subject: "dhcp.commit.n2", data: forwarded }).taken).toEqual([]);
  });
});

describe("A4: what one node tells or hands on", () => {
  const of = (words: readonly (string | number)[], ...keys: string[]) =>
    encodeWrites(
      words,
      keys.map((key) => ({ key, data: Buffer.from("{}"), expected: 0 })),
    );
  const when = "2026-11-21T12:00:00Z";

  it.each<[string, Uint8Array]>([
    ["a revision past all numbers", of([when, 1, "1e400"], "k")],
    ["a revision below one", of([when, 1, 0], "k")],
    ["a time past all times", of([when, 8.7e15, 1], "k")],
    ["a stream that was never made", of(["never", 1, 1], "k")],
    ["a word too many", of([when, 1, 1, 1], "k")],
    ["no write", Buffer.from(`${when} 1 1\n`)],
  ])("stored: %s", (_, data) => {
    expect(
      received(
        commitNoticeSubject(() => undefined),
        { subject: "dhcp.stored.n2", data },
      ).taken,
    ).toEqual([]);
  });

  it.each<[string, Uint8Array]>([
    ["no time", of(["soon"], "k")],
    ["a key that is none", of([1], "x")],
    ["one key twice", of([1], "k", "k")],
    ["more than one batch", of([1], ...Array.from({ length: 501 }, (_, i) => `k${i}`))],
  ])("forwarded: %s", (_, data) => {
    expect(received(forwardedSubject("n1", BUCKET), { data }).taken).toEqual([]);
  });
});
