// Nodes that hand each other batches: the real thing but for what carries them. With real servers: test/contract/forwarded-batches.test.ts.
import { beforeEach, expect, test } from "vitest";
import type { CasOutcome } from "../bucket/batch.ts";
import {
  BatchForwarder,
  type ForwardedBatch,
  type ForwarderPorts,
  readForwarded,
} from "./batch-forwarder.ts";
import type { KeyWrite } from "./write-lines.ts";

const WAIT_MS = 500;
let nowMs: number;
let timers: (() => void)[];
/** What reached the stream: who sent it, and the keys. */
let published: string[];
let outcomes: CasOutcome[];
let stored: number;
const nodes = new Map<string, BatchForwarder>();

beforeEach(() => {
  nowMs = 1_000_000;
  timers = [];
  published = [];
  outcomes = [];
  stored = 0;
  nodes.clear();
});

function node(name: string, aheadMs = 0): BatchForwarder {
  const ports: ForwarderPorts = {
    now: () => nowMs,
    sharedMs: () => nowMs + aheadMs,
    after: (_, run) => timers.push(run),
    publish: async (writes) => {
      published.push(`${name}: ${writes.map(({ key }) => key).join(" ")}`);
      const outcome = outcomes.shift();
      if (outcome !== undefined) return outcome;
      stored += writes.length;
      return { kind: "stored", revision: stored };
    },
    ask: (to, forwarded) =>
      new Promise((resolve, reject) => {
        const asked = nodes.get(to);
        if (asked === undefined) reject(new Error("no responders"));
        else asked.accept(readForwarded(forwarded, BUCKET) as ForwardedBatch, resolve);
      }),
  };
  const batches = new BatchForwarder(ports, { self: name, publisher: () => "n1" });
  nodes.set(name, batches);
  return batches;
}

const BUCKET = {
  subjectOf: (key: string) => (key.startsWith("k") ? key : undefined),
  faultOf: () => undefined,
};

const write = (key: string): KeyWrite => ({ key, data: Buffer.from("{}"), expected: 0 });
const put = (of: BatchForwarder, ...keys: string[]) => of.publish(keys.map(write), WAIT_MS);

/** Lets promises settle, and runs what waits for its time. */
async function passes(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    for (const run of timers.splice(0)) run();
  }
}

test("a node that publishes now and then does so itself; one that is busy hands its batches to the publisher, which makes them one", async () => {
  const [n1, n2, n3] = [node("n1"), node("n2"), node("n3")];
  await Promise.all([put(n2, "ka"), put(n3, "kb")]);
  expect(published.splice(0)).toEqual(["n2: ka", "n3: kb"]);
  const [second, third] = [put(n2, "kc", "kd"), put(n3, "ke")];
  await passes();
  expect(published).toEqual(["n1: kc kd ke"]);
  // Each gets the revision of its own last write.
  expect(await second).toEqual({ kind: "stored", revision: 4 });
  expect(await third).toEqual({ kind: "stored", revision: 5 });
  expect(n1).toBeDefined();
});

test("what is not stored together is published by each alone", async () => {
  const [n2, n3] = [node("n1"), node("n2"), node("n3")].slice(1) as [BatchForwarder, BatchForwarder];
  await Promise.all([put(n2, "ka"), put(n3, "kb")]);
  published.length = 0;
  outcomes.push({ kind: "conflict" });
  const both = Promise.all([put(n2, "kc"), put(n3, "kd")]);
  await passes();
  expect((await both).map(({ kind }) => kind)).toEqual(["stored", "stored"]);
  expect(published.toSorted()).toEqual(["n1: kc kd", "n2: kc", "n3: kd"]);
});

test("one key is in a batch once: the second write to it is the next batch's", async () => {
  const [n2, n3] = [node("n1"), node("n2"), node("n3")].slice(1) as [BatchForwarder, BatchForwarder];
  await Promise.all([put(n2, "ka"), put(n3, "kb")]);
  published.length = 0;
  const both = Promise.all([put(n2, "kc"), put(n3, "kc")]);
  await passes();
  await both;
  expect(published).toEqual(["n1: kc", "n1: kc"]);
});

test.each<[why: string, aheadMs: number, keys: string[]]>([
  ["whose writer waits no longer", WAIT_MS + 1, ["kc"]],
  ["with something that is no key of the bucket", 0, ["kc", "x"]],
])("the publisher does not take a batch %s", async (_, aheadMs, keys) => {
  node("n1", aheadMs);
  const n2 = node("n2");
  await put(n2, "ka");
  published.length = 0;
  await put(n2, ...keys);
  expect(published).toEqual([`n2: ${keys.join(" ")}`]);
});

test("a publisher that does not answer is left out for three seconds", async () => {
  const n2 = node("n2");
  await put(n2, "ka");
  await put(n2, "kb");
  node("n1");
  for (let passed = 0; passed < 2960; passed += 40) {
    nowMs += 40;
    await put(n2, "kc");
  }
  expect(new Set(published.map((line) => line.slice(0, 2)))).toEqual(new Set(["n2"]));
  nowMs += 40;
  const forwarding = put(n2, "kd");
  await passes();
  await forwarding;
  expect(published.at(-1)).toBe("n1: kd");
});

test.each<[string, CasOutcome]>([
  ["does not answer", { kind: "unknown", cause: "no-answer", reason: "timeout" }],
  ["still works on an earlier write", { kind: "busy" }],
])("while the store %s, a node tries alone", async (_, outcome) => {
  node("n1");
  const n2 = node("n2");
  outcomes.push(outcome);
  await put(n2, "ka");
  await put(n2, "ka");
  expect(published).toEqual(["n2: ka", "n2: ka"]);
});
