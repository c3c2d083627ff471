// What a node does when the store says no, says nothing, or says it late.

import { revision } from "@leasehold/leases";
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { HELD, LEASE_SECONDS, leased, NETWORK, pair, settled, TestNode } from "../node.ts";
import {
  ackOf,
  alice,
  bob,
  type Client,
  client,
  ip,
  option,
  packetOf,
  SERVER,
  selecting,
  told,
  X,
} from "../wire.ts";

describe("when the store says that somebody else was first", () => {
  test("to the same address for another client: what stands there is learnt, and the client is refused", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    expect(await second.answer(packetOf("REQUEST", alice, selecting()), false)).toEqual([
      "NAK (held by another) from 10.0.0.3",
    ]);
    expect(second.world.view.get(ip(X))?.client).toBe(bob.client);
    expect(second.counted("commits")).toEqual({ conflict: 1 });
  });

  test("a boot ROM hears nothing instead", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    const rom = [option("vendorClassIdentifier", "PXEClient:Arch:00007")];
    expect(await second.answer(packetOf("REQUEST", alice, selecting(X, { options: rom })), false)).toEqual(
      [],
    );
    expect(second.counted("silent")).toEqual({ "firmware-must-not-be-refused": 1 });
  });

  test("to reserve an address: another one is chosen", () => {
    const [first, second] = pair();
    const [taken, asked] = first.world.members.owns(ip(X)) ? [first, second] : [second, first];
    taken.receive(packetOf("REQUEST", bob, selecting(X, { server: taken.address })), false);
    const then = asked.receive(packetOf("DISCOVER", alice, { requested: X }), false);
    expect(then).toHaveLength(1);
    expect(then[0]).toMatch(/^OFFER 10\.0\.0\.1[123] /);
  });

  test("and the network document is another one by then: the request is decided by that one", async () => {
    const [first, second] = pair();
    second.door.state = "slow";
    second.receive(packetOf("REQUEST", alice, selecting()), false);
    first.receive(packetOf("REQUEST", alice, selecting(X, { xid: 7 })), false);
    second.setNetwork({
      ...NETWORK,
      subnets: [{ ...NETWORK.subnets[0]!, pools: [{ range: "10.0.0.11-10.0.0.13" }] }],
    });
    second.door.state = "open";
    second.door.settle();
    await settled();
    expect(second.store.log).toHaveLength(1);
    expect(second.replies.map(({ packet }) => told(packet))).toEqual(["NAK (not entitled) from 10.0.0.3"]);
  });

  test("again and again: it gives up after some attempts, and the client asks once more", () => {
    const node = new TestNode({ followsAtOnce: false });
    const { append } = node.door;
    let attempts = 0;
    // Another node renews the lease of the client each time just before.
    node.door.append = (mine, settle) => {
      attempts++;
      const event = { ...mine.event, intent: `theirs-${attempts}`, xid: attempts };
      node.store.append({ ...mine, expected: mine.expected, event }, () => {});
      node.clock.pass(LEASE_SECONDS + 1);
      append.call(node.door, mine, settle);
    };
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([]);
    expect(attempts).toBe(4);
    expect(node.counted("silent")).toEqual({ "store-unavailable": 1 });
  });
});

test("a write that waited for long: the client is told what is left of what is held", async () => {
  const network = { ...NETWORK, defaults: { lease: { seconds: 60, heldFactor: 1 } } };
  const node = new TestNode({ network, followsAtOnce: false });
  node.door.state = "slow";
  node.receive(packetOf("REQUEST", alice, selecting()));
  node.pass(12);
  node.receive(packetOf("REQUEST", alice, selecting()));
  node.door.settle();
  await settled();
  expect(node.replies.map(({ packet }) => told(packet))).toEqual([ackOf(X, 48)]);
});

