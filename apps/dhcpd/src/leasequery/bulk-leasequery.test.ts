// RFC 6926 §8 sentence by sentence, from octets to octets; the connection itself is tested in io/.
import { compileNetwork } from "@leasehold/network";
import { type ClientId, formatIpv4, macBytes, messageTypeName, type Packet } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { at, LAN, lease, NOON, query, SERVER, TestWorld } from "../../test/leasequery.ts";
import { alice, bob, decoded, type Fields, ip, option } from "../../test/wire.ts";
import { FrameReader, frameInto } from "./bulk-framing.ts";
import { BulkLeasequerySession } from "./bulk-leasequery.ts";

const DUID = "ff00010001aabbccdd" as ClientId;
const AGENT = "02024d370c025231"; // remote-id "M7", relay-id "R1"
const REMOTE = [82, Uint8Array.of(2, 2, 0x4d, 0x37)] as const;
const RELAY = [82, Uint8Array.of(12, 2, 0x52, 0x31)] as const;
const EPOCH = Math.floor(NOON / 1000);

const bulk = (fields: Fields = {}) => framed(query("BULKLEASEQUERY", { giaddr: "0.0.0.0", ...fields }).bytes);

function framed(message: Uint8Array): Uint8Array {
  const into = new Uint8Array(message.length + 2);
  frameInto(into, (to) => {
    to.set(message);
    return message.length;
  });
  return into;
}

function sessionOn(world: TestWorld, more: { queriesMax?: number; refusal?: () => string | undefined } = {}) {
  return new BulkLeasequerySession({
    ...{ world, serverIdentifier: SERVER, now: () => at(60), queriesMax: 4, refusal: () => undefined },
    ...more,
  });
}

/** All that a session has to say, to its end. */
function drained(session: BulkLeasequerySession): Packet[] {
  const reader = new FrameReader();
  const replies: Packet[] = [];
  while (session.isRunning) {
    reader.push(session.take());
    for (let one = reader.next(); one !== undefined; one = reader.next()) replies.push(decoded(one));
  }
  return replies;
}

function asked(world: TestWorld, fields: Fields = {}): Packet[] {
  const session = sessionOn(world);
  session.receive(bulk(fields));
  return drained(session);
}

/** "ACTIVE 10.0.0.10", "DONE", "DONE 3" */
const told = (reply: Packet): string => {
  const name = messageTypeName(reply.messageType!)!.replace(/^LEASE(QUERY)?/, "");
  const status = reply.get("statusCode")?.code;
  return [name, ...(reply.ciaddr ? [formatIpv4(reply.ciaddr)] : []), ...(status ? [status] : [])].join(" ");
};

const leases = [
  lease("10.0.0.10", { at: 10, agent: AGENT }),
  lease("10.0.0.11", { at: 20, of: bob, client: DUID, agent: AGENT }),
  lease("10.0.0.12", { at: 30, state: "released", of: bob }),
];
const world = () => new TestWorld(leases);
const ALL = ["ACTIVE 10.0.0.10", "ACTIVE 10.0.0.11", "UNASSIGNED 10.0.0.12", "UNASSIGNED 10.0.0.13", "DONE"];

describe("primary queries (§8.2)", () => {
  const hardware: Fields = { htype: 1, hlen: 6, chaddr: macBytes(alice.mac) };
  const queries: [string, Fields, string[]][] = [
    ["all configured addresses, each once", {}, ALL],
    ["by hardware address", hardware, ["ACTIVE 10.0.0.10", "DONE"]],
    ["by client identifier", { options: [[61, Buffer.from(DUID, "hex")]] }, ["ACTIVE 10.0.0.11", "DONE"]],
    ["by remote-id", { options: [REMOTE] }, ["ACTIVE 10.0.0.10", "ACTIVE 10.0.0.11", "DONE"]],
    ["by relay-id", { options: [RELAY] }, ["ACTIVE 10.0.0.10", "ACTIVE 10.0.0.11", "DONE"]],
    ["nobody: done, without a status", { options: [[61, Uint8Array.of(1, 2)]] }, ["DONE"]],
  ];

  test.each(queries)("%s", (_, fields, replies) => expect(asked(world(), fields).map(told)).toEqual(replies));

  test("all: reserved addresses, and what is bound outside of the configuration, count too", () => {
    const larger = new TestWorld([...leases, lease("10.0.0.99"), lease("10.0.0.98", { state: "released" })]);
    larger.reserve("10.0.0.50", "10.0.0.11", "192.0.2.1");
    expect(asked(larger).map(told)).toEqual([
      ...ALL.slice(0, 4),
      "UNASSIGNED 10.0.0.50",
      "ACTIVE 10.0.0.99",
      "DONE",
    ]);
  });

  test("no address is told twice, whatever changes meanwhile", () => {
    const changing = new TestWorld(Array.from({ length: 400 }, (_, n) => lease(`10.3.${n >> 8}.${n & 255}`)));
    const session = sessionOn(changing);
    session.receive(bulk());
    const first = session.take();
    for (let n = 0; n < 400; n++) {
      const address = ip(`10.3.${n >> 8}.${n & 255}`);
      changing.view.remove(address, changing.view.revisionOf(address));
      changing.learn(lease(formatIpv4(address)));
    }
    const reader = new FrameReader();
    reader.push(first);
    const seen: string[] = [];
    for (let one = reader.next(); one !== undefined; one = reader.next()) seen.push(told(decoded(one)));
    seen.push(...drained(session).map(told));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(405);
  });
});

