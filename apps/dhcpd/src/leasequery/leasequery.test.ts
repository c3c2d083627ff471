// RFC 4388 §6 sentence by sentence, and RFC 6148 for queries by remote-id.
import type { Lease } from "@leasehold/leases";
import { compileNetwork } from "@leasehold/network";
import {
  type ClientId,
  encode,
  type Message,
  macBytes,
  messageTypeName,
  type Packet,
} from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { addressOf, at, LAN, lease, PEER, query, SERVER, TestWorld } from "../../test/leasequery.ts";
import { alice, bob, decoded, type Fields, ip } from "../../test/wire.ts";
import { answerLeasequery } from "./leasequery.ts";

const PEERS = new Set([ip(PEER)]);
const REMOTE = Buffer.from("modem-7");
const AGENT = `0102aabb02${REMOTE.length.toString(16).padStart(2, "0")}${REMOTE.toString("hex")}`;
const DUID = "ff00010001aabbccdd" as ClientId;

function answerTo(world: TestWorld, packet: Packet, now = at(60)) {
  return answerLeasequery({ world, packet, serverIdentifier: SERVER, peers: PEERS, now });
}

/** The reply, through the codec. */
function reply(leases: readonly Lease[] | TestWorld, fields: Fields, now = at(60)): Packet {
  const world = leases instanceof TestWorld ? leases : new TestWorld(leases);
  const answer = answerTo(world, query("LEASEQUERY", fields), now);
  if ("dropped" in answer) throw new Error(answer.dropped);
  return sent(answer.reply);
}

function sent(message: Message): Packet {
  const into = Buffer.alloc(1472);
  return decoded(into.subarray(0, encode(message, into, { maximumSize: into.length })));
}

/** "LEASEACTIVE 10.0.0.10" */
const told = (packet: Packet) => `${messageTypeName(packet.messageType!)} ${addressOf(packet)}`;

const byAddress = (ciaddr: string, more: Fields = {}): Fields => ({ ciaddr, ...more });
const byMac = (of = alice, more: Fields = {}): Fields => ({
  ...{ htype: 1, hlen: 6, chaddr: macBytes(of.mac) },
  ...more,
});
const byId = (id: string, more: Fields = {}): Fields => ({
  ...more,
  options: [[61, Buffer.from(id, "hex")]],
});
const byRemoteId = (id: Uint8Array, more: Fields = {}): Fields => ({
  ...more,
  options: [[82, Uint8Array.of(2, id.length, ...id)]],
});

describe("who may ask (§6.3, §6.4.3)", () => {
  const drops: [string, Fields, string][] = [
    ["giaddr 0", byAddress("10.0.0.10", { giaddr: "0.0.0.0" }), "leasequery-without-giaddr"],
    ["another giaddr", byAddress("10.0.0.10", { giaddr: "10.9.0.9" }), "leasequery-not-authorised"],
    ["nothing is asked", {}, "leasequery-malformed"],
    ["an address and a hardware address", byMac(alice, { ciaddr: "10.0.0.10" }), "leasequery-malformed"],
    ["an address and an identifier", byId(DUID, { ciaddr: "10.0.0.10" }), "leasequery-malformed"],
    ["an identifier and a hardware address", { ...byMac(), ...byId(DUID) }, "leasequery-malformed"],
  ];

  test.each(drops)("%s: no reply", (_, fields, dropped) => {
    expect(answerTo(new TestWorld([lease("10.0.0.10")]), query("LEASEQUERY", fields))).toEqual({ dropped });
  });

  test("giaddr limits nothing else", () => {
    expect(told(reply([lease("10.0.0.10")], byAddress("10.0.0.10")))).toBe("LEASEACTIVE 10.0.0.10");
  });
});

