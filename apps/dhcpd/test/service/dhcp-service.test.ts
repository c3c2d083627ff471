// One node from octets to octets, on the memory store: commit, then transmit.

import { formatIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { LEASE_SECONDS, leased, NETWORK, pair, settled, TestNode } from "../node.ts";
import { ackOf, alice, bob, ip, option, packetOf, SERVER, selecting, X } from "../wire.ts";

describe("DISCOVER, OFFER, REQUEST, ACK", () => {
  test("an address is offered without a write, and acknowledged after one", () => {
    const node = new TestNode();
    const [offer] = node.receive(packetOf("DISCOVER", alice));
    expect(offer).toMatch(/^OFFER 10\.0\.0\.1\d for 3600 s from 10\.0\.0\.2$/);
    expect(node.stored).toEqual([]);
    const address = formatIpv4(node.replies[0]!.packet.yiaddr);
    expect(node.receive(packetOf("REQUEST", alice, selecting(address)))).toEqual([ackOf(address)]);
    expect(node.stored).toEqual([`LeaseGranted ${address} 3600/7200 s`]);
  });

  test("RFC 2131 §3.1 item 4: the binding is in the store before the ACK leaves", () => {
    const node = new TestNode();
    const storedAtReply: string[][] = [];
    node.onReply = () => storedAtReply.push(node.stored);
    node.door.state = "slow";
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([]);
    node.door.settle();
    expect(node.sent).toEqual([`${ackOf()} → the hardware address, as ${X}`]);
    expect(storedAtReply).toEqual([[`LeaseGranted ${X} 3600/7200 s`]]);
  });

  test("the offer is remembered, and let go when the client selects a server that is not ours", () => {
    const node = new TestNode();
    node.receive(packetOf("DISCOVER", alice, { requested: X }));
    expect(node.world.offers.to(alice.client, node.clock.now())).toBe(ip(X));
    expect(node.receive(packetOf("REQUEST", alice, { requested: X, server: "10.0.0.99" }))).toEqual([]);
    expect(node.world.offers.to(alice.client, node.clock.now())).toBeUndefined();
    expect(node.counted("silent")).toEqual({ "selected-another-server": 1 });
  });

  test("a foreign address is in the store before it is offered", () => {
    const [first, second] = pair();
    const owner = first.world.members.owns(ip(X)) ? first : second;
    const other = owner === first ? second : first;
    expect(other.world.members.owns(ip(X))).toBe(false);
    const discover = packetOf("DISCOVER", alice, { requested: X, giaddr: "10.9.0.1" });
    expect(other.receive(discover, false)).toHaveLength(1);
    expect(other.stored).toEqual([`AddressOffered ${X} 0/60 s`]);
  });

  test("RELEASE and DECLINE are stored and not answered", () => {
    const node = leased();
    expect(node.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false)).toEqual([]);
    expect(node.stored.at(-1)).toBe(`LeaseReleased ${X} 0/7200 s`);
    node.receive(packetOf("REQUEST", alice, selecting()));
    expect(node.receive(packetOf("DECLINE", alice, selecting(X, { xid: 2 })))).toHaveLength(0);
    expect(node.stored.at(-1)).toBe(`AddressDeclined ${X} 0/86400 s`);
    expect(node.counted("silent")).toEqual({ released: 1, declined: 1 });
  });

  test("a declined address is out of use on every node as soon as it is in the store (I11)", () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting()), false);
    first.receive(packetOf("DECLINE", alice, selecting()), false);
    second.hearStore();
    const then = second.receive(packetOf("REQUEST", bob, { requested: X, server: "10.0.0.3" }), false);
    expect(then).toEqual([]);
    return settled().then(() => expect(second.sent[0]).toMatch(/^NAK \(held by another\)/));
  });

  test("INFORM is answered without a lease, to the client's own address", () => {
    const node = new TestNode();
    node.receive(packetOf("INFORM", alice, { ciaddr: "10.0.0.200" }));
    expect(node.sent).toEqual([`ACK from ${SERVER} → 10.0.0.200:68`]);
    expect(node.stored).toEqual([]);
  });
});

