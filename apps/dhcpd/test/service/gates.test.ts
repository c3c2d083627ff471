// What is not put to a decision: nonsense, packets for others, and more than can be done. All of it is counted.

import { formatIpv4, ipv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { NETWORK, pair, TestNode } from "../node.ts";
import { alice, bob, client, ip, packetOf, selecting } from "../wire.ts";

describe("overload", () => {
  const pools = [{ range: "10.1.0.1-10.1.255.254" }];
  const network = { ...NETWORK, subnets: [{ id: "big", prefix: "10.1.0.0/16", interface: "eth0", pools }] };

  function loaded(waiting: number): TestNode {
    const node = new TestNode({ network });
    node.door.state = "slow";
    for (let n = 0; n < waiting; n++) node.receive(requestOf(n));
    expect(node.service.pending).toBe(waiting);
    return node;
  }

  function requestOf(n: number): Buffer {
    return packetOf("REQUEST", client(n), selecting(formatIpv4(ipv4(ip("10.1.0.1") + n))));
  }

  test("sheds DISCOVERs first: a REQUEST has an offer to lose (I14)", () => {
    const node = loaded(2001);
    expect(node.receive(packetOf("DISCOVER", bob))).toEqual([]);
    expect(node.counted("dropped")).toEqual({ overloaded: 1 });
    node.receive(requestOf(2001));
    expect(node.service.pending).toBe(2002);
    node.door.settle();
    expect(node.sent).toHaveLength(2002);
    expect(node.receive(packetOf("DISCOVER", bob, { xid: 2 }))).toHaveLength(1);
  });

  test("then REQUESTs too, so that the queue is bounded", () => {
    const node = loaded(10_001);
    node.receive(requestOf(10_001));
    expect(node.service.pending).toBe(10_001);
    expect(node.counted("dropped")).toEqual({ overloaded: 1 });
  });
});

describe("a packet that waited for its turn", () => {
  const answered = (waitedMs: number) => {
    const node = new TestNode();
    node.clock.pass(60);
    let sent = 0;
    const link = { interfaceName: "eth0", addresses: [ip(node.address)], send: () => ++sent > 0 };
    const at = node.steadyMs - waitedMs;
    node.service.reception.take(packetOf("DISCOVER", alice), { link, isBroadcast: true, sourcePort: 68, at });
    return [sent, node.counted("dropped")];
  };

  test("is answered while its client listens, and not beyond", () => {
    expect(answered(3000)).toEqual([1, {}]);
    expect(answered(5000)).toEqual([0, { "too-late": 1 }]);
  });
});

describe("what is not answered is counted by its reason", () => {
  const dropped = (bytes: Uint8Array, node = new TestNode()) => {
    expect(node.receive(bytes)).toEqual([]);
    return Object.keys(node.counted("dropped"));
  };

  test.each([
    ["nothing at all", new Uint8Array(0), "too-short"],
    ["text", Buffer.from("GET / HTTP/1.1\r\n\r\n"), "too-short"],
    ["zeros", new Uint8Array(300), "bad-op"],
    ["a reply", packetOf("ACK", alice, { op: 2 }), "not-for-servers"],
    ["a reply's message type", packetOf("OFFER", alice), "not-for-servers"],
    ["FORCERENEW", packetOf("FORCERENEW", alice), "not-for-servers"],
    [
      "an unassigned type",
      packetOf(undefined, alice, { options: [[53, Uint8Array.of(99)]] }),
      "not-for-servers",
    ],
    ["BOOTP", packetOf(undefined, alice), "bootp-not-served"],
    ["a relay of nobody's", packetOf("DISCOVER", alice, { giaddr: "10.55.0.1" }), "no-subnet-for-link"],
    ...["10.0.0.0", "10.0.0.255", "224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.5"].map(
      (giaddr): [string, Uint8Array, string] => [
        `giaddr ${giaddr}, which no relay agent can have`,
        packetOf("DISCOVER", alice, { giaddr }),
        "giaddr-not-a-host",
      ],
    ),
    ["nobody", packetOf("DISCOVER", alice, { hlen: 0, chaddr: new Uint8Array(0) }), "no-client-identity"],
  ])("%s", (_, bytes, reason) => {
    expect(dropped(bytes)).toEqual([reason]);
  });

  test.each<[why: string, chaddr: number[], hlen?: number]>([
    ["chaddr is all zeros, and there is no option 61", [0, 0, 0, 0, 0, 0]],
    ["hlen is 0, and there is no option 61", [], 0],
    ["chaddr is a group address, and there is no option 61", [255, 255, 255, 255, 255, 255]],
    ["chaddr is a group address, and there is no option 61", [1, 0, 0x5e, 0, 0, 1]],
  ])(
    "C7: a client that cannot be told from others is told about by `leasehold why`: %s",
    (why, chaddr, hlen = 6) => {
      const traced: unknown[] = [];
      const node = new TestNode();
      node.core.telemetry.events.packet.subscribe((outcome) => traced.push(outcome));
      const fields = { hlen, chaddr: Uint8Array.from(chaddr) };
      expect(dropped(packetOf("DISCOVER", alice, fields), node)).toEqual(["no-client-identity"]);
      expect(traced).toMatchObject([{ outcome: "no-client-identity", reason: why }]);
      const identified = { ...fields, options: [[61, Uint8Array.of(0, 1, 2)]] as const };
      expect(node.receive(packetOf("DISCOVER", alice, identified))).toHaveLength(1);
      expect(node.sent[0]).toMatch(/→ everybody$/);
    },
  );

  test.each<[reason: string, because: (node: TestNode) => void]>([
    ["not-serving", ({ core }) => core.readiness.draining.stop()],
    ["was-paused", ({ core, clock }) => core.readiness.pause.look(clock.steady() + 3000, clock.ms + 3000)],
  ])("a node that must not answer: %s", (reason, because) => {
    const node = new TestNode();
    because(node);
    expect(dropped(packetOf("DISCOVER", alice), node)).toEqual([reason]);
  });

  test("a pool that is exhausted is not searched for every packet", () => {
    const node = new TestNode();
    for (const n of [0, 1, 2, 3]) node.receive(packetOf("REQUEST", client(n), selecting(`10.0.0.1${n}`)));
    node.receive(packetOf("DISCOVER", client(9)));
    expect(node.counted("silent")).toEqual({ "pool-exhausted": 1 });
    expect(node.world.offers.isExhausted("lan/10.0.0.10-10.0.0.13", node.clock.now())).toBe(true);
    node.clock.pass(1);
    expect(node.world.offers.isExhausted("lan/10.0.0.10-10.0.0.13", node.clock.now())).toBe(false);
  });

  test("what another node answers", () => {
    const [first, second] = pair();
    const clients = Array.from({ length: 20 }, (_, n) => client(n));
    for (const each of clients) {
      const packet = packetOf("DISCOVER", each);
      expect([first.receive(packet), second.receive(packet)].flat().length).toBeLessThanOrEqual(1);
    }
    const left = [first, second].map((node) => node.counted("dropped")["another-node-answers"]!);
    expect(left[0]! + left[1]!).toBe(20);
  });
});