describe("by IP address", () => {
  const ended: [string, Lease][] = [
    ["expired", lease("10.0.0.10", { at: -9000 })],
    ["released", lease("10.0.0.10", { state: "released" })],
    ["declined", lease("10.0.0.10", { state: "declined" })],
    ["only offered", lease("10.0.0.10", { state: "offered" })],
  ];

  test("leased: LEASEACTIVE with the client's hardware address and the server's identifier", () => {
    const packet = reply([lease("10.0.0.10", { of: bob })], byAddress("10.0.0.10", { xid: 99, wants: [] }));
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.10");
    expect([packet.op, packet.xid, packet.giaddr, packet.htype, packet.hlen]).toEqual([
      2,
      99,
      ip(PEER),
      1,
      6,
    ]);
    expect(Buffer.from(packet.chaddr)).toEqual(Buffer.from(macBytes(bob.mac)));
    expect(packet.get("serverIdentifier")).toBe(SERVER);
    expect([packet.yiaddr, packet.siaddr]).toEqual([0, 0]);
  });

  test.each(ended)("%s: LEASEUNASSIGNED with no other option", (_, one) => {
    const packet = reply([one], byAddress("10.0.0.10", { wants: [51, 61, 82, 91] }));
    expect(told(packet)).toBe("LEASEUNASSIGNED 10.0.0.10");
    expect(packet.codes()).toEqual([53]);
  });

  test("managed and never leased: LEASEUNASSIGNED", () => {
    const world = new TestWorld();
    world.reserve("10.0.0.77");
    expect(told(reply(world, byAddress("10.0.0.13")))).toBe("LEASEUNASSIGNED 10.0.0.13");
    expect(told(reply(world, byAddress("10.0.0.77")))).toBe("LEASEUNASSIGNED 10.0.0.77");
  });

  test("not managed: LEASEUNKNOWN with no other option", () => {
    for (const address of ["10.0.0.1", "192.0.2.1"]) {
      const packet = reply([], byAddress(address, { wants: [51, 1, 3] }));
      expect(told(packet)).toBe(`LEASEUNKNOWN ${address}`);
      expect(packet.codes()).toEqual([53]);
    }
  });

  test("a remote-id beside the address is no query of its own (RFC 6148 §5)", () => {
    expect(told(reply([lease("10.0.0.10")], { ...byRemoteId(REMOTE), ciaddr: "10.0.0.10" }))).toBe(
      "LEASEACTIVE 10.0.0.10",
    );
  });

  test("a sloppy query with an empty hardware address of 6 octets is one by address", () => {
    const fields = byAddress("10.0.0.10", { htype: 1, hlen: 6, chaddr: new Uint8Array(6) });
    expect(told(reply([lease("10.0.0.10")], fields))).toBe("LEASEACTIVE 10.0.0.10");
  });
});

