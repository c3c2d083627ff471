// From which pool a client gets its address: by class, known or unknown, around holes, on a shared network.
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { ackOf, alice, bob, client, option, packetOf, SERVER, selecting, X } from "../wire.ts";

/** The addresses that `count` clients get, one after the other. */
function given(node: TestNode, count: number): string[] {
  return Array.from({ length: count }, (_, n) => client(n + 10)).flatMap((each) => {
    const address = node.receive(packetOf("DISCOVER", each))[0]?.split(" ")[1];
    if (address === undefined) return [];
    node.receive(packetOf("REQUEST", each, selecting(address)));
    return [address];
  });
}

test("the pool of a class serves that class and nobody else", async () => {
  const pools = [{ range: "10.0.0.10-10.0.0.11" }, { range: "10.0.0.20-10.0.0.20", for: "phones" }];
  const classes = [{ id: "phones", match: { vendorClass: "phone" } }];
  const node = nodeOn({ lan: { pools }, document: { classes } });
  expect(given(node, 3).sort()).toEqual(["10.0.0.10", "10.0.0.11"]);
  const nak = [`NAK (not entitled) from ${SERVER}`];
  expect(await node.answer(packetOf("REQUEST", alice, selecting("10.0.0.20")))).toEqual(nak);
  const options = [option("vendorClassIdentifier", "phone")];
  node.clock.pass(2);
  expect(node.receive(packetOf("DISCOVER", bob, { options }))[0]).toMatch("OFFER 10.0.0.20 ");
});

test("holes are not given, neither when chosen nor when asked for", async () => {
  const pools = [
    { ranges: ["10.0.0.10-10.0.0.13", "10.0.0.30-10.0.0.30"], exclude: ["10.0.0.11-10.0.0.12"] },
  ];
  const node = nodeOn({ lan: { pools } });
  const nak = [`NAK (not entitled) from ${SERVER}`];
  expect(await node.answer(packetOf("REQUEST", alice, selecting("10.0.0.12")))).toEqual(nak);
  expect(given(node, 4).sort()).toEqual(["10.0.0.10", "10.0.0.13", "10.0.0.30"]);
});

test("nothing is given from a pool of reserved addresses but what is reserved", () => {
  const pools = [{ range: "10.0.0.10-10.0.0.13", allocate: "reserved-only" as const }];
  const node = nodeOn({ lan: { pools, reservations: [{ mac: alice.mac, address: X }] } });
  expect(given(node, 1)).toEqual([]);
  expect(node.counted("silent")).toEqual({ "no-pool-for-client": 1 });
  expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
});

test("the last addresses of a pool are kept from the unknown (keepForKnown)", () => {
  const node = nodeOn({ lan: { pools: [{ range: "10.0.0.10-10.0.0.13", keepForKnown: 2 }] } });
  expect(given(node, 4)).toHaveLength(2);
  expect(node.counted("silent")).toEqual({ "pool-exhausted": 2 });
  node.setHost("n1", alice);
  node.clock.pass(2);
  expect(node.receive(packetOf("DISCOVER", alice))).toHaveLength(1);
});

describe("a quarantined unknown", () => {
  const REAL = "10.0.0.77";
  const quarantine = () =>
    nodeOn({
      lan: {
        unknown: "quarantine",
        pools: [
          { range: "10.0.0.10-10.0.0.13", for: "unknown", lease: { seconds: 60 } },
          { range: "10.0.0.20-10.0.0.23", for: "known" },
        ],
      },
    });

  test("has a short lease, and renews it as long as nobody knows it", async () => {
    const node = quarantine();
    expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf(X, 60)]);
    node.clock.pass(30);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([ackOf(X, 60)]);
  });

  test("is told NAK at its next renewal when it is known, and gets its reserved address", async () => {
    const node = quarantine();
    node.receive(packetOf("REQUEST", alice, selecting()));
    node.setHost("n1", alice, REAL);
    node.clock.pass(30);
    const nak = [`NAK (not entitled) from ${SERVER}`];
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual(nak);
    expect(node.receive(packetOf("DISCOVER", alice, { xid: 2 }))[0]).toMatch(`OFFER ${REAL} for 3600 s`);
    const request = packetOf("REQUEST", alice, selecting(REAL, { xid: 2 }));
    expect(node.receive(request)).toEqual([ackOf(REAL)]);
  });

  test("the same for a host that is known without an address: it goes to the pool of the known", async () => {
    const node = quarantine();
    node.receive(packetOf("REQUEST", alice, selecting()));
    node.setHost("n1", alice);
    node.clock.pass(30);
    const nak = [`NAK (not entitled) from ${SERVER}`];
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual(nak);
    expect(node.receive(packetOf("DISCOVER", alice))[0]).toMatch(/^OFFER 10\.0\.0\.2\d /);
  });

  test("RFC 2131 §4.3.2: a host that becomes unknown is told NAK for an address of the known", async () => {
    const node = quarantine();
    node.setHost("n1", alice);
    node.receive(packetOf("REQUEST", alice, selecting("10.0.0.20")));
    node.removeHost("n1");
    const renewal = packetOf("REQUEST", alice, { ciaddr: "10.0.0.20" });
    expect(await node.answer(renewal, false)).toEqual([`NAK (not entitled) from ${SERVER}`]);
  });
});

describe("a shared network: two subnets on one link", () => {
  const second = (more: object = {}) => ({
    ...{ id: "second", prefix: "10.0.1.0/24", sharedNetwork: "fabric", options: { routers: ["10.0.1.1"] } },
    ...{ pools: [{ range: "10.0.1.10-10.0.1.10" }], ...more },
  });
  const shared = (more: object = {}) =>
    nodeOn({
      lan: {
        sharedNetwork: "fabric",
        pools: [{ range: "10.0.0.10-10.0.0.10" }],
        options: { routers: ["10.0.0.1"] },
      },
      others: [second(more)],
    });

  test("when the first one is full, addresses come from the second, with its mask and its router", () => {
    const node = shared();
    expect(given(node, 3)).toEqual(["10.0.0.10", "10.0.1.10"]);
    const { packet } = node.replies.at(-1)!;
    expect(packet.raw(3)).toEqual(Uint8Array.of(10, 0, 1, 1));
  });

  test("a client on the link keeps its address of the second, by broadcast and by unicast", async () => {
    const node = shared();
    node.receive(packetOf("REQUEST", alice, selecting("10.0.1.10")));
    const ack = [ackOf("10.0.1.10")];
    expect(await node.answer(packetOf("REQUEST", alice, { requested: "10.0.1.10", xid: 2 }))).toEqual(ack);
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: "10.0.1.10", xid: 3 }), false)).toEqual(
      ack,
    );
    expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: "10.0.1.10", xid: 4 }), true)).toEqual(ack);
  });

  test("a reservation in the second counts, though there is room in the first", () => {
    const node = shared({ reservations: [{ mac: alice.mac, address: "10.0.1.77" }] });
    expect(node.receive(packetOf("DISCOVER", alice))[0]).toMatch("OFFER 10.0.1.77 ");
    node.setHost("n2", bob, "10.0.1.78");
    expect(node.receive(packetOf("DISCOVER", bob))[0]).toMatch("OFFER 10.0.1.78 ");
  });

  test("an address of neither is of another network", async () => {
    const node = shared();
    const request = packetOf("REQUEST", alice, { requested: "10.3.0.1" });
    expect(await node.answer(request)).toEqual([`NAK (wrong network) from ${SERVER}`]);
  });
});
