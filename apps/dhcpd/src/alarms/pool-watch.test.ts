// A7: alarms, with who it is.
import { describe, expect, test } from "vitest";
import { NETWORK, TestNode } from "../../test/node.ts";
import { client, packetOf, selecting } from "../../test/wire.ts";

const [LAN] = NETWORK.subnets;
const network = { ...NETWORK, subnets: [{ ...LAN!, pools: [{ range: "10.0.0.10-10.0.0.109" }] }] };

async function take(node: TestNode, from: number, count: number): Promise<void> {
  for (let i = from; i < from + count; i++) {
    await node.answer(packetOf("REQUEST", client(i + 1), selecting(`10.0.0.${10 + i}`)));
  }
}

describe("A7: a pool", () => {
  test("is told of at 80 % in use, once, with who took most; and not below", async () => {
    const node = new TestNode({ network });
    const told: string[] = [];
    node.world.alarms.onRaised = ({ sentence }) => told.push(sentence);
    await take(node, 0, 15);
    node.clock.pass(61);
    node.service.tick();
    await take(node, 15, 64);
    node.clock.pass(61);
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(node.world.poolUse.get("lan/10.0.0.10-10.0.0.109")).toMatchObject({ size: 100, used: 79 });
    expect(told.filter((one) => one.includes("% of its"))).toEqual([]);
    await take(node, 79, 1);
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(told.filter((one) => one.includes("% of its"))).toEqual([
      expect.stringMatching(
        /^The pool lan\/\S+ has 80 % of its addresses in use \(80 of 100; 80 by unknown hosts, 0 declined\)\. Most are of mac \S+ \(1\)/,
      ),
    ]);
    expect(node.world.alarms.sentences).toContain(told.at(-1));
    node.clock.pass(7300);
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(node.world.alarms.sentences.filter((one) => one.includes("% of its"))).toEqual([]);
  });

  test("that was full and is made larger is not told of any more", async () => {
    const node = new TestNode({ network });
    await take(node, 0, 85);
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(node.world.alarms.sentences.join()).toContain("85 % of its");
    node.setNetwork({ ...network, subnets: [{ ...LAN!, pools: [{ range: "10.0.0.10-10.0.0.250" }] }] });
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(node.world.alarms.sentences).toEqual([]);
    expect([...node.world.poolUse.keys()]).toEqual(["lan/10.0.0.10-10.0.0.250"]);
  });

  test("that fills unusually fast is told of", async () => {
    const node = new TestNode({ network });
    node.service.tick();
    await take(node, 0, 30);
    for (let i = 0; i < 3; i++) node.service.tick();
    expect(node.world.alarms.sentences).toEqual([
      expect.stringContaining("has 30 more addresses in use than a minute ago"),
    ]);
  });
});

test("A7: a client that declines without end is told of by its hardware address, and takes three addresses", async () => {
  const node = new TestNode({ network });
  const one = client(7);
  for (let i = 0; i < 20; i++) {
    const address = `10.0.0.${20 + i}`;
    await node.answer(packetOf("REQUEST", one, selecting(address, { xid: 100 + i })));
    await node.answer(packetOf("DECLINE", one, selecting(address, { xid: 200 + i })));
  }
  const declined = [...node.world.view.all()].filter(({ state }) => state === "declined");
  expect(declined).toHaveLength(3);
  expect(node.counted("silent")).toMatchObject({ declined: 3 });
  expect(node.world.alarms.sentences).toEqual([
    expect.stringMatching(`^mac ${one.mac} keeps declining addresses of lan`),
  ]);
});
