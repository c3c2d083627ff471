import type { MessageTypeName } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { nodeOn } from "../../test/lan.ts";
import { leased, TestNode } from "../../test/node.ts";
import {
  ackOf,
  alice,
  bob,
  type Client,
  type Fields,
  option,
  packetOf,
  SERVER,
  selecting,
  X,
} from "../../test/wire.ts";

const ELSEWHERE = "192.168.5.5";
const STRANGER = "10.0.0.99";
const toHardware = `the hardware address, as ${X}`;
const offered = `OFFER ${X} for 3600 s from ${SERVER}`;

/** What is sent in answer, and where to. */
async function sent(node: TestNode, type: MessageTypeName, fields: Fields, isBroadcast = true) {
  node.replies.length = 0;
  await node.answer(packetOf(type, alice, fields), isBroadcast);
  return node.sent.join();
}

/** Why nothing is. */
async function silence(node: TestNode, type: MessageTypeName, of: Client, fields: Fields) {
  const before = node.counted("silent");
  expect(await node.answer(packetOf(type, of, fields))).toEqual([]);
  const after = node.counted("silent");
  return Object.keys(after).find((reason) => after[reason] !== (before[reason] ?? 0));
}

describe("field report 1: ciaddr counts in RENEWING, REBINDING and INFORM only", () => {
  test.each([X, ELSEWHERE])("DISCOVER with ciaddr %s", async (ciaddr) => {
    const node = new TestNode();
    expect(await sent(node, "DISCOVER", { ciaddr, requested: X })).toBe(`${offered} → ${toHardware}`);
    expect(await sent(node, "DISCOVER", { ciaddr, requested: X, broadcast: true })).toBe(
      `${offered} → everybody`,
    );
    // By unicast, as through a router, it does not name the subnet either.
    expect(await sent(node, "DISCOVER", { ciaddr, requested: X }, false)).toBe(`${offered} → ${toHardware}`);
  });

  test.each([X, ELSEWHERE])("SELECTING with ciaddr %s: the ACK does not have it", async (ciaddr) => {
    const node = new TestNode();
    expect(await sent(node, "REQUEST", selecting(X, { ciaddr }))).toBe(`${ackOf()} → ${toHardware}`);
    expect(node.replies[0]!.packet.ciaddr).toBe(0);
    expect(await sent(node, "REQUEST", selecting(X, { ciaddr, broadcast: true, xid: 2 }))).toBe(
      `${ackOf()} → everybody`,
    );
  });

  test.each(["224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.5"])(
    "INFORM with ciaddr %s, which no client has: as without one",
    async (ciaddr) => {
      expect(await sent(new TestNode(), "INFORM", { ciaddr })).toMatch(/ → everybody$/);
    },
  );

  test("a rapid commit with ciaddr", async () => {
    const node = nodeOn({ document: { rapidCommit: true } });
    const rapid = { ciaddr: X, requested: X, options: [[80, new Uint8Array(0)]] as const };
    expect(await sent(node, "DISCOVER", rapid)).toBe(`${ackOf()} → ${toHardware}`);
  });

  test("a client that starts anew may have given the address back: its ciaddr does not spare the write", async () => {
    const node = leased();
    const before = node.stored.length;
    await node.answer(packetOf("REQUEST", alice, selecting(X, { ciaddr: X, xid: 77 })));
    expect(node.stored.length).toBe(before + 1);
  });

  test("RENEWING, REBINDING and INFORM are answered at ciaddr", async () => {
    const node = leased();
    for (const isBroadcast of [false, true]) {
      expect(await sent(node, "REQUEST", { ciaddr: X }, isBroadcast)).toBe(`${ackOf()} → ${X}:68`);
      expect(await sent(node, "INFORM", { ciaddr: X }, isBroadcast)).toBe(`ACK from ${SERVER} → ${X}:68`);
    }
  });
});

