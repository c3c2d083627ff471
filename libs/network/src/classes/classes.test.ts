import { encodeRelayAgent } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { clientOf, ip, networkOf, octets, type Sent } from "../../test/client.ts";
import type { HostFacts } from "../network.ts";

const SUBNETS = "subnets: [{ id: lan, prefix: 10.0.0.0/24, reservations: [{ mac: 02:00:00:00:00:77 }] }]";

/** Whether a client is in a class with this matcher. */
function matches(matcher: string, sent: Sent = {}, host?: HostFacts): boolean {
  const network = networkOf(`version: 1\n${SUBNETS}\nclasses: [{ id: it, match: ${matcher} }]`);
  return network.classesOf(clientOf(sent, { host, subnet: network.subnet("lan") })).length === 1;
}

const vendor = (text: string): Sent => ({ options: [[60, octets(text)]] });
const pxe = vendor("PXEClient:Arch:00007:UNDI:003016");
const relayed: Sent = { giaddr: "10.9.0.1", agent: { 1: "ge-0/0/7", 2: "rack 3", 6: "lab", 12: "leaf-1" } };
const node: HostFacts = {
  type: "Node",
  role: "Compute",
  subRole: "GPU",
  groups: ["a", "b"],
  labels: { rack: "3" },
};

describe("what a client is told by", () => {
  test.each<[matcher: string, sent: Sent, expected: boolean]>([
    ["{ arch: 7 }", { options: [[93, Uint8Array.of(0, 7)]] }, true],
    ["{ arch: [6, 9] }", { options: [[93, Uint8Array.of(0, 7, 0, 9)]] }, true],
    ["{ arch: 0 }", { options: [[93, Uint8Array.of(0, 7)]] }, false],
    ["{ arch: 0 }", {}, false],
    ["{ vendorClass: PXEClient }", pxe, false],
    ["{ vendorClass: { prefix: PXEClient } }", pxe, true],
    ["{ vendorClass: { contains: 'Arch:00007' } }", pxe, true],
    ["{ vendorClass: { equals: '0x505845' } }", vendor("PXE"), true],
    ["{ vendorClass: { contains: PXE } }", vendor("PX"), false],
    ["{ userClass: iPXE }", { options: [[77, octets("iPXE")]] }, true],
    ["{ userClass: two }", { options: [[77, octets("\u0003one\u0003two")]] }, true],
    ["{ userClass: { prefix: i } }", { options: [[77, octets("\u0003one")]] }, false],
    ["{ hostname: NODE-1 }", { options: [[12, octets("Node-1")]] }, true],
    ["{ hostname: { prefix: Node } }", { options: [[12, octets("nODE-1")]] }, true],
    ["{ option: { code: 60, exists: true } }", pxe, true],
    ["{ option: { name: vendorClassIdentifier, exists: false } }", pxe, false],
    ["{ option: { name: interfaceMtu, equals: 1500 } }", { options: [[26, Uint8Array.of(5, 220)]] }, true],
    [
      "{ option: { name: subnetSelection, equals: 10.0.0.1 } }",
      { options: [[118, Uint8Array.of(10, 0, 0, 1)]] },
      true,
    ],
    ["{ option: { code: 224, equals: tag } }", { options: [[224, octets("tag")]] }, true],
    ["{ option: { code: 224, prefix: '0x74' } }", { options: [[224, octets("tag")]] }, true],
    ["{ option: { code: 224, contains: ag } }", {}, false],
    ["{ relay: { circuitId: ge-0/0/7 } }", relayed, true],
    ["{ relay: { circuitId: { prefix: ge-0/ }, remoteId: rack 3 } }", relayed, true],
    ["{ relay: { circuitId: { prefix: ge-0/ }, remoteId: rack 4 } }", relayed, false],
    ["{ relay: { subscriberId: lab, relayId: { contains: eaf } } }", relayed, true],
    ["{ relay: { giaddr: 10.9.0.1 } }", relayed, true],
    ["{ relay: { giaddr: 10.9.0.0/16 } }", relayed, true],
    ["{ relay: { giaddr: 0.0.0.0/0 } }", {}, false],
    ["{ relay: { circuitId: ge-0/0/7 } }", {}, false],
    ["{ mac: 02-00-00-00-00-01 }", {}, true],
    ["{ mac: [A4:BF:01:00:00:01, 02:00:00:00:00:01] }", {}, true],
    ["{ mac: 02:00:00:00:00:02 }", {}, false],
    ["{ macPrefix: [A4-BF-01, '02'] }", {}, true],
    ["{ macPrefix: a4:bf:01 }", {}, false],
    ["{ subnet: lan }", {}, true],
    ["{ not: { arch: 0 } }", {}, true],
    ["{ all: [{ subnet: lan }, { arch: 1 }] }", {}, false],
    ["{ any: [{ arch: 1 }, { subnet: lan }] }", {}, true],
  ])("%s", (matcher, sent, expected) => {
    expect(matches(matcher, sent)).toBe(expected);
  });

  test.each<[matcher: string, expected: boolean]>([
    ["{ hostType: Node }", true],
    ["{ hostType: [NodeBMC, RouterBMC] }", false],
    ["{ role: Compute }", true],
    ["{ subRole: [GPU] }", true],
    ["{ group: b }", true],
    ["{ group: [c, d] }", false],
    ['{ label: { rack: "3" } }', true],
    ['{ label: { rack: "3", row: "1" } }', false],
  ])("%s of a host", (matcher, expected) => {
    expect(matches(matcher, {}, node)).toBe(expected);
    expect(matches(matcher)).toBe(false);
    expect(matches(matcher, {}, {})).toBe(false);
  });

  test("a relay agent: the one that an earlier packet came by, too", () => {
    const network = networkOf(
      `version: 1\n${SUBNETS}\nclasses: [{ id: it, match: { relay: { giaddr: 10.9.0.0/16, circuitId: ge-1 } } }]`,
    );
    const agent = encodeRelayAgent(new Map([[1, octets("ge-1")]]));
    expect(network.classesOf(clientOf({}, { agent, giaddr: ip("10.9.0.1") }))).toHaveLength(1);
    expect(network.classesOf(clientOf({ giaddr: "10.8.0.1" }, { agent, giaddr: ip("10.9.0.1") }))).toEqual(
      [],
    );
  });

  test("known: a host of the inventory, or the client of a reservation on the link", () => {
    expect(matches("{ known: true }", {}, {})).toBe(true);
    expect(matches("{ known: true }")).toBe(false);
    expect(matches("{ known: false }")).toBe(true);
    expect(matches("{ known: true }", { mac: "02:00:00:00:00:77" })).toBe(true);
  });
});

