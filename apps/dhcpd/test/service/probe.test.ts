// The conflict probe (RFC 2131 §3.1 item 2): an address that a client has not had is looked for before it is offered,
// while all others are served.
import type { Ipv4, Mac } from "@leasehold/protocol";
import { formatIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import type { ProbeAnswer, ProbeTarget } from "../../src/ports.ts";
import { nodeOn } from "../lan.ts";
import { settled, type TestNode } from "../node.ts";
import { ackOf, alice, bob, packetOf, selecting, X } from "../wire.ts";

const Y = "10.0.0.11";
const STRANGER: ProbeAnswer = { usedBy: "02:00:00:00:99:99" as Mac };

interface Probe {
  readonly address: string;
  readonly target: ProbeTarget;
  readonly waitMs: number;
  readonly answer: (answer: ProbeAnswer) => Promise<void>;
}

class Probing {
  readonly probes: Probe[] = [];
  readonly node: TestNode;

  constructor(isOn = true) {
    const probe = (address: Ipv4, target: ProbeTarget, waitMs: number) =>
      new Promise<ProbeAnswer>((resolve) => {
        const answer = (found: ProbeAnswer) => {
          resolve(found);
          return settled();
        };
        this.probes.push({ address: formatIpv4(address), target, waitMs, answer });
      });
    const document = isOn ? { conflictProbe: { waitMs: 300 } } : {};
    this.node = nodeOn({ document, lan: { pools: [{ range: `${X}-${Y}` }] } }, { ports: { probe } });
  }
}

const discover = (xid = 1) => packetOf("DISCOVER", alice, { requested: X, xid });

describe("DISCOVER", () => {
  test("the OFFER waits for the probe, and comes when nobody was found", async () => {
    const { node, probes } = new Probing();
    expect(node.receive(discover())).toEqual([]);
    expect(probes).toMatchObject([{ address: X, waitMs: 300 }]);
    expect(probes[0]!.target).toEqual({ interfaceName: "eth0", clientMac: alice.mac });
    await probes[0]!.answer("free");
    expect(node.sent.map((line) => line.split(" for")[0])).toEqual([`OFFER ${X}`]);
    expect(node.stored).toEqual([]);
  });

  test("what cannot be told counts as free", async () => {
    const { node, probes } = new Probing();
    node.receive(discover());
    await probes[0]!.answer("unknown");
    expect(node.sent).toHaveLength(1);
  });

  test("an address that is used is declined in the store, and another one is probed and offered", async () => {
    const { node, probes } = new Probing();
    node.receive(discover());
    await probes[0]!.answer(STRANGER);
    expect(node.stored).toEqual([`AddressDeclined ${X} 0/86400 s`]);
    expect(node.counted("anomalies")).toEqual({ "address-in-use": 1 });
    expect(probes[1]).toMatchObject({ address: Y });
    await probes[1]!.answer("free");
    expect(node.sent.map((line) => line.split(" for")[0])).toEqual([`OFFER ${Y}`]);
  });

  test("the client's repeated DISCOVER does not start a second probe", async () => {
    const { node, probes } = new Probing();
    node.receive(discover());
    node.receive(discover());
    expect(probes).toHaveLength(1);
    expect(node.counted("dropped")).toEqual({ "already-in-progress": 1 });
    await probes[0]!.answer("free");
    expect(node.sent).toHaveLength(1);
  });

  test("others are served meanwhile, and are not offered the address", async () => {
    const { node, probes } = new Probing();
    node.receive(discover());
    node.receive(packetOf("DISCOVER", bob, { requested: X }));
    expect(probes.map(({ address }) => address)).toEqual([X, Y]);
    await probes[1]!.answer("free");
    expect(node.receive(packetOf("REQUEST", bob, selecting(Y)))).toEqual([ackOf(Y)]);
  });

  test("behind a relay agent there is no link to look on", () => {
    const { node, probes } = new Probing();
    node.receive(packetOf("DISCOVER", alice, { giaddr: "10.9.0.1" }), false);
    expect(probes[0]!.target.interfaceName).toBeUndefined();
  });
});

describe("no probe", () => {
  test("for an address that the client has, or had", async () => {
    const { node, probes } = new Probing();
    node.receive(packetOf("REQUEST", alice, selecting()));
    expect(node.receive(discover(2))[0]).toMatch(`OFFER ${X} `);
    expect(node.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 3 }), false)).toEqual([ackOf()]);
    expect(probes).toEqual([]);
  });

  test("where the document does not ask for it", () => {
    const { node, probes } = new Probing(false);
    expect(node.receive(discover())).toHaveLength(1);
    expect(probes).toEqual([]);
  });
});