describe("a packet that comes twice", () => {
  test("while it is being committed is answered once", () => {
    const node = new TestNode();
    node.door.state = "slow";
    const request = packetOf("REQUEST", alice, selecting());
    for (let copies = 0; copies < 3; copies++) node.receive(request);
    expect(node.service.pending).toBe(1);
    node.door.settle();
    expect(node.sent).toHaveLength(1);
    expect(node.service.pending).toBe(0);
    expect(node.counted("dropped")).toEqual({ "already-in-progress": 2 });
  });

  test("after its answer was lost is answered again, without another write", () => {
    const node = new TestNode();
    const request = packetOf("REQUEST", alice, selecting());
    expect([node.receive(request), node.receive(request)]).toEqual([[ackOf()], [ackOf()]]);
    expect(node.stored).toHaveLength(1);
  });

  test("at several nodes, sent there by a relay: one lease, one write, and all say the same (I13)", () => {
    const [first, second] = pair();
    const request = packetOf("REQUEST", alice, selecting(X, { giaddr: "10.9.0.1" }));
    const [one] = first.receive(request, false);
    const [other] = second.receive(request, false);
    expect([one, other]).toEqual([ackOf(), ackOf(X, LEASE_SECONDS, "10.0.0.3")]);
    expect(first.stored).toEqual([`LeaseGranted ${X} 3600/7200 s`]);
  });
});

describe("what a client gave back", () => {
  test.each(["RELEASE", "DECLINE"] as const)(
    "is not taken from it when it was granted again meanwhile: %s",
    (type) => {
      const [first, second] = pair();
      first.receive(packetOf("REQUEST", alice, selecting()), false);
      second.hearStore();
      second.door.state = "slow";
      const giving = type === "RELEASE" ? { ciaddr: X, server: SERVER } : selecting();
      second.receive(packetOf(type, alice, giving), false);
      first.clock.pass(1);
      first.receive(packetOf("REQUEST", alice, selecting(X, { xid: 2 })), false);
      second.door.settle();
      expect(second.counted("silent")).toEqual({ "not-the-owner": 1 });
      expect(first.world.view.get(ip(X))).toMatchObject({ state: "bound", client: alice.client });
    },
  );

  test("is taken back by a node whose view was behind, when the grant is clearly older", () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting()), false);
    second.hearStore();
    first.receive(packetOf("REQUEST", alice, selecting(X, { xid: 2 })), false);
    first.clock.pass(60);
    second.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
    expect(first.stored.at(-1)).toBe(`LeaseReleased ${X} 0/7140 s`);
  });
});

describe("a client with two addresses in one subnet", () => {
  const Y = "10.0.0.12";
  const newest = packetOf("REQUEST", alice, selecting(Y, { xid: 2 }));

  test("the older one is released by whoever granted the newer one", () => {
    const [first, second] = pair();
    first.receive(packetOf("REQUEST", alice, selecting()), false);
    first.clock.pass(60);
    second.receive(newest, false);
    second.hearStore();
    expect(first.stored.slice(1)).toEqual([`LeaseGranted ${Y} 3600/7200 s`, `LeaseReleased ${X} 0/7140 s`]);
  });

  test("one that was granted at nearly the same time stays: the client may be using it", () => {
    const [first, second] = pair();
    second.door.state = "slow";
    second.receive(newest, false);
    first.clock.pass(3);
    first.receive(packetOf("REQUEST", alice, selecting()), false);
    second.door.settle();
    second.hearStore();
    expect(first.stored).toEqual([`LeaseGranted ${X} 3600/7200 s`, `LeaseGranted ${Y} 3600/7200 s`]);
  });
});

test("a reply is as long as the client takes, and says which server it is", () => {
  const long = Array.from({ length: 40 }, (_, i) => `10.0.0.${i + 1}`);
  const options = { domainNameServers: long, ntpServers: long, routers: long };
  const lan = { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", options };
  const node = new TestNode({ network: { version: 1, subnets: [lan] } });
  const lengthFor = (maximum?: number) => {
    const options = maximum === undefined ? [] : [option("maximumMessageSize", maximum)];
    node.replies.length = 0;
    node.receive(packetOf("INFORM", alice, { ciaddr: "10.0.0.200", options }));
    return node.replies[0]!.packet.bytes.length;
  };
  expect(lengthFor()).toBeLessThanOrEqual(548);
  expect(lengthFor(400)).toBeLessThanOrEqual(548);
  expect(lengthFor(1000)).toBeGreaterThan(548);
  expect(lengthFor(65_535)).toBeLessThanOrEqual(1472);
});

test("with a server identifier of the cluster every node names that one", () => {
  const cluster = { serverIdentifier: { mode: "floating" as const, address: "10.0.0.250" } };
  const node = new TestNode({ network: { ...NETWORK, cluster } });
  expect(node.receive(packetOf("REQUEST", alice, { requested: X, server: "10.0.0.250" }))).toEqual([
    ackOf(X, LEASE_SECONDS, "10.0.0.250"),
  ]);
});
