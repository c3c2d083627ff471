// A log of packets, records and instants is enough to decide again as the node did; nothing else has a say.
import { describe, expect, test } from "vitest";
import { NETWORK, settled, TestNode } from "../node.ts";
import { record, replay } from "../packet-log.ts";
import { alice, bob, client, packetOf, selecting, X } from "../wire.ts";

const TAKES_NONCES = [[145, Uint8Array.of(1)] as const];

/** A node's afternoon: offers, leases, a conflict, a DECLINE, a slow and a lost store, other members, hosts, and another document. */
async function afternoon(): Promise<{ node: TestNode; log: string[] }> {
  const node = new TestNode({ ports: { randomOctets: (size) => new Uint8Array(size).fill(7) } });
  const log = record(node, NETWORK, true);
  node.hearBeat({ name: "n2", address: "10.0.0.3" });
  for (let n = 1; n <= 5; n++) node.receive(packetOf("DISCOVER", client(n)), n % 2 === 0);
  node.receive(packetOf("REQUEST", alice, selecting(X, { options: TAKES_NONCES })), false);
  node.receive(packetOf("INFORM", alice, { ciaddr: X }), false);
  node.pass(1800);
  node.receive(packetOf("REQUEST", alice, { ciaddr: X, options: TAKES_NONCES }), false);
  await node.answer(packetOf("REQUEST", bob, { ciaddr: X }), false);
  node.door.state = "slow";
  node.receive(packetOf("REQUEST", bob, selecting("10.0.0.12")), false);
  node.pass(3);
  node.door.settle();
  node.door.state = "shut";
  node.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 7 }), false);
  node.pass(30);
  node.receive(packetOf("DISCOVER", client(6)), false);
  node.door.state = "open";
  node.receive(packetOf("DECLINE", bob, { requested: "10.0.0.12", server: "10.0.0.2" }), false);
  node.setHost("x1", client(9), "10.0.0.13");
  node.receive(packetOf("DISCOVER", client(9)), false);
  node.setNetwork({ ...NETWORK, subnets: [{ ...NETWORK.subnets[0]!, authoritative: true }] });
  await node.answer(packetOf("REQUEST", client(8), { ciaddr: "10.0.0.11" }), false);
  node.receive(packetOf("RELEASE", alice, { ciaddr: X, server: "10.0.0.2" }), false);
  node.receive(packetOf("DISCOVER", client(7), { requested: X }), false);
  await settled();
  return { node, log };
}

const kindsOf = (decisions: readonly string[]) => new Set(decisions.map((each) => JSON.parse(each).kind));

describe("a log of packets", () => {
  test("gives the same decisions again, in whole: what is told, written, and changed of the offers", async () => {
    const decisions = replay((await afternoon()).log);
    expect(decisions.length).toBeGreaterThan(15);
    expect(kindsOf(decisions.map(({ recorded }) => recorded))).toEqual(
      new Set(["grant", "inform", "refuse", "silent"]),
    );
    for (const { recorded, replayed } of decisions) expect(replayed).toBe(recorded);
  });

  test.each(["view", "offers", "inventory", "membership", "nonces"])(
    "gives others without what it has of the %s",
    async (part) => {
      const { log } = await afternoon();
      const without = log.filter((line) => JSON.parse(line).of !== part);
      expect(without.length).toBeLessThan(log.length);
      expect(replay(without).some(({ recorded, replayed }) => recorded !== replayed)).toBe(true);
    },
  );
});
