// One of two nodes is cut off from the store, and serves hosts by what they hold (ADR 0010); whatever happens on the other side
// meanwhile, nobody else gets their address before that has passed.
import { formatIpv4 } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { HELD, pair, type TestNode } from "../node.ts";
import { ackOf, alice, bob, ip, packetOf, SERVER, selecting, X } from "../wire.ts";

/** Alice's host has X reserved, and leased it through the first node; then the second node is cut off. */
function cutOff(): [TestNode, TestNode] {
  const [first, second] = pair();
  for (const node of [first, second]) node.setHost("a", alice, X);
  first.receive(packetOf("REQUEST", alice, selecting()), false);
  second.hearStore();
  second.isConnected = false;
  second.door.state = "shut";
  second.pass(20);
  first.replies.length = 0;
  return [first, second];
}

const startsAnew = packetOf("REQUEST", alice, { requested: X, xid: 77 });
const isServed = (node: TestNode) => node.receive(startsAnew, false);
const wants = (node: TestNode, xid: number) =>
  node.answer(packetOf("REQUEST", bob, selecting(X, { xid })), false);

test("a reserved host starts anew within what it holds", () => {
  const [, second] = cutOff();
  expect(isServed(second)).toEqual([ackOf(X, 3600, "10.0.0.3")]);
  second.pass(HELD - 20 - 600);
  second.replies.length = 0;
  expect(isServed(second)).toEqual([ackOf(X, 600, "10.0.0.3")]);
  second.pass(600);
  expect(isServed(second)).toEqual([]);
});

test.each<[string, (first: TestNode) => void]>([
  [
    "it gives the address back",
    (first) => first.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false),
  ],
  [
    "its reservation is removed, and then it gives the address back",
    (first) => {
      first.removeHost("a");
      first.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
    },
  ],
  [
    "its reservation is removed, it renews from the pool, and then it gives the address back",
    (first) => {
      first.removeHost("a");
      first.receive(packetOf("REQUEST", alice, { requested: X, xid: 5 }), false);
      first.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
    },
  ],
  [
    "the address is reserved for another host",
    (first) => {
      first.removeHost("a");
      first.setHost("b", bob, X);
    },
  ],
  [
    "it declines the address",
    (first) => first.receive(packetOf("DECLINE", alice, { requested: X, server: SERVER }), false),
  ],
])("on the other side %s: nobody else gets it before what is held has passed", async (_, happens) => {
  const [first, second] = cutOff();
  happens(first);
  expect(isServed(second)).toHaveLength(1);
  first.removeHost("a");
  first.replies.length = 0;
  for (const xid of [100, 101, 102]) {
    expect((await wants(first, xid)).filter((line) => line.startsWith("ACK"))).toEqual([]);
    first.pass((HELD - 100) / 3);
  }
  const lease = first.world.view.get(ip(X))!;
  expect([formatIpv4(lease.address), lease.client, lease.heldUntil > first.clock.ms]).toEqual([
    X,
    alice.client,
    true,
  ]);
});

test("where the document says so, only renewals are served", () => {
  const [, second] = cutOff();
  second.world.network = { ...second.world.network, withoutQuorum: "renewals-only" };
  expect(isServed(second)).toEqual([]);
  expect(second.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 78 }), false)).toHaveLength(1);
});