describe("classes of a document", () => {
  const network = networkOf(
    `
version: 1
optionDefinitions: [{ name: menu, vendorClass: PXEClient, code: 9, type: text }]
ignore: [{ mac: 02:00:00:00:00:09 }, { macPrefix: "06" }]
classes:
  - { id: uefi, match: { arch: [7, 11] } }
  - { id: arm, match: { all: [{ class: uefi }, { arch: 11 }] } }
  - { id: gone, match: { macPrefix: 02:00 }, policy: decommission }
subnets: []
`.replace('"06:"', '"06"'),
  );
  const ids = (sent: Sent) => network.classesOf(clientOf(sent)).map(({ id }) => id);

  test("are told in their order, what is ignored first", () => {
    const options = [[93, Uint8Array.of(0, 11)] as const];
    expect(ids({ options })).toEqual(["uefi", "arm", "gone"]);
    expect(ids({ mac: "06:00:00:00:00:01", options })).toEqual(["ignore", "uefi", "arm"]);
    expect(network.classesOf(clientOf({ mac: "02:00:00:00:00:09" }))).toMatchObject([
      { id: "ignore", policy: "ignore", index: 0 },
      { id: "gone", policy: "decommission", index: 3 },
    ]);
  });

  test("one that refers to another sees this client, not the one before", () => {
    ids({ options: [[93, Uint8Array.of(0, 11)]] });
    expect(ids({})).toEqual(["gone"]);
  });

  test("clients of a vendor class with options of its own are one, too", () => {
    expect(ids({ mac: "0a:00:00:00:00:01", options: [[60, octets("PXEClient:Arch:00000")]] })).toEqual([
      "vendor:PXEClient",
    ]);
  });

  test("of the same set are one and the same list", () => {
    expect(network.classesOf(clientOf())).toBe(network.classesOf(clientOf()));
    const without = networkOf("version: 1\nsubnets: []");
    expect(without.classesOf(clientOf())).toBe(without.classesOf(clientOf({ mac: "02:00:00:00:00:02" })));
  });
});