describe("field report 2: a client gives back what is its own, wherever it says so", () => {
  const declines: [string, Fields][] = [
    ["without option 54", { requested: X }],
    ["with option 54 of 0.0.0.0", { requested: X, server: "0.0.0.0" }],
    ["in ciaddr", { ciaddr: X, server: SERVER }],
    ["in ciaddr, with option 50 of 0.0.0.0", { ciaddr: X, requested: "0.0.0.0", server: SERVER }],
    ["in both places, without option 54", { ciaddr: X, requested: X }],
  ];
  test.each(declines)("DECLINE %s", async (_, fields) => {
    const node = leased();
    expect(await silence(node, "DECLINE", bob, fields)).toBe("not-the-owner");
    expect(await silence(node, "DECLINE", alice, fields)).toBe("declined");
    expect(node.stored.at(-1)).toMatch(`AddressDeclined ${X}`);
    expect(await sent(node, "DISCOVER", { requested: X })).not.toMatch(X);
  });

  test.each<[string, Fields]>([
    ["in option 50", { requested: X, server: SERVER }],
    ["in option 50, without option 54", { requested: X }],
    ["in ciaddr, with option 54 of 0.0.0.0", { ciaddr: X, server: "0.0.0.0" }],
    ["in both places, with the broadcast flag", { ciaddr: X, requested: X, broadcast: true }],
    ["with another option 61", { ciaddr: X, options: [[61, Uint8Array.of(0, 1, 2)]] }],
  ])("RELEASE %s", async (_, fields) => {
    const node = leased();
    expect(await silence(node, "RELEASE", bob, fields)).toBe("not-the-owner");
    expect(await silence(node, "RELEASE", alice, fields)).toBe("released");
    expect(node.stored.at(-1)).toMatch(`LeaseReleased ${X}`);
  });

  test.each(["DECLINE", "RELEASE"] as const)(
    "%s without an address, or to a stranger: nothing",
    async (type) => {
      const node = leased();
      expect(await silence(node, type, alice, { server: SERVER })).toBe("malformed");
      const named = { ciaddr: X, requested: X, server: STRANGER };
      expect(await silence(node, type, alice, named)).toBe("not-the-owner");
    },
  );

  test("where clients are told apart by option 61, one without it gives back nothing of theirs", async () => {
    const node = nodeOn({ lan: { identity: "clientId" } });
    const options = [[61, Uint8Array.of(0, 1, 2)]] as const;
    await node.answer(packetOf("REQUEST", alice, selecting(X, { options })));
    expect(await silence(node, "RELEASE", alice, { ciaddr: X })).toBe("not-the-owner");
    expect(await silence(node, "DECLINE", alice, { requested: X })).toBe("not-the-owner");
    expect(await silence(node, "RELEASE", alice, { ciaddr: X, options })).toBe("released");
  });

  test("what is on offer to another is not declined", async () => {
    const node = new TestNode();
    node.receive(packetOf("DISCOVER", alice, { requested: X }));
    expect(await silence(node, "DECLINE", bob, { requested: X, server: SERVER })).toBe("not-the-owner");
  });
});

describe("field report 11: REBINDING that names a server", () => {
  test.each([
    ["a former one", { server: STRANGER }],
    ["0.0.0.0", { server: "0.0.0.0" }],
    ["a former one, and option 50", { server: STRANGER, requested: X }],
  ])("%s: it is a lease of ours", async (_, fields) => {
    const node = leased();
    expect(await sent(node, "REQUEST", { ciaddr: X, ...fields })).toBe(`${ackOf()} → ${X}:68`);
    expect(await sent(node, "REQUEST", { ciaddr: X, ...fields }, false)).toBe(`${ackOf()} → ${X}:68`);
  });

  test("also one that is reserved for it, which nobody has leased to it yet", async () => {
    const node = nodeOn({ lan: { reservations: [{ mac: alice.mac, address: X }] } });
    expect(await sent(node, "REQUEST", { ciaddr: X, server: STRANGER })).toBe(`${ackOf()} → ${X}:68`);
  });

  test("by unicast to us, who need not be named", async () => {
    expect(await sent(leased(), "REQUEST", { ciaddr: X, server: SERVER }, false)).toBe(
      `${ackOf()} → ${X}:68`,
    );
  });

  test("another's, or another address than it selects: silence, as it selects another server", async () => {
    const node = leased();
    const reason = "selected-another-server";
    expect(await silence(node, "REQUEST", bob, { ciaddr: X, server: STRANGER })).toBe(reason);
    expect(
      await silence(node, "REQUEST", alice, { ciaddr: X, server: STRANGER, requested: "10.0.0.77" }),
    ).toBe(reason);
    expect(await silence(node, "REQUEST", alice, { requested: X, server: STRANGER })).toBe(reason);
  });
});

