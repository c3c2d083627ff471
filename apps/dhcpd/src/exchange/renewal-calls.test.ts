// FORCERENEW from octets to octets: who gets a nonce, and who is called when what it has is no longer its own.
import { createHmac } from "node:crypto";
import { checkNetwork, type NetworkDocument } from "@leasehold/network";
import { formatIpv4, MessageType, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { NETWORK, TestNode } from "../../test/node.ts";
import {
  alice,
  bob,
  type Client,
  client,
  type Fields,
  ip,
  packet,
  packetOf,
  SERVER,
  selecting,
  X,
} from "../../test/wire.ts";
import type { Grant } from "../reply/asked.ts";
import { nonceAsked } from "../request/wishes.ts";
import type { Exchange, ServiceParts } from "./exchange.ts";
import { RenewalCalls } from "./renewal-calls.ts";

const NONCE = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
const KNOWS_NONCES: Fields = { options: [[145, Uint8Array.of(1)]] };

function calling(): TestNode {
  return new TestNode({ ports: { randomOctets: () => NONCE } });
}

function lease(node: TestNode, of: Client = alice, address = X): void {
  node.receive(packetOf("REQUEST", of, selecting(address, KNOWS_NONCES)));
  node.replies.length = 0;
}

/** What was sent since the last look, by message type. */
function sent(node: TestNode): string[] {
  const names = node.sent.map((line) => line.replace(/ (for|from).*→/, " →"));
  node.replies.length = 0;
  return names;
}

/** Ticks of a tenth of a second. */
function pass(node: TestNode, seconds: number): void {
  for (let i = 0; i < seconds * 10; i++) {
    node.clock.pass(0.1);
    node.service.tick();
  }
}

const CALLED = `FORCERENEW → ${X}:68`;

describe("nonces (RFC 6704 §3.1)", () => {
  const lastReply = (node: TestNode): Packet => node.replies.at(-1)!.packet;

  test("an OFFER says that they are used, and the ACK carries one", () => {
    const node = calling();
    node.receive(packetOf("DISCOVER", alice, KNOWS_NONCES));
    expect(lastReply(node).raw(145)).toEqual(Uint8Array.of(1));
    node.receive(packetOf("REQUEST", alice, selecting(formatIpv4(lastReply(node).yiaddr), KNOWS_NONCES)));
    expect(lastReply(node).has(145)).toBe(false);
    expect(lastReply(node).raw(90)!.subarray(11)).toEqual(Uint8Array.of(1, ...NONCE));
  });

  test("a client that does not ask hears nothing of them, and neither does one of a node without random octets", () => {
    for (const [node, fields] of [
      [calling(), {}],
      [new TestNode(), KNOWS_NONCES],
    ] as const) {
      node.receive(packetOf("DISCOVER", alice, fields));
      node.receive(packetOf("REQUEST", alice, selecting(X, fields)));
      for (const { packet } of node.replies) expect(packet.has(90) || packet.has(145)).toBe(false);
    }
  });

  test("who renews keeps its nonce", () => {
    const node = calling();
    lease(node);
    node.receive(packetOf("REQUEST", alice, { ciaddr: X, ...KNOWS_NONCES }), false);
    expect(lastReply(node).messageType).toBe(MessageType.ACK);
    expect(lastReply(node).has(90)).toBe(false);
  });
});

describe("a host that is moved", () => {
  test("is called at its old address, three times, and is moved when it renews", async () => {
    const node = calling();
    node.setHost("n1", alice, X);
    lease(node);
    node.setHost("n1", alice, "10.0.0.77");
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac] });
    expect(sent(node)).toEqual([]);
    pass(node, 10);
    expect(sent(node)).toEqual([CALLED, CALLED, CALLED]);
    expect(node.counted("replied").FORCERENEW).toBe(3);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([
      `NAK (not entitled) from ${SERVER}`,
    ]);
    expect(node.receive(packetOf("DISCOVER", alice))[0]).toMatch(/^OFFER 10\.0\.0\.77 /);
  });

  test("a call carries the digest of the nonce, and the xid of the client's last exchange", () => {
    const node = calling();
    lease(node);
    node.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 0xcafe, ...KNOWS_NONCES }), false);
    node.replies.length = 0;
    node.setHost("n1", alice, "10.0.0.77");
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac] });
    node.service.tick();
    const { packet } = node.replies[0]!;
    expect(packet.xid).toBe(0xcafe);
    expect(formatIpv4(packet.ciaddr)).toBe(X);
    const digest = Uint8Array.from(packet.raw(90)!.subarray(12));
    const zeroed = Buffer.from(packet.bytes);
    zeroed.fill(0, zeroed.indexOf(digest), zeroed.indexOf(digest) + 16);
    expect(digest).toEqual(Uint8Array.from(createHmac("md5", NONCE).update(zeroed).digest()));
  });

  test("is not called again when it has renewed", async () => {
    const node = calling();
    lease(node);
    node.setHost("n1", alice, "10.0.0.77");
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac] });
    node.service.tick();
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X, ...KNOWS_NONCES }), false);
    node.replies.length = 0;
    pass(node, 10);
    expect(sent(node)).toEqual([]);
  });

  test("is not called when it is moved back, nor when nothing changed for it", () => {
    const node = calling();
    node.setHost("n1", alice, X);
    lease(node);
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac] });
    node.core.telemetry.events.hosts.tell({ macs: undefined });
    pass(node, 1);
    expect(sent(node)).toEqual([]);
    node.setHost("n1", alice, "10.0.0.77");
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac] });
    node.service.tick();
    node.setHost("n1", alice, X);
    pass(node, 10);
    expect(sent(node)).toEqual([CALLED]);
  });

  test("is not called by a node that does not serve, or after the lease was released or went to another node", () => {
    const node = calling();
    lease(node);
    lease(node, bob, "10.0.0.11");
    node.receive(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
    node.core.telemetry.events.lease.tell({ ...node.world.view.ofClient(bob.client)[0]!, node: "n2" });
    node.setHost("n1", alice, "10.0.0.77");
    node.setHost("n2", bob, "10.0.0.78");
    node.core.telemetry.events.hosts.tell({ macs: [alice.mac, bob.mac] });
    pass(node, 1);
    expect(sent(node)).toEqual([]);
  });
});

