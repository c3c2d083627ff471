// Reservations of the network document, by everything that may name a client: the address, the name and the options are
// the client's, and the address is nobody else's.
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { ackOf, alice, bob, client, type Fields, option, packetOf, SERVER, selecting, X } from "../wire.ts";

const RESERVED = "10.0.0.77";
const RELAYED: Fields = { giaddr: "10.9.0.1" };
const agent = (code: number, text: string): Fields => ({
  ...RELAYED,
  options: [[82, Uint8Array.of(code, text.length, ...Buffer.from(text))]],
});
const UUID = "4c4c4544-0043-3010-8052-b4c04f4e3132";
const uuidOctets = Uint8Array.of(0, ...Buffer.from(UUID.replaceAll("-", ""), "hex"));

const WAYS = [
  ["mac", { mac: alice.mac }, {}],
  [
    "clientId",
    { clientId: "0xff112233".slice(2) },
    { options: [[61, Uint8Array.of(0xff, 0x11, 0x22, 0x33)]] },
  ],
  ["circuitId", { circuitId: "port-7" }, agent(1, "port-7")],
  ["remoteId", { remoteId: "modem-9" }, agent(2, "modem-9")],
  ["uuid", { uuid: UUID }, { options: [[97, uuidOctets]] }],
  ["class", { class: "chosen" }, { options: [option("vendorClassIdentifier", "chosen")] }],
] as const satisfies readonly (readonly [string, object, Fields])[];

const classes = [{ id: "chosen", match: { vendorClass: "chosen" } }];

function reserving(who: object, more: object = {}): TestNode {
  const reservation = { ...who, address: RESERVED, hostname: "n77", options: { domainName: "own.example" } };
  return nodeOn({
    document: { classes },
    lan: { options: { domainName: "hpc.example" }, reservations: [{ ...reservation, ...more }] },
  });
}

describe.each(WAYS)("by %s", (_, who, fields: Fields) => {
  test("the client gets the address, the name and the options", () => {
    const node = reserving(who);
    expect(node.receive(packetOf("DISCOVER", alice, fields), false)[0]).toMatch(`OFFER ${RESERVED} `);
    const ack = node.receive(packetOf("REQUEST", alice, { ...fields, ...selecting(RESERVED) }), false);
    expect(ack).toEqual([ackOf(RESERVED)]);
    const { packet } = node.replies.at(-1)!;
    expect([packet.get("hostName"), packet.get("domainName")]).toEqual(["n77", "own.example"]);
  });

  test("another client is never given it, whatever it asks for", async () => {
    const node = reserving(who);
    const offer = node.receive(packetOf("DISCOVER", bob, { requested: RESERVED }));
    expect(offer[0]).toMatch(/^OFFER 10\.0\.0\.1\d /);
    expect(node.replies.at(-1)!.packet.get("domainName")).toBe("hpc.example");
    const nak = [`NAK (not entitled) from ${SERVER}`];
    expect(await node.answer(packetOf("REQUEST", bob, selecting(RESERVED)))).toEqual(nak);
  });

  test("the client is moved when it asks for another address", async () => {
    const node = reserving(who);
    const nak = [`NAK (not entitled) from ${SERVER}`];
    const request = packetOf("REQUEST", alice, { ...fields, ...selecting(X) });
    expect(await node.answer(request, false)).toEqual(nak);
  });
});

describe.each(WAYS.filter(([name]) => name === "circuitId" || name === "remoteId"))(
  "by %s",
  (_, who, fields) => {
    test("the client renews by unicast, where no relay agent says where it is", async () => {
      const node = reserving(who);
      node.receive(packetOf("REQUEST", alice, { ...fields, ...selecting(RESERVED) }), false);
      node.clock.pass(1800);
      const renewed = await node.answer(packetOf("REQUEST", alice, { ciaddr: RESERVED, xid: 9 }), false);
      expect(renewed).toEqual([ackOf(RESERVED)]);
      expect(node.replies.at(-1)!.packet.get("domainName")).toBe("own.example");
    });

    test("somebody else's renewal does not get it by that", async () => {
      const node = reserving(who);
      node.receive(packetOf("REQUEST", alice, { ...fields, ...selecting(RESERVED) }), false);
      const answer = await node.answer(packetOf("REQUEST", bob, { ciaddr: RESERVED, xid: 9 }), false);
      expect(answer.join()).not.toMatch(/^ACK/);
    });
  },
);