describe("when nobody knows whether a write was stored", () => {
  test.each(["deaf", "shut", "late"] as const)("a new client hears nothing: the store is %s", (state) => {
    const node = new TestNode({ followsAtOnce: false });
    node.door.state = state;
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([]);
    expect(node.counted("silent")).toEqual({ "store-unavailable": 1 });
  });

  test("unless the stream has shown it: then it is stored, and covers the ACK", () => {
    const node = new TestNode();
    node.door.state = "deaf";
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
  });

  test("a renewal is granted within what was held before, and never beyond", () => {
    for (const [left, then] of [
      [LEASE_SECONDS, [ackOf()]],
      [600, [ackOf(X, 600)]],
      [9, []],
    ] as const) {
      const node = leased();
      node.door.state = "shut";
      node.clock.pass(HELD - left);
      expect(node.receive(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual(then);
    }
  });

  test("new clients are offered addresses through an election, and no longer", () => {
    const node = new TestNode();
    node.door.state = "shut";
    for (let second = 0; second < 12; second++) {
      node.receive(packetOf("REQUEST", alice, selecting(X, { xid: second })));
      const offers = node.receive(packetOf("DISCOVER", bob, { xid: second }));
      expect(offers, `after ${second} s`).toHaveLength(second < 10 ? 1 : 0);
      node.pass(1);
    }
    expect(node.stored).toEqual([]);
  });

  test("a client that asks again after a write that was stored all the same gets that address", () => {
    const node = new TestNode({ followsAtOnce: false });
    node.door.state = "deaf";
    node.receive(packetOf("REQUEST", alice, selecting()));
    node.door.state = "open";
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
    expect(node.stored).toEqual([`LeaseGranted ${X} 3600/7200 s`]);
  });
});

describe("while the store does not answer", () => {
  const request = packetOf("REQUEST", alice, selecting());
  const renewal = packetOf("REQUEST", alice, { ciaddr: X, xid: 2 });

  /** One REQUEST at each of these seconds; then, at `answered`, the store answers. */
  function waiting(seconds: readonly number[], answered: number): TestNode {
    const node = new TestNode();
    node.door.state = "slow";
    let now = 0;
    for (const at of seconds) {
      node.pass(at - now);
      now = at;
      node.receive(request);
    }
    node.pass(answered - now);
    node.door.settle();
    return node;
  }

  test.each([
    ["within 4 s of its only REQUEST", [0], 4],
    ["within 8 s of the second one", [0, 4], 9],
    ["within 16 s of the third one", [0, 1, 2], 18],
  ])("a client that listens still is answered: %s", (_, seconds, answered) => {
    const node = waiting(seconds, answered);
    expect(node.sent).toHaveLength(1);
    expect(node.stored).toHaveLength(1);
    expect(node.counted("dropped")).toEqual(
      seconds.length === 1 ? {} : { "already-in-progress": seconds.length - 1 },
    );
  });

  test.each([
    ["of its only REQUEST", [0], 4.001],
    ["of the second one", [0, 3], 11.001],
    ["of a fourth one: 16 s, as after the third", [0, 1, 2, 3], 19.001],
  ])("a client that has given up is not: more than its patience after %s", (_, seconds, answered) => {
    const node = waiting(seconds, answered);
    expect(node.sent).toEqual([]);
    expect(node.counted("dropped")).toMatchObject({ "too-late": 1 });
    node.door.state = "open";
    expect(node.receive(request)).toEqual([ackOf()]);
    expect(node.stored).toHaveLength(1);
  });

  test("a renewal waits for half a second, and is then answered by what is held; once", () => {
    const node = leased();
    node.pass(HELD - 1800);
    node.door.state = "slow";
    expect(node.receive(renewal, false)).toEqual([]);
    node.pass(0.499);
    expect(node.sent).toEqual([]);
    node.pass(0.001);
    node.pass(1);
    expect(node.replies).toHaveLength(1);
    expect(node.sent[0]).toMatch(/^ACK 10\.0\.0\.10 for 1799 s/);
    node.door.settle();
    expect(node.replies).toHaveLength(1);
    expect(node.stored).toHaveLength(2);
  });

  test("and when that answer was lost, the next one is the same", () => {
    const node = leased();
    node.pass(HELD - 1800);
    node.door.state = "slow";
    node.receive(renewal, false);
    node.pass(1);
    node.replies.length = 0;
    expect(node.receive(renewal, false)).toEqual([ackOf(X, 1799)]);
  });

  test("once it is known not to answer, a renewal does not wait at all, and is not written", () => {
    const node = leased();
    node.pass(HELD - 1800);
    node.door.state = "shut";
    node.receive(packetOf("REQUEST", bob, selecting("10.0.0.11")));
    node.door.state = "slow";
    expect(node.receive(renewal, false)).toEqual([ackOf(X, 1800)]);
    expect(node.service.pending).toBe(0);
  });

  test("a write that was given up, and is stored much later, takes nothing from its client", () => {
    const node = new TestNode();
    node.door.state = "slow";
    node.receive(packetOf("REQUEST", alice, selecting("10.0.0.11")));
    node.pass(12);
    node.door.giveUp();
    node.door.state = "open";
    expect(node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 9 })))).toEqual([ackOf()]);
    node.pass(9);
    node.door.settle();
    expect(node.stored).toHaveLength(2);
    node.pass(20);
    node.hearStore();
    expect(node.world.view.get(ip(X))?.state).toBe("bound");
  });
});

