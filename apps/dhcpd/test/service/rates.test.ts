// Rate limits of the network document, and leasequeries: who is taken, and who may ask.
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { leased, type TestNode } from "../node.ts";
import { ackOf, alice, bob, client, packetOf, selecting, X } from "../wire.ts";

describe("limits", () => {
  const discover = (xid: number) => packetOf("DISCOVER", alice, { xid });

  test("of one client: others are not concerned, and it is taken again after a while", () => {
    const node = nodeOn({ document: { limits: { client: { packets: 2, perSeconds: 10 } } } });
    for (let xid = 1; xid <= 5; xid++) node.receive(discover(xid));
    expect(node.counted("replied")).toEqual({ OFFER: 2 });
    expect(node.counted("dropped")).toEqual({ "client-rate": 3 });
    expect(node.receive(packetOf("DISCOVER", bob))).toHaveLength(1);
    node.clock.pass(5);
    expect(node.receive(discover(6))).toHaveLength(1);
  });

  test("of all", () => {
    const node = nodeOn({ document: { limits: { total: { packets: 3, perSeconds: 1 } } } });
    for (let n = 1; n <= 5; n++) node.receive(packetOf("INFORM", client(n), { ciaddr: "10.0.0.200" }));
    expect(node.counted("replied")).toEqual({ ACK: 3 });
    expect(node.counted("dropped")).toEqual({ "total-rate": 2 });
  });

  test("of a port of a relay agent, whose other ports are not concerned", () => {
    const node = nodeOn({ document: { limits: { relayPort: { packets: 1, perSeconds: 10 } } } });
    const by = (n: number, port: number) =>
      packetOf("DISCOVER", client(n), { giaddr: "10.9.0.1", options: [[82, Uint8Array.of(1, 1, port)]] });
    const answered = [by(1, 7), by(2, 7), by(3, 8)].map((bytes) => node.receive(bytes, false).length);
    expect(answered).toEqual([1, 0, 1]);
    expect(node.counted("dropped")).toEqual({ "relay-port-rate": 1 });
  });

  test("a new document's limits count from its first packet on", () => {
    const node = nodeOn({});
    for (let xid = 1; xid <= 5; xid++) node.receive(discover(xid));
    expect(node.counted("dropped")).toEqual({});
    const limits = { client: { packets: 1, perSeconds: 60 } };
    node.setNetwork({ ...node.world.network.document, limits });
    for (let xid = 6; xid <= 8; xid++) node.receive(discover(xid));
    expect(node.counted("dropped")).toEqual({ "client-rate": 2 });
  });
});

describe("LEASEQUERY", () => {
  const PEER = "10.9.0.1";
  const ask = (node: TestNode, giaddr: string, ciaddr = X) =>
    node.receive(
      packetOf("LEASEQUERY", alice, { giaddr, ciaddr, hlen: 0, chaddr: new Uint8Array(6) }),
      false,
    );

  function asked(peers: string[]): TestNode {
    const node = leased();
    node.setNetwork(nodeOn({ document: { leasequery: { peers } } }).world.network.document);
    return node;
  }

  test("an authorised peer is told of the lease, at its giaddr", () => {
    const node = asked([PEER]);
    ask(node, PEER);
    // Renewals need no write while the store holds the address: it may be in use for so long.
    expect(node.sent[0]).toMatch(/^LEASEACTIVE for 7200 s from 10\.0\.0\.2 → 10\.9\.0\.1:67$/);
    expect(node.replies[0]!.packet.chaddr).toEqual(Uint8Array.of(2, 0, 0, 0, 0, 1));
    expect(node.counted("replied").LEASEQUERY).toBe(1);
  });

  test("of an address that nobody has, and of one that we do not serve", () => {
    const node = asked([PEER]);
    ask(node, PEER, "10.0.0.12");
    ask(node, PEER, "10.66.0.1");
    expect(node.sent.map((line) => line.split(" ")[0])).toEqual(["LEASEUNASSIGNED", "LEASEUNKNOWN"]);
  });

  test("nobody else is answered", () => {
    const node = asked([PEER]);
    expect(ask(node, "10.9.0.2")).toEqual([]);
    expect(Object.values(node.counted("dropped"))).toEqual([1]);
    expect(ask(asked([]), PEER)).toEqual([]);
  });

  test("a question writes nothing, and a client's lease is renewed as before", () => {
    const node = asked([PEER]);
    ask(node, PEER);
    expect(node.stored).toHaveLength(1);
    expect(node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 1 })))).toEqual([ackOf()]);
  });
});
