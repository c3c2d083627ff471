// What a client is told with its address: times, options and boot fields, from the level that says it last.
import { formatIpv4, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { type Lan, nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { alice, bob, type Client, type Fields, option, packetOf, selecting } from "../wire.ts";

function acked(node: TestNode, of: Client = alice, fields: Fields = {}): Packet {
  node.receive(packetOf("REQUEST", of, { ...selecting(), ...fields }));
  return node.replies.at(-1)!.packet;
}

const times = (packet: Packet) => [
  packet.get("ipAddressLeaseTime"),
  packet.get("renewalTime"),
  packet.get("rebindingTime"),
];

describe("option 51 of the request", () => {
  const lease = { seconds: 3600, minSeconds: 600, maxSeconds: 7200 };

  test.each([
    ["nothing", undefined, 3600],
    ["less than the least", 60, 600],
    ["the least", 600, 600],
    ["something between", 1000, 1000],
    ["the most", 7200, 7200],
    ["for ever", 0xffffffff, 7200],
    ["no time at all, which says nothing (field report 4)", 0, 3600],
  ])("%s", (_, asked, told) => {
    const options = asked === undefined ? [] : [option("ipAddressLeaseTime", asked)];
    const node = nodeOn({ lan: { lease } });
    node.receive(packetOf("DISCOVER", alice, { options }));
    expect(node.replies[0]!.packet.get("ipAddressLeaseTime")).toBe(told);
    expect(acked(node, alice, { options }).get("ipAddressLeaseTime")).toBe(told);
    expect(node.stored.at(-1)).toMatch(` ${told}/`);
  });

  test("is not listened to where the document allows for one time only", () => {
    const options = [option("ipAddressLeaseTime", 60)];
    expect(acked(nodeOn({}), alice, { options }).get("ipAddressLeaseTime")).toBe(3600);
  });
});

describe("T1 and T2", () => {
  test("are a half and seven eighths (RFC 2131 §4.4.5)", () => {
    expect(times(acked(nodeOn({})))).toEqual([3600, 1800, 3150]);
  });

  test("are what the document says, also of the time that the client asked for", () => {
    const lease = { seconds: 3600, minSeconds: 100, t1: 0.25, t2: 0.75 };
    const options = [option("ipAddressLeaseTime", 100)];
    expect(times(acked(nodeOn({ lan: { lease } }), alice, { options }))).toEqual([100, 25, 75]);
  });
});

describe("levels", () => {
  const LEVELS: Lan = {
    document: {
      defaults: {
        lease: { seconds: 3600 },
        options: { domainName: "defaults.example", timeOffset: 1, ntpServers: ["10.0.0.5"] },
      },
      sharedNetworks: [{ id: "fabric", options: { domainName: "fabric.example", timeOffset: 2 } }],
      classes: [
        { id: "pxe", match: { vendorClass: { prefix: "PXE" } }, options: { domainName: "pxe.example" } },
        { id: "late", match: { vendorClass: { prefix: "PXEClient" } }, lease: { seconds: 900 } },
      ],
    },
    lan: {
      sharedNetwork: "fabric",
      options: { domainName: "lan.example" },
      server: { nextServer: "10.0.0.3", file: "subnet.efi" },
      pools: [{ range: "10.0.0.10-10.0.0.13", options: { domainName: "pool.example" } }],
      reservations: [
        {
          ...{ mac: bob.mac, options: { domainName: "bob.example" }, lease: { seconds: 700 } },
          server: { file: "bob.efi", name: "boot" },
        },
      ],
    },
  };
  const pxe = { options: [option("vendorClassIdentifier", "PXEClient")] };
  const shown = (packet: Packet) => [
    packet.get("domainName"),
    packet.get("timeOffset"),
    packet.get("ipAddressLeaseTime"),
    formatIpv4(packet.siaddr),
    packet.sname,
    packet.file,
  ];

  test.each([
    ["the pool's", alice, {}, ["pool.example", 2, 3600, "10.0.0.3", "", "subnet.efi"]],
    ["the class's", alice, pxe, ["pxe.example", 2, 900, "10.0.0.3", "", "subnet.efi"]],
    ["the reservation's", bob, {}, ["bob.example", 2, 700, "10.0.0.3", "boot", "bob.efi"]],
    ["a reservation's in a class", bob, pxe, ["bob.example", 2, 700, "10.0.0.3", "boot", "bob.efi"]],
  ] as const)("%s", (_, of, fields: Fields, expected) => {
    const packet = acked(nodeOn(LEVELS), of, fields);
    expect(shown(packet)).toEqual(expected);
    expect(packet.raw(42)).toEqual(Uint8Array.of(10, 0, 0, 5));
  });

  test("the answer to INFORM has the options and boot fields, and no times", () => {
    const node = nodeOn(LEVELS);
    node.receive(packetOf("INFORM", alice, { ciaddr: "10.0.0.200", ...pxe }));
    const { packet } = node.replies[0]!;
    expect(shown(packet)).toEqual(["pxe.example", 2, undefined, "10.0.0.3", "", "subnet.efi"]);
    expect(times(packet)).toEqual([undefined, undefined, undefined]);
  });

  test("a NAK has none of it", async () => {
    const node = nodeOn(LEVELS);
    await node.answer(packetOf("REQUEST", alice, { ...pxe, requested: "10.3.0.1" }));
    const { packet } = node.replies[0]!;
    expect(shown(packet)).toEqual([undefined, undefined, undefined, "0.0.0.0", "", ""]);
  });

  test("options and times of a new document are told at the next renewal, whose address stays", () => {
    const node = nodeOn({});
    acked(node);
    node.setNetwork(nodeOn(LEVELS).world.network.document);
    node.receive(packetOf("REQUEST", alice, { ciaddr: "10.0.0.10", ...pxe }), false);
    expect(shown(node.replies.at(-1)!.packet).slice(0, 3)).toEqual(["pxe.example", 2, 900]);
  });
});