describe("queries that are none", () => {
  const hardware: Fields = { htype: 1, hlen: 6, chaddr: macBytes(alice.mac) };
  const refused: [string, Fields, number][] = [
    ["ciaddr is set", { ciaddr: "10.0.0.10" }, 3],
    ["two primary queries", { ...hardware, options: [RELAY] }, 4],
    ["two in one option 82", { options: [[82, Uint8Array.of(2, 1, 1, 12, 1, 1)]] }, 4],
    ["an empty client identifier", { options: [[61, new Uint8Array(0)]] }, 3],
    ["an empty remote-id", { options: [[82, Uint8Array.of(2, 0)]] }, 3],
    ["a hardware type alone", { htype: 1 }, 3],
    ["a time of 3 octets", { options: [[154, new Uint8Array(3)]] }, 3],
    ["an end of 3 octets", { options: [[155, new Uint8Array(3)]] }, 3],
    ["a VPN of no type", { options: [[221, Uint8Array.of(9)]] }, 3],
  ];

  test.each(refused)("%s", (_, fields, status) => {
    const [reply, ...more] = asked(world(), { xid: 5, ...fields });
    expect([told(reply!), reply!.xid, more]).toEqual([`DONE ${status}`, 5, []]);
    expect(reply!.get("statusCode")?.message).toMatch(/^\w[^\0]*\.$/);
  });

  test("another message than BULKLEASEQUERY is not allowed here (§5)", () => {
    const session = sessionOn(world());
    session.receive(framed(query("LEASEQUERY").bytes));
    expect(drained(session).map(told)).toEqual(["DONE 4"]);
    expect(session.closing).toBeUndefined();
  });

  test("whoever may not ask is told so (§8.1)", () => {
    const session = sessionOn(world(), { refusal: () => "10.9.0.1 may not ask any more." });
    session.receive(bulk());
    expect(drained(session).map(told)).toEqual(["DONE 4"]);
  });
});

describe("times", () => {
  const during = (from: number | undefined, until: number | undefined) =>
    asked(world(), {
      options: [
        ...(from === undefined ? [] : [option("queryStartTime", EPOCH + from)]),
        ...(until === undefined ? [] : [option("queryEndTime", EPOCH + until)]),
      ],
    }).map(told);

  test("only what changed on or after the start, and on or before the end (§6.2.5, §6.2.6)", () => {
    expect(during(20, undefined)).toEqual(["ACTIVE 10.0.0.11", "UNASSIGNED 10.0.0.12", "DONE"]);
    expect(during(21, 30)).toEqual(["UNASSIGNED 10.0.0.12", "DONE"]);
    expect(during(undefined, 10)).toEqual(["ACTIVE 10.0.0.10", "UNASSIGNED 10.0.0.13", "DONE"]);
    expect(during(31, 40)).toEqual(["DONE"]);
  });

  test("an expiry is a change, too (§8.2: start-time-of-state)", () => {
    const expired = new TestWorld([lease("10.0.0.10", { at: -7180 })]);
    const since = (seconds: number) =>
      asked(expired, { options: [option("queryStartTime", EPOCH + seconds)] }).map(told);
    expect(since(20)).toEqual(["UNASSIGNED 10.0.0.10", "DONE"]);
    expect(since(21)).toEqual(["DONE"]);
  });
});

