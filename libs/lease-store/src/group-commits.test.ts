// A stream that answers when it is told to, and timers that run when time passes: what waits, in which order, and for how long.

import type { CasOutcome } from "@leasehold/bus";
import type { Append, StoredEvent } from "@leasehold/leases";
import { revision } from "@leasehold/leases";
import { ipv4 } from "@leasehold/protocol";
import { beforeEach, expect, test } from "vitest";
import { grant } from "../test/contract.ts";
import { type CasStream, GroupCommits, type Timers } from "./group-commits.ts";

const NO_LEADER: CasOutcome = { kind: "unknown", cause: "no-leader", reason: "no responders" };

class Time implements Timers {
  ms = 0;
  private readonly due: { readonly at: number; readonly run: () => void }[] = [];

  now = () => this.ms;
  wall = () => this.ms;
  random = () => 0.5;
  soon = (run: () => void) => this.after(0, run);

  after(ms: number, run: () => void): void {
    this.due.push({ at: this.ms + ms, run });
  }

  async pass(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.ms = Math.max(this.ms, next.at);
      next.run();
    }
    this.ms = end;
  }
}

class PlayedStream implements CasStream {
  /** The intents of each attempt. */
  readonly attempts: string[][] = [];
  answer: (appends: readonly Append[]) => CasOutcome = () => NO_LEADER;
  found: () => StoredEvent | undefined = () => undefined;
  private last = 0;

  async publish(appends: readonly Append[]): Promise<CasOutcome> {
    this.attempts.push(appends.map(({ event }) => event.intent));
    return this.answer(appends);
  }

  async read(): Promise<StoredEvent | undefined> {
    return this.found();
  }

  /** From now on it stores all. */
  heal(): void {
    this.answer = (appends) => {
      this.last += appends.length;
      return { kind: "stored", revision: this.last };
    };
  }
}

let time: Time;
let stream: PlayedStream;
let store: GroupCommits;
let settled: string[];

beforeEach(() => {
  time = new Time();
  stream = new PlayedStream();
  store = new GroupCommits(stream, time);
  settled = [];
});

function append(from: number, to: number): void {
  for (let n = from; n <= to; n++) {
    store.append(grant(n, `w${n}`), ({ kind }) => settled.push(`w${n} ${kind} at ${time.ms}`));
  }
}

test("while nobody answers, only the first write is tried, twenty times a second; then all go, in order", async () => {
  append(1, 300);
  await time.pass(5000);
  expect(settled).toEqual([]);
  // The first batches left before anybody knew.
  expect(stream.attempts.slice(3).every((intents) => intents.join() === "w1")).toBe(true);
  expect(stream.attempts.length).toBeLessThan(110);
  stream.heal();
  await time.pass(60);
  expect(settled).toHaveLength(300);
  expect(settled.map((line) => line.split(" ")[0])).toEqual(
    Array.from({ length: 300 }, (_, i) => `w${i + 1}`),
  );
  expect(stream.attempts.at(-1)!.length).toBeGreaterThan(40);
});

test("what comes while others wait goes behind them", async () => {
  append(1, 2);
  await time.pass(1000);
  append(3, 3);
  await time.pass(1000);
  stream.heal();
  await time.pass(60);
  expect(settled.map((line) => line.split(" ")[0])).toEqual(["w1", "w2", "w3"]);
});

test("after twelve seconds each is given up, whether it was tried or not", async () => {
  append(1, 2);
  await time.pass(3000);
  append(3, 3);
  await time.pass(9100);
  expect(settled.map((line) => line.replace(/ at .*/, ""))).toEqual(["w1 unknown", "w2 unknown"]);
  expect(store.pending).toBe(1);
  await time.pass(3000);
  expect(settled).toHaveLength(3);
  expect(store.pending).toBe(0);
});

test("a store that is full is not waited for", async () => {
  stream.answer = () => ({ kind: "unknown", cause: "full", reason: "insufficient resources" });
  append(1, 3);
  await time.pass(1);
  expect(settled).toHaveLength(3);
});

test("a write whose answer was lost with a leader is found to be stored", async () => {
  append(1, 1);
  await time.pass(100);
  stream.answer = () => ({ kind: "conflict" });
  stream.found = () => {
    throw new Error("no leader to ask");
  };
  await time.pass(1000);
  expect(settled).toEqual([]);
  const { event, address } = grant(1, "w1");
  stream.found = () => ({ address, event, revision: revision(7), at: 0 as never });
  await time.pass(100);
  expect(settled.map((line) => line.replace(/ at .*/, ""))).toEqual(["w1 stored"]);
});

test("two writes to one address are never on their way at once, also when they have waited", async () => {
  append(1, 1);
  store.append({ ...grant(1, "again"), address: ipv4(0x0a000001) }, ({ kind }) =>
    settled.push(`again ${kind}`),
  );
  await time.pass(500);
  stream.heal();
  await time.pass(100);
  expect(stream.attempts.every((intents) => intents.length === 1)).toBe(true);
  expect(settled.at(-1)).toBe("again stored");
});

test("a write that is known to be overtaken makes no batch of others be refused", async () => {
  const overtaken = grant(2, "w2");
  store = new GroupCommits(stream, time, { isOutdated: ({ address }) => address === overtaken.address });
  stream.heal();
  stream.found = () => ({ ...grant(2, "theirs"), revision: revision(7), at: 0 as never });
  append(1, 3);
  await time.pass(10);
  expect(stream.attempts).toEqual([["w1", "w3"]]);
  expect(settled.map((line) => line.replace(/ at .*/, "")).sort()).toEqual([
    "w1 stored",
    "w2 conflict",
    "w3 stored",
  ]);
});

test("a write that is known to be overtaken waits for a leader that says by what", async () => {
  store = new GroupCommits(stream, time, { isOutdated: () => true });
  stream.found = () => {
    throw new Error("no leader to ask");
  };
  append(1, 1);
  await time.pass(500);
  expect(settled).toEqual([]);
  stream.found = () => ({ ...grant(1, "theirs"), revision: revision(7), at: 0 as never });
  await time.pass(100);
  expect(settled.map((line) => line.replace(/ at .*/, ""))).toEqual(["w1 conflict"]);
});

test("more than the queue takes are refused at once", () => {
  store = new GroupCommits(stream, time, { queueMax: 2 });
  append(1, 3);
  expect(settled).toEqual(["w3 unknown at 0"]);
});
