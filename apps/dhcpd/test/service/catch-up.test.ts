// A node whose feed stands still is told by another one what that one has seen.

import { Wrong } from "@leasehold/bus";
import { CatchUp, type Question, readAnswer, readQuestion } from "@leasehold/views";
import { expect, test } from "vitest";
import { furthestOther } from "../../src/cluster/other-nodes.ts";
import { leased, settled, TestNode } from "../node.ts";
import { ip, X } from "../wire.ts";

const STREAM = "2026-11-21T12:00:00Z";

/** n2 has seen nothing of what n1 has stored; what they say to each other goes through JSON, as on the wire. */
async function cutOff({ streamOfFirst = STREAM, isInDoubt = true } = {}) {
  const first = leased();
  await settled();
  const second = new TestNode({
    ...{ name: "n2", address: "10.0.0.3", clock: first.clock, store: first.store, followsAtOnce: false },
  });
  second.hearBeat(first, "serving", first.store.log.length);
  const told: string[] = [];
  const asked: Question[] = [];
  const common = { isInDoubt: () => isInDoubt, steady: () => second.steadyMs };
  const answering = new CatchUp({
    ...{ ...common, view: first.world.view, furthest: () => undefined, onLease: () => {} },
    feed: () => ({ created: streamOfFirst, position: first.store.log.length }),
    ask: () => Promise.reject(new Error("n1 asks nobody")),
  });
  const asking = new CatchUp({
    ...{ ...common, view: second.world.view, furthest: (now) => furthestOther(second.membership, now) },
    feed: () => ({ created: STREAM, position: 0 }),
    ask: async (node, question) => {
      asked.push(question);
      const answer = answering.answer(JSON.parse(JSON.stringify(question)));
      if (answer === undefined) throw new Error(`${node} does not answer`);
      const read = readAnswer(JSON.parse(JSON.stringify(answer)));
      if (read instanceof Wrong) throw new Error(`${read.found}, expected ${read.expected}`);
      return read;
    },
    onLease: (lease) => told.push(lease.client),
  });
  const tick = async () => {
    asking.tick();
    await settled();
  };
  return { first, second, asking, tick, told, asked, pass: () => first.clock.pass(1) };
}

test("it takes in the very lease that the other one has", async () => {
  const { first, second, asking, tick, told } = await cutOff();
  await tick();
  expect(second.world.view.get(ip(X))).toEqual(first.world.view.get(ip(X)));
  expect(asking.position).toBe(1);
  expect(told).toEqual([first.world.view.get(ip(X))!.client]);
});

test("what it was told it does not ask for again", async () => {
  const { second, tick, asked, pass, told } = await cutOff();
  await tick();
  pass();
  second.hearBeat({ name: "n1", address: "10.0.0.2" }, "serving", 1);
  await tick();
  expect(asked).toEqual([{ stream: STREAM, after: 0 }]);
  second.hearBeat({ name: "n1", address: "10.0.0.2" }, "serving", 2);
  await tick();
  expect(asked[1]).toEqual({ stream: STREAM, after: 1 });
  expect(told).toHaveLength(1);
});

test("while the feed can be relied on, nobody is asked", async () => {
  const { tick, asked } = await cutOff({ isInDoubt: false });
  await tick();
  expect(asked).toEqual([]);
});

test("a node that follows another stream tells nothing", async () => {
  const { second, tick, asked } = await cutOff({ streamOfFirst: "2025-01-01T00:00:00Z" });
  await tick();
  expect(asked).toHaveLength(1);
  expect(second.world.view.size).toBe(0);
});

test("nobody who is dead, or behind, is asked", async () => {
  const { tick, asked, pass } = await cutOff();
  for (let i = 0; i < 3; i++) pass();
  await tick();
  expect(asked).toEqual([]);
});

test("questions that are none are not answered", () => {
  for (const nonsense of [undefined, null, "?", 7, {}, { stream: STREAM }, { stream: STREAM, after: "0" }])
    expect(readQuestion(nonsense)).toBeInstanceOf(Wrong);
});