describe("by client", () => {
  const two = [
    lease("10.0.0.10", { at: 10 }),
    lease("10.0.0.11", { at: 20 }),
    lease("10.0.0.12", { of: bob }),
  ];

  test("by hardware address: the one of the most recent transaction (§6.4.1), and all in option 92 (§6.4.2)", () => {
    const packet = reply(two, byMac(alice, { wants: [51] }));
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.11");
    expect(packet.get("associatedIpAddresses")).toEqual([ip("10.0.0.11"), ip("10.0.0.10")]);
  });

  test("option 92 of a single address is sent when it is asked for", () => {
    expect(reply(two, byMac(bob, { wants: [92] })).get("associatedIpAddresses")).toEqual([ip("10.0.0.12")]);
    expect(reply(two, byMac(bob, { wants: [51] })).has(92)).toBe(false);
    expect(reply(two, byAddress("10.0.0.10", { wants: [92] })).get("associatedIpAddresses")).toHaveLength(2);
    expect(reply(two, byAddress("10.0.0.10", { wants: [51] })).has(92)).toBe(false);
  });

  test("an address that it has no more does not count", () => {
    const packet = reply(
      [lease("10.0.0.10", { at: 10 }), lease("10.0.0.11", { state: "released" })],
      byMac(),
    );
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.10");
    expect(packet.has(92)).toBe(false);
  });

  test("a client without a lease: LEASEUNKNOWN, never LEASEUNASSIGNED (§6.4)", () => {
    const expired = [lease("10.0.0.10", { at: -9000, client: DUID })];
    for (const fields of [byMac(), byMac(bob), byId(DUID), byRemoteId(REMOTE)]) {
      expect(told(reply(expired, fields))).toBe("LEASEUNKNOWN 0.0.0.0");
    }
    expect(reply(expired, byId(DUID)).codes()).toEqual([53]);
  });

  test("by hardware address where clients are known by their identifiers", () => {
    const packet = reply([lease("10.0.0.10", { client: DUID })], byMac(alice, { wants: [61] }));
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.10");
    expect(Buffer.from(packet.raw(61)!).toString("hex")).toBe(DUID);
  });

  test("by hardware address: of the same type only", () => {
    expect(told(reply([lease("10.0.0.10")], { ...byMac(), htype: 6 }))).toBe("LEASEUNKNOWN 0.0.0.0");
  });

  test("by client identifier", () => {
    const leases = [lease("10.0.0.10", { client: DUID }), lease("10.0.0.11", { of: bob })];
    expect(told(reply(leases, byId(DUID)))).toBe("LEASEACTIVE 10.0.0.10");
    const byHardware = reply(leases, byId(bob.client, { wants: [61] }));
    expect(told(byHardware)).toBe("LEASEACTIVE 10.0.0.11");
    expect(Buffer.from(byHardware.raw(61)!).toString("hex")).toBe(bob.client);
  });

  test("by the client identifier that it sent, where clients are known by their hardware addresses", () => {
    const leases = [lease("10.0.0.10", { more: { trace: { clientIdentifier: DUID } } })];
    expect(told(reply(leases, byId(DUID)))).toBe("LEASEACTIVE 10.0.0.10");
    expect(told(reply(leases, byId(alice.client)))).toBe("LEASEUNKNOWN 0.0.0.0");
  });
});

describe("by remote-id (RFC 6148)", () => {
  const circuit = [
    lease("10.0.0.10", { agent: AGENT, at: 5 }),
    lease("10.0.0.11", { agent: AGENT, at: 6, of: bob }),
    lease("10.0.0.12", { agent: "0102aabb", of: bob }),
  ];

  test("the most recent address (§4.4), and all of them in option 92 (§4.3)", () => {
    const packet = reply(circuit, byRemoteId(REMOTE, { wants: [92] }));
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.11");
    expect(packet.get("associatedIpAddresses")).toEqual([ip("10.0.0.11"), ip("10.0.0.10")]);
  });

  test("nobody there: LEASEUNKNOWN with the query's option 82 and no other (§4.3)", () => {
    const packet = reply(circuit, byRemoteId(Buffer.from("nobody"), { wants: [51] }));
    expect(told(packet)).toBe("LEASEUNKNOWN 0.0.0.0");
    expect(packet.codes()).toEqual([53, 82]);
    expect(Buffer.from(packet.raw(82)!)).toEqual(Buffer.from(`${"\x02\x06"}nobody`));
  });

  test("a client that moved to another circuit is found there only", () => {
    const world = new TestWorld(circuit);
    world.learn(lease("10.0.0.11", { agent: "02024242", of: bob, at: 9 }));
    expect(told(reply(world, byRemoteId(REMOTE)))).toBe("LEASEACTIVE 10.0.0.10");
    expect(told(reply(world, byRemoteId(Buffer.from("BB"))))).toBe("LEASEACTIVE 10.0.0.11");
  });
});