describe("a NAK rests on what the store's leader says", () => {
  const renewing = packetOf("REQUEST", alice, { ciaddr: X });

  test("a view that is behind refuses nobody", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting("10.0.0.11")), false);
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    first.receive(packetOf("RELEASE", bob, { ciaddr: X, server: SERVER }), false);
    first.receive(packetOf("REQUEST", alice, selecting()), false);
    expect(await second.answer(renewing, false)).toEqual([ackOf(X, LEASE_SECONDS, "10.0.0.3")]);
    expect(second.stored).toHaveLength(4);
  });

  test("and when it knows, the NAK goes to everybody on the link", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting("10.0.0.11")), false);
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    await second.answer(renewing, false);
    expect(second.sent).toEqual(["NAK (held by another) from 10.0.0.3 → everybody"]);
    expect(second.counted("refused")).toEqual({ "held-by-another": 1 });
  });

  test("a leader that cannot be asked means silence", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting("10.0.0.11")), false);
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    second.door.state = "shut";
    expect(await second.answer(renewing, false)).toEqual([]);
    expect(second.counted("silent")).toEqual({ "store-unavailable": 1 });
    expect(second.service.pending).toBe(0);
  });

  test("another packet that fails meanwhile does not silence it", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting("10.0.0.11")), false);
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    second.receive(renewing, false);
    second.door.state = "deaf";
    second.receive(packetOf("REQUEST", client(9), selecting("10.0.0.13")), false);
    second.door.state = "open";
    await settled();
    expect(second.sent).toEqual(["NAK (held by another) from 10.0.0.3 → everybody"]);
  });

  test("a copy that comes while what the leader said is committed is not committed again", async () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    first.receive(packetOf("RELEASE", bob, { ciaddr: X, server: SERVER }), false);
    const request = packetOf("REQUEST", alice, selecting());
    second.receive(request, false);
    await settled();
    expect(second.sent).toHaveLength(1);
    second.replies.length = 0;
    first.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
    first.receive(packetOf("REQUEST", bob, selecting()), false);
    second.hearStore();
    first.receive(packetOf("RELEASE", bob, { ciaddr: X, server: SERVER, xid: 7 }), false);
    const again = packetOf("REQUEST", alice, selecting(X, { xid: 8 }));
    second.receive(again, false);
    second.door.state = "slow";
    await settled();
    expect(second.service.pending).toBe(1);
    second.receive(again, false);
    expect(second.counted("dropped")).toEqual({ "already-in-progress": 1 });
    second.door.settle();
    await settled();
    expect(second.sent).toHaveLength(1);
  });
});

test("while the store takes no writes, a REQUEST that names another node is left to that one, however often it comes", () => {
  const [first, second] = pair();
  const writesFor = (xid: number) => {
    for (let i = 0; i < 4; i++) {
      second.receive(packetOf("REQUEST", alice, selecting(X, { xid })));
      second.clock.pass(1.5);
      second.hearBeat(first);
    }
    return second.service.pending;
  };
  second.door.state = "slow";
  second.isConnected = false;
  expect(writesFor(1)).toBe(0);
  second.isConnected = true;
  first.hearBeat(second);
  expect(writesFor(2)).toBe(1);
});

describe("a NAK that the stream's leader is asked about", () => {
  const mine = (of: Client, expected: number) => {
    const { event } = leased().store.log[0]!;
    const append = { address: ip(X), expected: revision(expected), event: { ...event!, node: "n2" } };
    return { ...append, event: { ...append.event, client: of.client, mac: of.mac, intent: `${expected}` } };
  };

  test("does not come after an ACK that the client got meanwhile, whatever the leader says then", async () => {
    const node = nodeOn({ lan: { authoritative: true } }, { followsAtOnce: false });
    node.store.append(mine(bob, 0), () => {});
    node.hearStore();
    node.door.state = "slow";
    node.receive(packetOf("REQUEST", alice, { ciaddr: X }), false);
    expect([node.sent, node.service.pending]).toEqual([[], 1]);
    // The view learns that the address is alice's, and the store has it as bob's again.
    node.store.append(mine(alice, 1), () => {});
    node.hearStore();
    node.store.append(mine(bob, 2), () => {});
    node.pass(0.6);
    const acknowledged = node.sent;
    expect(acknowledged).toEqual([expect.stringContaining(ackOf())]);
    node.door.settle();
    await settled();
    expect([node.sent, node.service.pending]).toEqual([acknowledged, 0]);
    expect(node.world.view.get(ip(X))?.client).toBe(bob.client);
  });
});
