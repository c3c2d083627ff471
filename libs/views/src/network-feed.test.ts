// A6: whatever the bucket holds, the last document that compiles is in force; what the store has lost is written back, and what
// somebody wrote there later is not.
import { compileNetwork, type Network } from "@leasehold/network";
import { beforeEach, expect, test } from "vitest";
import { NetworkFeed } from "./network-feed.ts";

const documentOf = (seconds: number) => ({
  version: 1 as const,
  subnets: [{ id: "a", prefix: "10.0.0.0/24", lease: { seconds } }],
});

let network: Network;
let feed: NetworkFeed;
let broken: number[];

beforeEach(() => {
  broken = [];
  network = compileNetwork({ version: 1, subnets: [] }, 0);
  feed = started();
});

function started(): NetworkFeed {
  network = compileNetwork({ version: 1, subnets: [] }, 0);
  return new NetworkFeed({
    inForce: () => network,
    use: (next) => {
      network = next;
    },
    onBroken: (revision) => void broken.push(revision),
  });
}

const seconds = () => network.document.subnets[0]?.lease?.seconds;

test("A6: a document follows another, and there is nothing to say or to write", () => {
  feed.take({ value: documentOf(300), revision: 1, at: 10 });
  feed.complete();
  feed.take({ value: documentOf(600), revision: 2, at: 20 });
  expect([seconds(), network.revision, feed.lost, feed.difference]).toEqual([600, 2, undefined, undefined]);
});

test("A6: no document yet is nothing to say", () => {
  feed.complete();
  expect([feed.lost, feed.difference, feed.needsEarlier]).toEqual([undefined, undefined, false]);
});

test.each([
  ["a text", "no JSON"],
  ["null", null],
  ["another version", { ...documentOf(1), version: 7 }],
  ["a list", [1]],
])(
  "A6: %s is written past the API: the one before stays, it is said, and nothing is written over it",
  (_, value) => {
    feed.take({ value: documentOf(300), revision: 1, at: 10 });
    feed.complete();
    feed.take({ value, revision: 2, at: 20 });
    expect([seconds(), broken, feed.lost]).toEqual([300, [2], undefined]);
    expect(feed.difference).toMatch(
      /^revision 2 of the network document cannot be used: .+; revision 1 stays in use$/,
    );
  },
);

test("A6: a node that starts takes the newest that compiles, and says so", () => {
  feed.take({ value: "no JSON", revision: 5, at: 50 });
  feed.complete();
  expect([feed.needsEarlier, network.revision]).toEqual([true, 0]);
  feed.takeEarlier([
    { value: documentOf(300), revision: 1, at: 10 },
    { value: documentOf(600), revision: 2, at: 20 },
    { value: undefined, revision: 3, at: 30 },
    { value: { version: 9 }, revision: 4, at: 40 },
    { value: "no JSON", revision: 5, at: 50 },
  ]);
  expect([seconds(), network.revision, feed.needsEarlier, feed.lost]).toEqual([600, 2, false, undefined]);
  expect(feed.difference).toContain("revision 2 stays in use");
});

test("A6: the key was deleted: what is in force is written back on top of that, also by a node that starts", () => {
  feed.take({ value: documentOf(300), revision: 1, at: 10 });
  feed.complete();
  feed.take({ value: undefined, revision: 2, at: 20 });
  expect(feed.lost).toEqual({ document: documentOf(300), expectedRevision: 2 });
  feed = started();
  feed.take({ value: undefined, revision: 2, at: 20 });
  feed.complete();
  feed.takeEarlier([{ value: documentOf(300), revision: 1, at: 10 }]);
  expect(feed.lost).toEqual({ document: documentOf(300), expectedRevision: 2 });
  feed.take({ value: documentOf(300), revision: 3, at: 30 });
  expect([feed.lost, feed.difference, network.revision]).toEqual([undefined, undefined, 3]);
});

test("A6: the bucket is empty: it is written back, once it is known to be", () => {
  feed.take({ value: documentOf(300), revision: 72, at: 10 });
  feed.complete();
  feed.replaced();
  expect(feed.lost).toBeUndefined();
  feed.complete();
  expect(feed.lost).toEqual({ document: documentOf(300), expectedRevision: 0 });
  expect(feed.difference).toBe("the store has no network document; revision 72 stays in use from memory");
  feed.take({ value: documentOf(300), revision: 1, at: 20 });
  expect([feed.lost, feed.difference, network.revision]).toEqual([undefined, undefined, 1]);
});

test("A6: an old backup is restored: the newer one is written over it", () => {
  feed.take({ value: documentOf(600), revision: 9, at: 90 });
  feed.complete();
  feed.replaced();
  feed.take({ value: documentOf(300), revision: 2, at: 20 });
  feed.complete();
  expect([seconds(), feed.lost?.expectedRevision]).toEqual([600, 2]);
  expect(feed.difference).toContain("the store has an older network document (revision 2)");
});

test("A6: an operator stored one into the new bucket before any node: that one counts", () => {
  feed.take({ value: documentOf(600), revision: 9, at: 90 });
  feed.complete();
  feed.replaced();
  feed.take({ value: documentOf(300), revision: 1, at: 100 });
  feed.complete();
  expect([seconds(), network.revision, feed.lost]).toEqual([300, 1, undefined]);
});