describe("one reply (§8.3)", () => {
  const values = (one: TestWorld, address: string, wants: number[]) => {
    const reply = asked(one, { wants }).find(({ ciaddr }) => ciaddr === ip(address))!;
    return Object.fromEntries(
      wants.map((code) => [
        code,
        reply.has(code) ? Buffer.from(reply.raw(code)!).readUIntBE(0, reply.raw(code)!.length) : undefined,
      ]),
    );
  };

  test("54 in the first message of each query, and in no other", () => {
    const replies = asked(world(), { wants: [54, 51] });
    expect(replies.map((reply) => reply.get("serverIdentifier"))).toEqual([
      SERVER,
      ...Array(4).fill(undefined),
    ]);
    expect(asked(world(), { ciaddr: "10.0.0.1" })[0]!.get("serverIdentifier")).toBe(SERVER);
  });

  test("the client, also the last one of an address that is free (§7.3)", () => {
    const replies = asked(world(), { wants: [61] });
    const macs = replies.map(({ chaddr }) => Buffer.from(chaddr).toString("hex"));
    const [a, b] = [alice, bob].map(({ mac }) => Buffer.from(macBytes(mac)).toString("hex"));
    expect(macs).toEqual([a, b, b, "", ""]);
    expect(Buffer.from(replies[1]!.raw(61)!).toString("hex")).toBe(DUID);
  });

  test("152 is now, and the other times count from it", () => {
    expect(values(world(), "10.0.0.10", [152, 51, 153, 91])).toEqual({
      ...{ 152: EPOCH + 60, 51: 7150, 153: 50, 91: 50 },
    });
  });

  test("153: since when it is bound, not since the last renewal (§6.2.4)", () => {
    const renewed = new TestWorld([lease("10.0.0.10", { more: { trace: { since: at(-500) } } })]);
    expect(values(renewed, "10.0.0.10", [153, 91])).toEqual({ 153: 560, 91: 60 });
  });

  test("153 of an address that nobody ever had lies before every query time", () => {
    expect(values(world(), "10.0.0.13", [153, 91, 51])).toEqual({
      ...{ 153: EPOCH + 60, 91: undefined, 51: undefined },
    });
  });

  test("157 only when its flag is set: another node made the newest change (§8.3 (5))", () => {
    const both = new TestWorld([lease("10.0.0.10"), lease("10.0.0.11", { node: "two" })]);
    expect(values(both, "10.0.0.10", [157])).toEqual({ 157: undefined });
    expect(values(both, "10.0.0.11", [157])).toEqual({ 157: 1 });
  });

  test("92 never (§5)", () => {
    const both = new TestWorld([lease("10.0.0.10"), lease("10.0.0.11")]);
    expect(asked(both, { wants: [92, 51] }).some((reply) => reply.has(92))).toBe(false);
  });

  const states: [string, number, ReturnType<typeof lease>][] = [
    ["ACTIVE", 2, lease("10.0.0.10")],
    ["EXPIRED", 3, lease("10.0.0.10", { at: -9000 })],
    ["RELEASED", 4, lease("10.0.0.10", { state: "released" })],
    [
      "RESET: let go by a node, not by the client",
      6,
      lease("10.0.0.10", { state: "released", xid: undefined }),
    ],
    ["ABANDONED", 5, lease("10.0.0.10", { state: "declined" })],
    ["AVAILABLE after the probation", 1, lease("10.0.0.10", { state: "declined", at: -9000 })],
    ["TRANSITIONING: offered", 8, lease("10.0.0.10", { state: "offered" })],
    ["AVAILABLE when the offer has passed", 1, lease("10.0.0.10", { state: "offered", at: -9000 })],
  ];

  test.each(states)("156 %s (§6.2.7)", (_, state, one) => {
    expect(values(new TestWorld([one]), "10.0.0.10", [156])).toEqual({ 156: state });
    const type = asked(new TestWorld([one])).map(told)[0];
    expect(type).toBe(`${state === 2 ? "ACTIVE" : "UNASSIGNED"} 10.0.0.10`);
  });

  test("51 of a state that ends by itself (§8.3 (4))", () => {
    const declined = new TestWorld([lease("10.0.0.10", { state: "declined" })]);
    expect(values(declined, "10.0.0.10", [51])).toEqual({ 51: 7140 });
  });
});

