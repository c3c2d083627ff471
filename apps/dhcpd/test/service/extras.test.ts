// Rapid commit (RFC 4039), IPv6-only preferred (RFC 8925), auto-configure (RFC 2563): what they change of a whole exchange.
import { formatIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { LEASE_SECONDS, START, type TestNode } from "../node.ts";
import { ackOf, alice, bob, client, type Fields, packetOf, selecting, X } from "../wire.ts";

const RAPID: Fields = { requested: X, options: [[80, new Uint8Array(0)]] };

describe("rapid commit", () => {
  test("DISCOVER is answered with ACK at once, with option 80, when the binding is stored", () => {
    const node = nodeOn({ lan: { rapidCommit: true } });
    node.door.state = "slow";
    expect(node.receive(packetOf("DISCOVER", alice, RAPID))).toEqual([]);
    node.door.settle();
    expect(node.sent).toEqual([`${ackOf()} → the hardware address, as ${X}`]);
    expect(node.stored).toEqual([`LeaseGranted ${X} 3600/7200 s`]);
    expect(node.replies[0]!.packet.raw(80)).toEqual(new Uint8Array(0));
  });

  test.each([
    ["the client does not ask", true, { requested: X }],
    ["the subnet does not have it", false, RAPID],
  ])("OFFER without option 80 when %s", (_, rapidCommit, fields) => {
    const node = nodeOn({ lan: { rapidCommit } });
    expect(node.receive(packetOf("DISCOVER", alice, fields))[0]).toMatch(/^OFFER/);
    expect(node.replies[0]!.packet.has(80)).toBe(false);
    expect(node.stored).toEqual([]);
  });

  test("the ACK to a REQUEST never has option 80", () => {
    const node = nodeOn({ lan: { rapidCommit: true } });
    node.receive(packetOf("REQUEST", alice, { ...selecting(), options: [[80, new Uint8Array(0)]] }));
    expect(node.replies[0]!.packet.has(80)).toBe(false);
  });
});

describe("IPv6-only preferred (108)", () => {
  const options = { ipv6OnlyPreferred: 1800 };
  const wants = [1, 3, 108];
  const WAIT = Uint8Array.of(0, 0, 7, 8);
  const offered = (node: TestNode, fields: Fields) => {
    node.receive(packetOf("DISCOVER", alice, fields));
    return node.replies.at(-1)!.packet;
  };

  test("is in OFFER and ACK when the client asks for it, and only then", () => {
    const node = nodeOn({ lan: { options } });
    node.receive(packetOf("DISCOVER", alice, { wants }));
    node.receive(packetOf("REQUEST", alice, selecting(X, { wants })));
    node.receive(packetOf("DISCOVER", bob, { wants: [1, 3] }));
    node.receive(packetOf("DISCOVER", client(3)));
    const told = node.replies.map(({ packet }) => packet.raw(108));
    expect(told).toEqual([WAIT, WAIT, undefined, undefined]);
  });

  test("RFC 8925 §3.3: then a DISCOVER is offered 0.0.0.0, and nothing is kept for it", () => {
    const node = nodeOn({ lan: { options } });
    const offer = offered(node, { wants, requested: X });
    expect([formatIpv4(offer.yiaddr), offer.raw(108), offer.get("ipAddressLeaseTime")]).toEqual([
      ...["0.0.0.0", WAIT],
      LEASE_SECONDS,
    ]);
    expect([node.stored, node.world.offers.to(alice.client, START)]).toEqual([[], undefined]);
  });

  test("RFC 8925 §3.3: a REQUEST for an address is processed as ever", () => {
    const node = nodeOn({ lan: { options } });
    expect(node.receive(packetOf("REQUEST", alice, selecting(X, { wants })))).toEqual([ackOf()]);
    expect(node.receive(packetOf("REQUEST", alice, { ciaddr: X, wants }))).toEqual([ackOf()]);
  });

  test("`ipv6OnlyOffer: address`: an address that is free is offered all the same (MAY)", () => {
    const node = nodeOn({ lan: { options, ipv6OnlyOffer: "address" } });
    const offer = offered(node, { wants, requested: X });
    expect([formatIpv4(offer.yiaddr), offer.raw(108)]).toEqual([X, WAIT]);
  });

  test("it holds for the document where the subnet says nothing", () => {
    const node = nodeOn({ lan: { options }, document: { ipv6OnlyOffer: "address" } });
    expect(formatIpv4(offered(node, { wants, requested: X }).yiaddr)).toBe(X);
  });

  test("a reserved address is its client's: it is no pool's", () => {
    const reservations = [{ mac: alice.mac, address: "10.0.0.50" }];
    const node = nodeOn({ lan: { options, reservations } });
    const offer = offered(node, { wants });
    expect([formatIpv4(offer.yiaddr), offer.raw(108)]).toEqual(["10.0.0.50", WAIT]);
  });

  test("so is one that the inventory gives", () => {
    const node = nodeOn({ lan: { options } });
    node.setHost("n1", alice, "10.0.0.60");
    expect(formatIpv4(offered(node, { wants }).yiaddr)).toBe("10.0.0.60");
  });

  test("a pool of its own may be IPv6-mostly, another one not", () => {
    const pools = [
      { range: "10.0.0.10-10.0.0.13", for: "unknown", options },
      { range: "10.0.0.20-10.0.0.23", for: "known" },
    ];
    const node = nodeOn({ lan: { pools } });
    expect(formatIpv4(offered(node, { wants }).yiaddr)).toBe("0.0.0.0");
    node.setHost("n1", alice);
    const offer = offered(node, { wants });
    expect([formatIpv4(offer.yiaddr).slice(0, 8), offer.raw(108)]).toEqual(["10.0.0.2", undefined]);
  });

  test("a client for which there is no address is told so, too", () => {
    const node = nodeOn({ lan: { pools: [], options: { ...options, autoConfigure: 0 } } });
    const offer = offered(node, { wants, options: [[116, Uint8Array.of(1)]] });
    expect([formatIpv4(offer.yiaddr), offer.raw(108), offer.raw(116)]).toEqual([
      ...["0.0.0.0", WAIT],
      Uint8Array.of(0),
    ]);
  });

  test.each(["no-address", "address"] as const)(
    "RFC 8925 §3.3: a DISCOVER that asks for both it and rapid commit is answered with an OFFER (%s)",
    (ipv6OnlyOffer) => {
      const pools = [{ range: "10.0.0.10-10.0.0.13", options }];
      const node = nodeOn({ lan: { pools, rapidCommit: true, ipv6OnlyOffer } });
      expect(node.receive(packetOf("DISCOVER", alice, { ...RAPID, wants }))[0]).toMatch(/^OFFER/);
      expect([node.replies[0]!.packet.has(80), node.stored]).toEqual([false, []]);
    },
  );
});

describe("auto-configure (116)", () => {
  const asks: Fields = { options: [[116, Uint8Array.of(1)]] };
  const none = { pools: [] };

  test("a client for which there is no address is told not to make one up", () => {
    const node = nodeOn({ lan: { ...none, options: { autoConfigure: 0 } } });
    node.receive(packetOf("DISCOVER", alice, asks));
    const { packet } = node.replies[0]!;
    expect([formatIpv4(packet.yiaddr), packet.raw(116)]).toEqual(["0.0.0.0", Uint8Array.of(0)]);
    expect(packet.has(51)).toBe(false);
    expect(node.stored).toEqual([]);
  });

  test.each([
    ["that does not ask", { autoConfigure: 0 }, {}],
    ["where the document does not say so", {}, asks],
  ])("one %s hears nothing", (_, options, fields) => {
    const node = nodeOn({ lan: { ...none, options } });
    expect(node.receive(packetOf("DISCOVER", alice, fields))).toEqual([]);
    expect(node.counted("silent")).toEqual({ "no-pool-for-client": 1 });
  });

  test("one that gets an address is told nothing of it", () => {
    const node = nodeOn({ lan: { options: { autoConfigure: 0 } } });
    node.receive(packetOf("DISCOVER", alice, asks));
    expect(node.replies[0]!.packet.has(116)).toBe(false);
  });
});
