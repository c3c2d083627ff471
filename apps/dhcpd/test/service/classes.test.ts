// Who is kept out: by a class's policy, by `ignore`, or because nobody knows it.
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { ackOf, alice, bob, option, packetOf, SERVER, selecting, X } from "../wire.ts";

const isAlice = { mac: alice.mac };

describe("a class with policy ignore", () => {
  const ignoring = () =>
    nodeOn({ document: { classes: [{ id: "loud", match: isAlice, policy: "ignore" }] } });

  test.each([
    ["DISCOVER", {}],
    ["REQUEST", selecting()],
    ["REQUEST", { ciaddr: X }],
    ["INFORM", { ciaddr: X }],
  ] as const)("is never answered: %s", async (type, fields) => {
    const node = ignoring();
    expect(await node.answer(packetOf(type, alice, fields))).toEqual([]);
    expect(node.counted("silent")).toEqual({ ignored: 1 });
    expect(node.stored).toEqual([]);
  });

  test("does not concern others", () => {
    expect(ignoring().receive(packetOf("REQUEST", bob, selecting()))).toEqual([ackOf()]);
  });

  test("`ignore` is short for it, by address and by prefix", () => {
    for (const ignored of [{ mac: alice.mac }, { macPrefix: "02:00" }]) {
      const node = nodeOn({ document: { ignore: [ignored] } });
      expect(node.receive(packetOf("DISCOVER", alice))).toEqual([]);
      expect(node.counted("silent")).toEqual({ ignored: 1 });
    }
  });
});

describe("a class with policy decommission", () => {
  const decommissioning = () =>
    nodeOn({ document: { classes: [{ id: "old", match: isAlice, policy: "decommission" }] } });

  test("DISCOVER is not answered", () => {
    const node = decommissioning();
    expect(node.receive(packetOf("DISCOVER", alice))).toEqual([]);
    expect(node.counted("silent")).toEqual({ decommissioned: 1 });
  });

  test.each([
    ["SELECTING", selecting()],
    ["INIT-REBOOT", { requested: X }],
    ["RENEWING", { ciaddr: X }],
  ])("REQUEST is told NAK: %s", async (_, fields) => {
    const node = decommissioning();
    expect(await node.answer(packetOf("REQUEST", alice, fields))).toEqual([
      `NAK (decommissioned) from ${SERVER}`,
    ]);
    expect(node.counted("refused")).toEqual({ decommissioned: 1 });
  });

  test("a client that had a lease before is told NAK at its next renewal", async () => {
    const node = nodeOn({});
    node.receive(packetOf("REQUEST", alice, selecting()));
    node.world.network = decommissioning().world.network;
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([
      `NAK (decommissioned) from ${SERVER}`,
    ]);
  });
});

describe("unknown: ignore", () => {
  const strict = () => nodeOn({ lan: { unknown: "ignore", reservations: [{ mac: bob.mac }] } });

  test("nobody knows the client: it hears nothing", () => {
    const node = strict();
    expect(node.receive(packetOf("DISCOVER", alice))).toEqual([]);
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([]);
    expect(node.counted("silent")).toEqual({ "unknown-host": 2 });
  });

  test("the inventory knows it: it is served", () => {
    const node = strict();
    node.setHost("n1", alice);
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
  });

  test("a reservation without an address names it: it is served from the pool", () => {
    expect(strict().receive(packetOf("REQUEST", bob, selecting()))).toEqual([ackOf()]);
  });
});

test("a class goes by what the packet says: vendor class, architecture, and other classes", () => {
  const classes = [
    { id: "pxe", match: { vendorClass: { prefix: "PXEClient" } } },
    { id: "arm", match: { all: [{ class: "pxe" }, { arch: 11 }] }, policy: "ignore" as const },
  ];
  const node = nodeOn({ document: { classes } });
  const pxe = option("vendorClassIdentifier", "PXEClient:Arch:00011");
  const arch = (code: number) => option("clientSystemArchitecture", [code]);
  expect(node.receive(packetOf("DISCOVER", alice, { options: [pxe, arch(7)] }))).toHaveLength(1);
  expect(node.receive(packetOf("DISCOVER", bob, { options: [arch(11)] }))).toHaveLength(1);
  expect(node.receive(packetOf("DISCOVER", alice, { xid: 2, options: [pxe, arch(11)] }))).toEqual([]);
});
