// What is asked in the thread is answered as it would be here.
import { gzipSync } from "node:zlib";
import { readNetwork } from "@leasehold/network";
import { afterEach, beforeEach, expect, test } from "vitest";
import { historySteps, revisionView } from "../../views/network-history.ts";
import { DocumentThread } from "./document-thread.ts";

const good = "version: 1\nsubnets: [{ id: a, prefix: 10.0.0.0/24 }]\n";
const bad = good.replace("/24", "/240");

let thread: DocumentThread;
beforeEach(() => {
  thread = new DocumentThread();
});
afterEach(() => thread.close());

test("a document and its problems cross the threads unharmed, each to who asked", async () => {
  const [ofGood, ofBad] = await Promise.all([good, bad].map((text) => thread.check(text)));
  expect(ofGood).toEqual(readNetwork(good));
  expect(ofBad).toEqual(readNetwork(bad));
  const again = thread.check(bad);
  expect(thread.questions).toBe(0);
  expect(await again).toBe(ofBad);
  expect(await thread.check(good)).toEqual(ofGood);
});

test("kept revisions cross as they are stored, plain and compressed, deleted and broken ones among them", async () => {
  const values = [JSON.stringify({ version: 1, subnets: [] }), "{}", undefined, '{"version":1,"subnets":[]}'];
  const kept = values.map((text, i) => ({
    ...{ revision: i + 1, at: i },
    data: text === undefined ? undefined : i === 0 ? gzipSync(text) : Buffer.from(text),
    value: text === undefined ? undefined : JSON.parse(text),
  }));
  expect(await thread.history({ kept, inForce: 4 })).toEqual([...historySteps(kept, 4)].reverse());
  expect(JSON.parse((await thread.revision({ kept, revision: 4 }))!)).toEqual(revisionView(kept, 4));
  expect(await thread.revision({ kept, revision: 3 })).toBeUndefined();
});

test("a document is checked while many are still compared", async () => {
  const data = Buffer.from(JSON.stringify({ version: 1, subnets: [] }));
  const kept = Array.from({ length: 64 }, (_, i) => ({ revision: i + 1, at: i, data }));
  const order: string[] = [];
  const asked = [
    thread.history({ kept, inForce: 64 }).then(() => order.push("history")),
    thread.check(good).then(() => order.push("check")),
  ];
  await Promise.all(asked);
  expect(order).toEqual(["check", "history"]);
});

test("who waits when the thread ends is told, and the next one gets another thread", async () => {
  const cut = thread.check(good);
  thread.close();
  await expect(cut).rejects.toThrow(/could not be checked/);
  expect(await thread.check(good)).toEqual(readNetwork(good));
});

test("so many may wait, and the next one is told to ask again", async () => {
  const asked = Array.from({ length: 8 }, () => thread.check(good));
  await expect(thread.check(good)).rejects.toThrow(/busy with 8/);
  expect(thread.questions).toBe(8);
  await Promise.all(asked);
  expect([thread.questions, thread.isRunning]).toEqual([0, true]);
  expect(await thread.check(good)).toEqual(readNetwork(good));
});