test("an address inside a pool that is reserved is not given from the pool", () => {
  const node = nodeOn({ lan: { reservations: [{ mac: alice.mac, address: "10.0.0.11" }] } });
  const given = [3, 4, 5, 6].map((n) => {
    const told = node.receive(packetOf("DISCOVER", client(n)));
    return told[0]?.split(" ")[1];
  });
  expect(given.filter((address) => address !== undefined).sort()).toEqual([X, "10.0.0.12", "10.0.0.13"]);
  expect(node.counted("silent")).toEqual({ "pool-exhausted": 1 });
});

test("lease times of the reservation count before those of the subnet", () => {
  const node = reserving({ mac: alice.mac }, { lease: { seconds: 600 } });
  expect(node.receive(packetOf("REQUEST", alice, selecting(RESERVED)))).toEqual([ackOf(RESERVED, 600)]);
});

test("an address that somebody holds still is not given to whom it is reserved for until that has passed", () => {
  const node = nodeOn({});
  node.receive(packetOf("REQUEST", bob, selecting(X)));
  const reservations = [{ mac: alice.mac, address: X }];
  node.world.network = nodeOn({ lan: { reservations } }).world.network;
  expect(node.receive(packetOf("DISCOVER", alice))).toEqual([]);
  expect(node.counted("silent")).toEqual({ "reserved-address-held": 1 });
  node.clock.pass(2 * 3600 + 16);
  expect(node.receive(packetOf("DISCOVER", alice, { xid: 2 }))[0]).toMatch(`OFFER ${X} `);
});

describe("several subnets on the link", () => {
  const others = [
    {
      ...{ id: "second", prefix: "10.0.1.0/24", sharedNetwork: "fabric" },
      reservations: [
        { mac: alice.mac, address: "10.0.1.77" },
        { circuitId: "port-7", address: "10.0.1.78" },
      ],
    },
  ];
  const shared = (reservations: readonly object[]) =>
    nodeOn({ document: { classes }, lan: { sharedNetwork: "fabric", reservations } as object, others });
  const offered = (node: TestNode, of = alice, fields: Fields = {}) => {
    const options = [option("vendorClassIdentifier", "chosen"), ...(fields.options ?? [])];
    return node.receive(packetOf("DISCOVER", of, { ...fields, options }), false)[0];
  };

  test("a reservation by hardware address counts before one by class in a subnet that comes earlier", () => {
    const node = shared([{ class: "chosen", address: RESERVED }]);
    expect(offered(node)).toMatch("OFFER 10.0.1.77 ");
    expect(offered(node, bob)).toMatch(`OFFER ${RESERVED} `);
  });

  test("and one by port before one by class", () => {
    const node = shared([{ class: "chosen", address: RESERVED }]);
    expect(offered(node, bob, agent(1, "port-7"))).toMatch("OFFER 10.0.1.78 ");
  });

  test("of two that are as sure the earlier subnet's counts", () => {
    expect(offered(shared([{ mac: alice.mac, address: RESERVED }]))).toMatch(`OFFER ${RESERVED} `);
  });
});

test("a reservation by class makes nobody known; any other one does", () => {
  const pools = [{ range: "10.0.0.10-10.0.0.13", for: "known" }];
  const node = (who: object) =>
    nodeOn({ document: { classes }, lan: { pools, reservations: [{ ...who, hostname: "n77" }] } });
  const options = [option("vendorClassIdentifier", "chosen")];
  const discover = packetOf("DISCOVER", alice, { options });
  expect(node({ mac: alice.mac }).receive(discover)).toHaveLength(1);
  const other = node({ class: "chosen" });
  expect(other.receive(discover)).toEqual([]);
  expect(other.counted("silent")).toEqual({ "no-pool-for-client": 1 });
});
