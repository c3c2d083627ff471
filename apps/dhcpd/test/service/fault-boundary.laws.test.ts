// Whatever throws while one client's reply is made, every other exchange of the batch ends, and nothing waits for ever.

import { GroupCommits, type Timers } from "@leasehold/lease-store";
import { MemoryLeaseStore } from "@leasehold/leases";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Counters } from "../../src/telemetry/counters.ts";
import { Faults } from "../../src/telemetry/faults.ts";
import { settled, TestClock } from "../node.ts";
import { casOf, type Throwing, ThrowingNode } from "../throwing-node.ts";
import { client, packetOf } from "../wire.ts";

const CLIENTS = 6;
const throwing: fc.Arbitrary<Throwing> = fc.record({
  send: fc.subarray([0, 1, 2, 3, 4, 5]),
  trace: fc.subarray([0, 1, 2, 3, 4, 5]),
  onReplied: fc.integer({ min: 0, max: 7 }),
  probe: fc.subarray([0, 1, 2, 3, 4, 5]),
  isOutdated: fc.subarray([0, 1, 2, 3, 4, 5]),
});

describe("A11: one fault boundary an exchange", () => {
  test("whatever link.send, trace, onReplied, the probe and the store's options throw, every other exchange of the batch ends", async () => {
    await fc.assert(
      fc.asyncProperty(
        throwing,
        fc.array(fc.constantFrom("DISCOVER", "REQUEST" as const), {
          minLength: CLIENTS,
          maxLength: CLIENTS,
        }),
        async (throws, types) => {
          const node = new ThrowingNode(throws);
          for (const [n, type] of types.entries()) node.ask(n, type);
          await node.pass(20);
          expect(node.service.pending).toBe(0);
          const [faulty, well] = split(CLIENTS, throws.send ?? []);
          expect(node.answered.filter((n) => faulty.includes(n))).toEqual([]);
          expect(well.filter((n) => !node.answered.includes(n))).toEqual([]);
          const { dropped, silent, replied } = node.counters.totals();
          expect(dropped + silent + replied).toBe(CLIENTS);
          expect(node.counters.of("silent").get("internal-error") ?? 0).toBe(faulty.length);
          // They go on to be answered once what threw does not throw any more, and not refused as already in progress.
          node.calm();
          for (const n of faulty) node.ask(n, types[n]!);
          await node.pass(20);
          expect(faulty.filter((n) => !node.answered.includes(n))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("A11: a link that throws for one of a batch is counted and logged with the packet, and the others have their ACK", async () => {
    const node = new ThrowingNode({ send: [0] });
    for (let n = 0; n < 3; n++) node.ask(n, "REQUEST");
    await node.pass(20);
    expect(node.answered).toEqual([1, 2]);
    expect(node.service.pending).toBe(0);
    expect(Object.fromEntries(node.counters.of("anomalies"))).toMatchObject({ "internal-error": 1 });
    const [fault] = node.faults;
    expect(Buffer.from(fault!.packet!).equals(node.packets[0]!)).toBe(true);
    expect(fault!.cause).toBeInstanceOf(Error);
  });

  test("A11: a refusal of ours that throws is no store that is not available", async () => {
    const node = new ThrowingNode({ send: [0] });
    node.ask(0, "REQUEST", { requested: "10.0.9.9" });
    await node.pass(20);
    expect(Object.fromEntries(node.counters.of("silent"))).toEqual({ "internal-error": 1 });
    expect(node.service.pending).toBe(0);
    node.store.isShut = true;
    node.ask(1, "REQUEST", { requested: "10.0.0.99" });
    await node.pass(20);
    expect(node.counters.of("silent").get("store-unavailable")).toBe(1);
  });

  test("A11: an exchange that fails at its turn of the tick does not keep the next one from its own", async () => {
    const node = new ThrowingNode({});
    for (let n = 0; n < 3; n++) node.ask(n, "REQUEST");
    await node.pass(20);
    expect(node.answered).toEqual([0, 1, 2]);
    // The store stands still: renewals are answered by what is held, at a tick.
    node.store.isHeld = true;
    node.throws.send = [0];
    for (let n = 0; n < 3; n++) node.renew(n);
    for (let i = 0; i < 10; i++) {
      await node.pass(100);
      node.service.tick();
    }
    expect(node.answered.slice(3)).toEqual([1, 2]);
    expect(node.faults).toHaveLength(1);
  });
});

test("a batch whose stream rejects is tried again, and its appends are settled", async () => {
  const clock = new TestClock();
  const store = new MemoryLeaseStore(clock.now);
  let rejections = 2;
  const stream = casOf(store, () => {
    if (rejections-- > 0) throw new Error("not what a stream does");
  });
  const due: { at: number; run: () => void }[] = [];
  const timers: Timers = {
    now: () => clock.ms,
    wall: () => clock.ms,
    after: (ms, run) => due.push({ at: clock.ms + ms, run }),
    soon: (run) => due.push({ at: clock.ms, run }),
    random: () => 0.5,
  };
  const faults: unknown[] = [];
  const commits = new GroupCommits(stream, timers, { onFault: (cause) => faults.push(cause) });
  const results: string[] = [];
  const { append } = new ThrowingNode({});
  commits.append(append(1), ({ kind }) => results.push(kind));
  for (let i = 0; i < 200 && results.length === 0; i++) {
    clock.ms += 10;
    for (const { run } of due.splice(0).filter((each) => each.at <= clock.ms || !due.push(each))) run();
    await settled();
  }
  expect(results).toEqual(["stored"]);
  expect(faults).toHaveLength(2);
});

test("what trips us again and again does not fill the log", () => {
  const lines: { packet?: string; unsaid?: number }[] = [];
  const counters = new Counters();
  let now = 0;
  const log = { error: (line: object) => void lines.push(line) } as never;
  const faults = new Faults({ counters, log, now: () => now });
  const packet = packetOf("DISCOVER", client(1));
  for (let n = 0; n < 100; n++) faults.count({ cause: new Error("again"), during: "answering", packet });
  expect(lines).toHaveLength(20);
  expect(lines[0]!.packet).toBe(packet.toString("hex"));
  now = 10_000;
  faults.count({ cause: new Error("again"), during: "answering", packet });
  expect(lines.at(-1)!.unsaid).toBe(80);
  expect(counters.of("anomalies").get("internal-error")).toBe(101);
});

test("a log that throws throws no further", () => {
  const log = {
    error: () => {
      throw new Error("no room on the disk");
    },
  };
  const faults = new Faults({ counters: new Counters(), log, now: () => 0 });
  expect(
    faults.guard("a step", () => {
      throw new Error("a mistake");
    }),
  ).toBe(true);
});

function split(count: number, faulty: readonly number[]): [faulty: number[], well: number[]] {
  const all = Array.from({ length: count }, (_, n) => n);
  return [all.filter((n) => faulty.includes(n)), all.filter((n) => !faulty.includes(n))];
}