describe("VPNs", () => {
  const compiled = compileNetwork(
    {
      ...LAN,
      subnets: [
        ...LAN.subnets,
        { id: "red", prefix: "10.7.0.0/24", pools: [{ range: "10.7.0.1-10.7.0.1" }] },
      ],
    },
    1,
  );
  const red = { ...compiled.subnets[1]!, vss: "red" };
  const swap = <One>(one: One) => ((one as unknown) === compiled.subnets[1] ? (red as unknown as One) : one);
  const network = {
    ...compiled,
    subnets: compiled.subnets.map(swap),
    subnet: (id: string) => swap(compiled.subnet(id)),
    subnetContaining: (address: Parameters<typeof compiled.subnetContaining>[0]) =>
      swap(compiled.subnetContaining(address)),
  };
  const inVpn = (...vpn: number[]) =>
    asked(new TestWorld(leases, network), { options: vpn.length ? [[221, Uint8Array.from(vpn)]] : [] });

  test("without option 221 the global one (§7.2)", () => {
    expect(inVpn().map(told)).toEqual(ALL);
    expect(inVpn(255).map(told)).toEqual(ALL);
  });

  test("one by its name, which the reply carries (§8.2)", () => {
    const replies = inVpn(0, ...Buffer.from("red"));
    expect(replies.map(told)).toEqual(["UNASSIGNED 10.7.0.1", "DONE"]);
    expect(Buffer.from(replies[0]!.raw(221)!).toString()).toBe("\0red");
  });

  test("all of them", () => {
    const replies = inVpn(254);
    expect(replies.map(told)).toEqual([...ALL.slice(0, 4), "UNASSIGNED 10.7.0.1", "DONE"]);
    expect(replies.map((reply) => reply.has(221))).toEqual([false, false, false, false, true, false]);
  });
});

describe("several queries on one connection (§7.7, §8.4)", () => {
  const many = () => new TestWorld(Array.from({ length: 600 }, (_, n) => lease(`10.3.${n >> 8}.${n & 255}`)));

  test("answers take turns: a small query does not wait for a large one", () => {
    const session = sessionOn(many());
    session.receive(bulk({ xid: 1 }));
    session.receive(bulk({ xid: 2, options: [[61, Uint8Array.of(1)]] }));
    const replies = drained(session);
    const ends = replies.flatMap((reply, n) => (told(reply) === "DONE" ? [[reply.xid, n]] : []));
    expect(ends.map(([xid]) => xid)).toEqual([2, 1]);
    expect(ends[0]![1]).toBeLessThan(5);
  });

  test("no more are read than may run at once", () => {
    const session = sessionOn(world(), { queriesMax: 1 });
    session.receive(Buffer.concat([bulk({ xid: 1 }), bulk({ xid: 2 })]));
    expect(session.mayRead).toBe(false);
    const xids = drained(session).map(({ xid }) => xid);
    expect(xids).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
    expect(session.mayRead).toBe(true);
  });

  test("a slice is short, and work without an answer ends a slice as well", () => {
    const far = Array.from({ length: 6000 }, (_, n) => lease(`10.4.${n >> 8}.${n & 255}`));
    const session = sessionOn(new TestWorld(far));
    session.receive(bulk({ options: [RELAY] }));
    const sizes: number[] = [];
    while (session.isRunning) sizes.push(session.take().length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.slice(0, -1)).toEqual(Array(sizes.length - 1).fill(0));
  });

  test("an xid that is under way ends the connection: nobody could tell the answers apart (§7.1)", () => {
    const session = sessionOn(many());
    session.receive(Buffer.concat([bulk({ xid: 1 }), bulk({ xid: 1 })]));
    expect(drained(session).map(told)).toEqual(["DONE 2"]);
    expect(session.closing).toMatch(/its xid/);
  });
});

describe("the end of a connection (§8.5)", () => {
  test("a query that is cut off is told so, and nothing is read any more", () => {
    const session = sessionOn(world());
    session.receive(bulk());
    session.terminate("The server stops.");
    expect([session.closing, session.mayRead]).toEqual([undefined, false]);
    const [reply, ...more] = drained(session);
    expect([told(reply!), reply!.get("statusCode")?.message, more]).toEqual([
      "DONE 2",
      "The server stops.",
      [],
    ]);
    expect(session.closing).toBe("The server stops.");
    session.receive(bulk());
    expect(session.isRunning).toBe(false);
  });

  test.each([
    ["no message at all", framed(Uint8Array.of(1, 2, 3))],
    ["a reply", framed(query("BULKLEASEQUERY", { op: 2 }).bytes)],
  ])("%s ends it", (_, octets) => {
    const session = sessionOn(world());
    session.receive(octets);
    expect(session.closing).toMatch(/^A message cannot be answered/);
  });
});