test("who has an address that another host claims now is called, and nobody else", async () => {
  const node = calling();
  const Y = "10.0.0.11";
  lease(node);
  lease(node, bob, Y);
  node.setHost("n9", client(9), X);
  node.core.telemetry.events.hosts.tell({ macs: [client(9).mac] });
  pass(node, 10);
  expect(sent(node)).toEqual([CALLED, CALLED, CALLED]);
  expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([
    `NAK (not entitled) from ${SERVER}`,
  ]);
});

describe("a subnet that has left the document", () => {
  const [lan] = NETWORK.subnets;

  test("another one is on the link: its clients are called, and told NAK when they renew", async () => {
    const node = calling();
    lease(node);
    const next = {
      id: "next",
      prefix: "10.5.0.0/24",
      interface: "eth0",
      pools: [{ range: "10.5.0.10-10.5.0.13" }],
    };
    node.setNetwork({ ...NETWORK, subnets: [next] });
    pass(node, 10);
    expect(sent(node)).toEqual([CALLED, CALLED, CALLED]);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([
      `NAK (wrong network) from ${SERVER}`,
    ]);
  });

  test("the same addresses are in another one: nobody is called, and who renews is served", async () => {
    const node = calling();
    lease(node);
    node.setNetwork({ ...NETWORK, subnets: [{ ...lan!, id: "renamed" }] });
    pass(node, 10);
    expect(sent(node)).toEqual([]);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toHaveLength(1);
  });

  test("none is on the link: who renews would hear nothing, so nobody is called", async () => {
    const node = calling();
    lease(node);
    node.setNetwork({ ...NETWORK, subnets: [] });
    pass(node, 10);
    expect(sent(node)).toEqual([]);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([]);
  });
});

describe("another network document", () => {
  const withPool = (range: string, more: Partial<NetworkDocument> = {}): NetworkDocument => {
    const [lan] = NETWORK.subnets;
    const document = { ...NETWORK, subnets: [{ ...lan!, pools: [{ range }] }], ...more };
    expect(checkNetwork(document)).toMatchObject({ ok: true });
    return document;
  };

  test("calls those whose address is in no pool any more, and nobody else", () => {
    const node = calling();
    lease(node);
    lease(node, bob, "10.0.0.13");
    node.setNetwork(withPool("10.0.0.12-10.0.0.20"));
    pass(node, 0.2);
    expect(sent(node)).toEqual([CALLED]);
  });

  test("calls the clients of a class that is decommissioned, and none that is to hear nothing", () => {
    for (const [policy, calls] of [
      ["decommission", [CALLED]],
      ["ignore", []],
    ] as const) {
      const node = calling();
      lease(node);
      const classes = [{ id: "old", match: { mac: alice.mac }, policy }];
      node.setNetwork(withPool("10.0.0.10-10.0.0.13", { classes }));
      pass(node, 0.2);
      expect(sent(node)).toEqual(calls);
    }
  });

  test("looks at some clients a tick", () => {
    const pools = [{ range: "10.1.0.1-10.1.3.254" }];
    const big = (range: string) => ({
      ...NETWORK,
      subnets: [{ id: "big", prefix: "10.1.0.0/16", interface: "eth0", pools: [{ range }] }],
    });
    const node = new TestNode({ network: big(pools[0]!.range), ports: { randomOctets: () => NONCE } });
    for (let n = 1; n <= 250; n++) lease(node, client(n), `10.1.0.${n}`);
    node.setNetwork(big("10.1.200.1-10.1.203.254"));
    node.service.tick();
    expect(sent(node)).toHaveLength(200);
    node.service.tick();
    expect(sent(node)).toHaveLength(50);
  });
});

test("so many clients are remembered, and the one that was heard of longest ago is forgotten first", () => {
  const { world, core } = new TestNode();
  const { events } = core.telemetry;
  const parts = { world, events, clocks: core.clocks, randomOctets: () => NONCE } as unknown as ServiceParts;
  world.nonces.limitTo(2);
  const calls = new RenewalCalls(parts);
  const acknowledge = (of: Client, fields: Fields) => {
    const request = { ...of, link: world.network.subnets };
    const exchange = { packet: packet("REQUEST", of, fields), request, arrival: { link: {} } };
    const asked = nonceAsked(exchange.packet);
    const nonce = asked === "kept" && !world.nonces.has(of.client) ? "new" : asked;
    return calls.noteAcknowledged(exchange as unknown as Exchange, { address: ip(X), nonce } as Grant)?.nonce;
  };
  const renewing = { ciaddr: X, ...KNOWS_NONCES };
  for (const n of [1, 2, 1, 3]) acknowledge(client(n), n === 1 ? renewing : selecting(X, KNOWS_NONCES));
  expect(calls.size).toBe(2);
  // Who is remembered has a nonce; who was forgotten gets a new one.
  expect([acknowledge(client(1), renewing), acknowledge(client(2), renewing)]).toEqual([undefined, NONCE]);
});
