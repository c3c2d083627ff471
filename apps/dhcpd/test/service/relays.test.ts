// What a relay agent says: on which link the client is, as whom the server answers, to which port, and in which VPN.
import { formatIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { ackOf, alice, type Fields, ip, option, packetOf, SERVER, selecting } from "../wire.ts";

const RELAY = "10.9.0.1";
const far = { id: "far", prefix: "10.5.0.0/24", pools: [{ range: "10.5.0.10-10.5.0.13" }] };
const address = (text: string) => [...Uint8Array.from(text.split("."), Number)];

function relayed(...subOptions: number[]): Fields {
  return { giaddr: RELAY, options: [[82, Uint8Array.from(subOptions)]] };
}

function offered(node: TestNode, fields: Fields, port?: number): string | undefined {
  node.receive(packetOf("DISCOVER", alice, fields), false, port);
  const reply = node.replies.at(-1);
  return reply && formatIpv4(reply.packet.yiaddr).replace(/\d+$/, "x");
}

describe("the link that the client is on", () => {
  const node = () => nodeOn({ others: [far] });

  test("giaddr, when nothing else is said", () => {
    expect(offered(node(), { giaddr: RELAY })).toBe("10.0.0.x");
    expect(offered(node(), { giaddr: "10.5.0.1" })).toBe("10.5.0.x");
  });

  test("RFC 3527: link selection (82.5) counts before giaddr, and the reply goes to giaddr all the same", () => {
    const far = relayed(5, 4, ...address("10.5.0.1"));
    const one = node();
    expect(offered(one, far)).toBe("10.5.0.x");
    expect(one.sent[0]).toMatch(`→ ${RELAY}:67`);
    expect(one.replies[0]!.packet.raw(82)).toEqual(far.options![0]![1]);
  });

  test("RFC 3011: subnet selection (118) counts before giaddr, is echoed, and yields to link selection", () => {
    const selection = option("subnetSelection", ip("10.5.0.0"));
    const one = node();
    expect(offered(one, { giaddr: RELAY, options: [selection] })).toBe("10.5.0.x");
    expect(one.replies[0]!.packet.raw(118)).toEqual(selection[1]);
    const link = relayed(5, 4, ...address("10.0.0.1")).options![0]!;
    expect(offered(node(), { giaddr: RELAY, options: [selection, link] })).toBe("10.0.0.x");
  });

  test("field report 4: 0.0.0.0 names no link, so that giaddr decides", () => {
    const nothing = [5, 4, ...address("0.0.0.0")];
    const agent = Uint8Array.of(1, 4, ...Buffer.from("abcd"), ...nothing);
    const giaddr = "10.5.0.1";
    expect(offered(node(), { giaddr, options: [[82, agent]] })).toBe("10.5.0.x");
    const unselected = option("subnetSelection", ip("0.0.0.0"));
    expect(offered(node(), { giaddr, options: [unselected] })).toBe("10.5.0.x");
    expect(offered(node(), { giaddr, options: [unselected, [82, agent]] })).toBe("10.5.0.x");
    // What says nothing hides nothing that says something.
    const selection = option("subnetSelection", ip("10.5.0.0"));
    expect(offered(node(), { giaddr: RELAY, options: [selection, [82, agent]] })).toBe("10.5.0.x");
  });

  test("field report 4: an empty option says nothing: 61, 82, 118 and 221", () => {
    const none = new Uint8Array(0);
    for (const code of [61, 82, 118, 221]) {
      expect(offered(node(), { giaddr: "10.5.0.1", options: [[code, none]] })).toBe("10.5.0.x");
    }
  });

  test.each([
    ["82.5", [82, Uint8Array.of(5, 4, 10, 5, 0, 1)]],
    ["118", [118, Uint8Array.of(10, 5, 0, 0)]],
    ["both", [82, Uint8Array.of(1, 1, 7, 5, 4, 10, 5, 0, 1)]],
  ] as const)(
    "field report 12: a client on the link belongs to the link, whatever its own %s",
    (_, option) => {
      const one = node();
      expect(offered(one, { options: [option] })).toBe("10.0.0.x");
      expect(one.replies[0]!.packet.has(118)).toBe(false);
      const open = nodeOn({ others: [far], document: { subnetSelection: "any" } });
      expect(offered(open, { options: [option] })).toBe("10.5.0.x");
      expect(open.replies[0]!.packet.has(118)).toBe(option[0] === 118);
      const here = nodeOn({ lan: { subnetSelection: "any" }, others: [far] });
      expect(offered(here, { options: [option] })).toBe("10.5.0.x");
    },
  );

  test("a link that is not served is not taken for another", () => {
    const one = node();
    expect(offered(one, relayed(5, 4, ...address("10.66.0.1")))).toBeUndefined();
    expect(one.counted("dropped")).toEqual({ "no-subnet-for-link": 1 });
  });
});

describe("RFC 5107: the relay agent wants to be the server (82.11)", () => {
  const override = relayed(11, 4, ...address("10.9.0.254"));

  test("option 54 of OFFER and ACK is what it says, and a REQUEST that names it is for us", () => {
    const node = nodeOn({});
    const [offer] = node.receive(packetOf("DISCOVER", alice, override), false);
    expect(offer).toMatch(/from 10\.9\.0\.254$/);
    const request = packetOf("REQUEST", alice, {
      ...override,
      ...selecting("10.0.0.10", { server: "10.9.0.254" }),
    });
    expect(node.receive(request, false)).toEqual([ackOf("10.0.0.10", 3600, "10.9.0.254")]);
  });

  test("field report 4: 0.0.0.0 is no address of a server", () => {
    const nothing = relayed(11, 4, ...address("0.0.0.0"));
    const node = nodeOn({});
    expect(node.receive(packetOf("DISCOVER", alice, nothing), false)[0]).toMatch(/from 10\.0\.0\.2$/);
  });

  test("so is that of a NAK", async () => {
    const request = packetOf("REQUEST", alice, { ...override, requested: "10.66.0.1" });
    expect(await nodeOn({}).answer(request, false)).toEqual(["NAK (wrong network) from 10.9.0.254"]);
  });

  test("a REQUEST that names another server is not for us", () => {
    const request = packetOf("REQUEST", alice, {
      ...override,
      ...selecting("10.0.0.10", { server: "10.9.0.99" }),
    });
    expect(nodeOn({}).receive(request, false)).toEqual([]);
  });
});

describe("RFC 8357: the relay agent's port (82.19)", () => {
  test.each([
    ["is answered when the agent says so", relayed(19, 2, 0, 0), 6767],
    ["else it is 67, wherever the packet came from", relayed(1, 1, 7), 67],
    ["without option 82 too", { giaddr: RELAY }, 67],
  ])("%s", (_, fields, port) => {
    const node = nodeOn({});
    offered(node, fields, 6767);
    expect(node.sent[0]).toMatch(`→ ${RELAY}:${port}`);
  });
});

describe("RFC 6607: the VPN that the client is in", () => {
  const red = [0, ...Buffer.from("red")];
  const node = () => nodeOn({ others: [{ ...far, vss: "red" }] });
  const giaddr = "10.5.0.1";

  test.each([
    ["the relay agent says it (82.151)", { giaddr, options: [[82, Uint8Array.of(151, 4, ...red)]] }],
    ["the client says it (221)", { giaddr, options: [[221, Uint8Array.from(red)]] }],
  ] as const)("selects the subnet with this `vss`: %s", (_, fields) => {
    const one = node();
    expect(offered(one, fields)).toBe("10.5.0.x");
    const [code, octets] = fields.options[0]!;
    expect(one.replies[0]!.packet.raw(code)).toEqual(octets);
  });

  test("a VPN that is not served is not taken for the global one", () => {
    const blue = Uint8Array.of(0, ...Buffer.from("blue"));
    expect(offered(node(), { giaddr: RELAY, options: [[221, blue]] })).toBeUndefined();
  });

  test("nor is a subnet of a VPN for those who name none", () => {
    expect(offered(node(), { giaddr })).toBeUndefined();
  });
});

test("a NAK goes to the relay agent, which is to broadcast it", async () => {
  const node = nodeOn({});
  await node.answer(packetOf("REQUEST", alice, { giaddr: RELAY, requested: "10.66.0.1" }), false);
  expect(node.sent).toEqual([`NAK (wrong network) from ${SERVER} → ${RELAY}:67`]);
  expect(node.replies[0]!.packet.broadcast).toBe(true);
});