describe("the options of LEASEACTIVE (§6.4.2)", () => {
  const one = lease("10.0.0.10", { agent: AGENT, seconds: 1000, held: 2000 });
  const asked = (code: number, now = at(60), of = one) =>
    reply([of], byAddress("10.0.0.10", { wants: [code] }), now);

  test("51: what is left, until the address may be another's", () => {
    expect(asked(51).get("ipAddressLeaseTime")).toBe(1940);
    expect(asked(51, at(1999.5)).get("ipAddressLeaseTime")).toBe(0);
    const infinite = lease("10.0.0.10", { seconds: 0xffffffff, held: 0xffffffff });
    expect(asked(51, at(60), infinite).get("ipAddressLeaseTime")).toBe(0xffffffff);
  });

  test("58, 59: what is left; never of a time that is past", () => {
    expect(asked(58).get("renewalTime")).toBe(440);
    expect(asked(59).get("rebindingTime")).toBe(815);
    expect(asked(58, at(500)).has(58)).toBe(false);
    expect(asked(59, at(900)).has(59)).toBe(false);
  });

  test("82: as it was last seen", () => {
    expect(Buffer.from(asked(82).raw(82)!).toString("hex")).toBe(AGENT);
    expect(asked(82, at(60), lease("10.0.0.10")).has(82)).toBe(false);
  });

  test("91: seconds since the client was last dealt with (§6.1)", () => {
    expect(asked(91).get("clientLastTransactionTime")).toBe(60);
  });

  test("12 and 60: as the client sent them", () => {
    expect(asked(12).get("hostName")).toBe("n1");
    const pxe = lease("10.0.0.10", {
      more: { trace: { vendorClass: Buffer.from("PXEClient").toString("hex") } },
    });
    expect(asked(60, at(60), pxe).get("vendorClassIdentifier")).toBe("PXEClient");
  });

  test("of the others only what is not sensitive", () => {
    const packet = reply([one], byAddress("10.0.0.10", { wants: [3, 40, 1] }));
    expect(packet.codes()).toEqual([53, 54, 3, 1]);
  });

  test("only what is asked for, in that order", () => {
    expect(reply([one], byAddress("10.0.0.10", { wants: [91, 51, 91] })).codes()).toEqual([53, 54, 91, 51]);
  });

  test("all, when nothing is asked for by name (§6.2)", () => {
    expect(reply([one], byAddress("10.0.0.10")).codes()).toEqual([53, 54, 51, 58, 59, 12, 91, 1, 3, 28, 82]);
  });

  test("an IPoIB client has no hardware address to be told (RFC 4390)", () => {
    const ipoib = lease("10.0.0.10", { client: DUID, more: { mac: undefined, trace: { htype: 32 } } });
    const packet = reply([ipoib], byAddress("10.0.0.10", { wants: [61] }));
    expect([packet.htype, packet.hlen, packet.raw(61)?.length]).toEqual([32, 0, DUID.length / 2]);
  });
});

describe("in a VPN (RFC 6607 §5.2)", () => {
  const compiled = compileNetwork(LAN, 1);
  const red = { ...compiled.subnets[0]!, vss: "red" };
  const network = { ...compiled, subnets: [red], subnet: () => red, subnetContaining: () => red };
  const world = new TestWorld([lease("10.0.0.10")], network);
  const asked = (address: string, ...vpn: number[]) =>
    reply(world, { ciaddr: address, wants: [51], options: vpn.length ? [[221, Uint8Array.from(vpn)]] : [] });

  test("a lease is found in its own VPN, and that is said (§7.1)", () => {
    const packet = asked("10.0.0.10", 0, ...Buffer.from("red"));
    expect(told(packet)).toBe("LEASEACTIVE 10.0.0.10");
    expect(Buffer.from(packet.raw(221)!).toString()).toBe("\0red");
  });

  test("and in no other one", () => {
    for (const vpn of [[], [255], [0, 98], [254], [9]]) {
      expect(told(asked("10.0.0.10", ...vpn))).toBe("LEASEUNKNOWN 10.0.0.10");
      expect(told(asked("10.0.0.11", ...vpn))).toBe("LEASEUNKNOWN 10.0.0.11");
    }
    expect(told(asked("10.0.0.11", 0, ...Buffer.from("red")))).toBe("LEASEUNASSIGNED 10.0.0.11");
  });
});

test("many addresses behind one remote-id are all told", () => {
  const leases = Array.from({ length: 200 }, (_, n) => lease(`10.1.0.${n}`, { agent: AGENT, at: n }));
  expect(reply(leases, byRemoteId(REMOTE)).get("associatedIpAddresses")).toHaveLength(200);
});