describe("C1: SELECTING that leaves out what it selects", () => {
  const discovered = () => {
    const node = new TestNode();
    node.receive(packetOf("DISCOVER", alice, { requested: X }));
    return node;
  };

  test.each<[string, Fields]>([
    ["no option 50", { server: SERVER }],
    ["option 50 of 0.0.0.0", { server: SERVER, requested: "0.0.0.0" }],
    ["ciaddr of elsewhere instead", { server: SERVER, ciaddr: ELSEWHERE }],
    ["no option 54", { requested: X }],
  ])("%s: the address on offer", async (_, fields) => {
    expect(await sent(discovered(), "REQUEST", fields)).toBe(`${ackOf()} → ${toHardware}`);
  });

  test("nothing is on offer: NAK", async () => {
    const told = await sent(new TestNode(), "REQUEST", { server: SERVER });
    expect(told).toBe(`NAK (no address named) from ${SERVER} → everybody`);
  });
});

describe("field report 13: what a renewal leaves out is as it was", () => {
  const named = { options: [option("hostName", "node-1")] };
  const stored = (node: TestNode) => node.store.log.at(-1)!.event!;

  test("the host name", async () => {
    const node = new TestNode();
    await node.answer(packetOf("REQUEST", alice, selecting(X, named)));
    node.clock.pass(3700);
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X }));
    expect(stored(node)).toMatchObject({ type: "LeaseRenewed", hostname: "node-1" });
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X, options: [[12, new Uint8Array(0)]], xid: 9 }));
    node.clock.pass(3700);
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X, options: [option("hostName", "new")] }));
    expect(stored(node)).toMatchObject({ hostname: "new" });
  });

  test("its absence is no reason to write", async () => {
    const node = new TestNode();
    await node.answer(packetOf("REQUEST", alice, selecting(X, named)));
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X }));
    expect(node.stored).toHaveLength(1);
  });

  test("another client at the address does not inherit it", async () => {
    const node = nodeOn({ lan: { pools: [{ range: `${X}-${X}` }] } });
    await node.answer(packetOf("REQUEST", alice, selecting(X, named)));
    await node.answer(packetOf("RELEASE", alice, { ciaddr: X }));
    await node.answer(packetOf("REQUEST", bob, selecting(X)));
    expect(stored(node)).toMatchObject({ client: bob.client, hostname: undefined });
  });

  test("the vendor class, where it is kept, and the relay agent's word", async () => {
    const node = nodeOn({ document: { leasequery: { peers: ["10.0.0.9"] } } });
    const agent = [82, Uint8Array.of(1, 2, 3, 4)] as const;
    const options = [[60, Buffer.from("vendor")], agent] as const;
    await node.answer(packetOf("REQUEST", alice, selecting(X, { options, giaddr: "10.9.0.1" })));
    node.clock.pass(3700);
    await node.answer(packetOf("REQUEST", alice, { ciaddr: X, giaddr: "10.9.0.1" }));
    expect(stored(node)).toMatchObject({
      type: "LeaseRenewed",
      relay: { giaddr: "10.9.0.1", agent: "01020304" },
      trace: { vendorClass: Buffer.from("vendor").toString("hex") },
    });
  });
});
