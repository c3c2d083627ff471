// The store is replaced under running nodes: what they know to be promised is written back, and nobody else gets it meanwhile.
import { MemoryLeaseStore } from "@leasehold/leases";
import { describe, expect, test } from "vitest";
import { HELD, leased, pair, START, TestNode } from "../../test/node.ts";
import { ackOf, alice, bob, ip, packetOf, SERVER, selecting, X } from "../../test/wire.ts";

const typesIn = (store: MemoryLeaseStore) =>
  store.log.map(
    ({ event }) => `${event!.type} ${event!.client === alice.client ? "alice" : "bob"} ${event!.heldSeconds}`,
  );

test("into an empty store, with what is left of the time", () => {
  const node = leased();
  node.pass(600);
  const empty = new MemoryLeaseStore(node.clock.now);
  node.replaceStore(empty);
  expect(node.world.view.get(ip(X))?.client).toBe(alice.client);
  node.pass(6);
  expect(typesIn(empty)).toEqual([`LeaseRenewed alice ${HELD - 606}`]);
  expect(node.counted("anomalies")).toEqual({ "lease-reasserted-stored": 1 });
});

test("over what an old backup had of the address", () => {
  const node = leased();
  const old = new MemoryLeaseStore(node.clock.now);
  old.append(
    {
      ...node.store.log[0]!,
      event: { ...node.store.log[0]!.event!, client: bob.client, heldSeconds: 1 },
      expected: 0 as never,
    },
    () => {},
  );
  node.pass(100);
  node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 5 })));
  node.replaceStore(old);
  node.pass(6);
  expect(typesIn(old)).toEqual(["LeaseGranted bob 1", `LeaseRenewed alice ${HELD - 6}`]);
});

test("until it is written nobody gets a new address, and who has one renews by what is held", () => {
  const node = leased();
  node.pass(600);
  node.replaceStore(new MemoryLeaseStore(node.clock.now));
  node.replies.length = 0;
  expect(node.receive(packetOf("DISCOVER", bob, { xid: 7 }))).toEqual([]);
  expect(node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 8 })))).toEqual([]);
  expect(node.receive(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([ackOf()]);
  node.pass(6);
  node.pass(0.1);
  expect(node.receive(packetOf("DISCOVER", bob, { xid: 9 }))).toHaveLength(1);
  expect(node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 10 })))).not.toEqual([ackOf()]);
});

test("what has ended, or was given back, is not brought back", () => {
  const [node] = pair();
  node.receive(packetOf("REQUEST", alice, selecting()));
  node.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
  node.receive(packetOf("REQUEST", bob, selecting("10.0.0.11")));
  node.pass(HELD + 16);
  const empty = new MemoryLeaseStore(node.clock.now);
  node.replaceStore(empty);
  node.pass(6);
  expect(empty.log).toEqual([]);
  expect(node.receive(packetOf("DISCOVER", alice, { xid: 9 }))).toHaveLength(1);
});

test("two nodes write it once", () => {
  const [first, second] = pair();
  first.receive(packetOf("REQUEST", alice, selecting()));
  second.hearStore();
  const empty = new MemoryLeaseStore(first.clock.now);
  first.replaceStore(empty);
  second.replaceStore(empty);
  for (let i = 0; i < 3; i++) {
    first.pass(3);
    second.service.tick();
  }
  expect(empty.log).toHaveLength(1);
  expect([first, second].map(({ service }) => service.restoration.isRestoring)).toEqual([false, false]);
});

test("a store that cannot be written to is tried again", () => {
  const node = leased();
  const empty = new MemoryLeaseStore(node.clock.now);
  node.door.state = "shut";
  node.replaceStore(empty);
  node.pass(6);
  node.pass(1);
  expect(node.counted("anomalies")).toEqual({ "lease-reasserted-unknown": 2 });
  node.door.state = "open";
  node.pass(1);
  expect(empty.log).toHaveLength(1);
});

test("a write that finds less than was seen tells that the store was replaced, and changes nothing", () => {
  const node = new TestNode();
  node.receive(packetOf("REQUEST", alice, selecting()));
  node.pass(HELD - 10);
  node.door.replace(new MemoryLeaseStore(node.clock.now));
  expect(node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 5 })))).toEqual([]);
  expect(node.counted("anomalies")).toEqual({ "store-behind": 1 });
  expect(node.world.view.get(ip(X))?.state).toBe("bound");
});

test("a NAK that would rest on less than was seen is not sent", async () => {
  const node = leased();
  node.door.replace(new MemoryLeaseStore(node.clock.now));
  expect(await node.answer(packetOf("REQUEST", bob, selecting(X, { xid: 8 })), false)).toEqual([]);
  expect(node.counted("anomalies")).toEqual({ "store-behind": 1 });
  expect(node.world.view.get(ip(X))?.client).toBe(alice.client);
});

describe("the record of one lease is removed", () => {
  test("it is written back on top of that, with what is left of the time; others are served meanwhile", () => {
    const node = leased();
    node.pass(600);
    node.store.remove(ip(X));
    expect(node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 8 })))).not.toEqual([ackOf()]);
    expect(node.receive(packetOf("DISCOVER", bob, { xid: 9 }))).toHaveLength(1);
    node.pass(6);
    expect(node.store.log.slice(-2).map(({ event }) => event)).toMatchObject([
      undefined,
      { type: "LeaseRenewed", client: alice.client, heldSeconds: HELD - 606 },
    ]);
    expect(node.counted("anomalies")).toMatchObject({
      "lease-record-removed": 1,
      "lease-reasserted-stored": 1,
    });
    node.pass(6);
    expect(node.store.log).toHaveLength(3);
  });

  test("before it is seen, the client renews on top of it, and nobody else gets the address", () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting()));
    second.hearStore();
    first.pass(HELD / 2 + 100);
    first.store.remove(ip(X));
    expect(second.receive(packetOf("REQUEST", bob, selecting(X, { xid: 5 })), false)).not.toEqual([ackOf()]);
    expect(second.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 6 }), false)).toEqual([
      ackOf(X, 3600, "10.0.0.3"),
    ]);
  });

  test("two nodes write it once", () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting()));
    second.hearStore();
    first.store.remove(ip(X));
    for (let i = 0; i < 3; i++) {
      for (const node of [first, second]) node.hearStore();
      first.pass(3);
      second.service.tick();
    }
    expect(first.store.log).toHaveLength(3);
    expect(first.world.view.get(ip(X))?.client).toBe(alice.client);
  });

  test("who does not know what it said gives the address to nobody", () => {
    const store = new MemoryLeaseStore(() => START);
    const node = new TestNode({ store });
    store.remove(ip(X));
    for (let i = 0; i < 4; i++) {
      const offered = node.receive(packetOf("DISCOVER", { ...bob, mac: `02:00:00:00:01:0${i}` as never }));
      expect(offered.join()).not.toContain(X);
    }
    expect(node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 8 })))).not.toEqual([ackOf()]);
  });
});
