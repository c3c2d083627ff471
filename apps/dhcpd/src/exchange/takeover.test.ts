// A node that was to answer dies: what it left unanswered is answered by whoever comes first now, without the client asking
// again; and nothing else is.
import { MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { TestClock, TestNode } from "../../test/node.ts";
import { ackOf, alice, client, type Fields, packetOf, selecting, X } from "../../test/wire.ts";
import { unansweredSince, type Witness } from "./takeover.ts";

/** Three nodes that beat every half second until they are killed. */
class Trio {
  readonly clock = new TestClock();
  readonly nodes: readonly TestNode[];
  private readonly dead = new Set<TestNode>();

  constructor() {
    const first = new TestNode({ clock: this.clock });
    const more = { clock: this.clock, store: first.store };
    const second = new TestNode({ ...more, name: "n2", address: "10.0.0.3" });
    this.nodes = [first, second, new TestNode({ ...more, name: "n3", address: "10.0.0.4" })];
    this.beat();
    this.tick();
  }

  get live(): readonly TestNode[] {
    return this.nodes.filter((node) => !this.dead.has(node));
  }

  broadcast(type: "DISCOVER" | "REQUEST", of = alice, fields: Fields = {}): string[] {
    return this.live.flatMap((node) =>
      node.receive(packetOf(type, of, fields)).map((x) => `${node.name} ${x}`),
    );
  }

  /** Who comes first for alice. */
  get first(): TestNode {
    return this.firstAmongOthers(undefined);
  }

  firstAmongOthers(than: TestNode | undefined): TestNode {
    return this.live.find((node) => node !== than && node.world.members.rankFor(alice.client) === 0)!;
  }

  kill(node: TestNode): void {
    this.dead.add(node);
  }

  /** What is answered meanwhile, and by whom after how long. */
  pass(seconds: number): string[] {
    const from = this.clock.ms;
    const before = this.nodes.map(({ replies }) => replies.length);
    const heard: string[] = [];
    while (this.clock.ms < from + seconds * 1000) {
      this.clock.pass(0.1);
      if ((this.clock.ms - from) % 500 === 0) this.beat();
      this.tick();
      this.nodes.forEach((node, i) => {
        for (; before[i]! < node.replies.length; before[i]!++) {
          const type = node.replies[before[i]!]!.packet.messageType;
          heard.push(
            `${node.name} ${type === MessageType.ACK ? "ACK" : type} after ${this.clock.ms - from} ms`,
          );
        }
      });
    }
    return heard;
  }

  private beat(): void {
    for (const to of this.live) for (const from of this.live) if (to !== from) to.hearBeat(from);
  }

  private tick(): void {
    for (const { membership, steadyMs, service } of this.live) {
      membership.refresh(steadyMs);
      service.tick();
    }
  }
}

/** Alice has an address. */
function leasedByTrio(): Trio {
  const trio = new Trio();
  trio.broadcast("REQUEST", alice, selecting(X, { xid: 1 }));
  expect(trio.nodes.flatMap(({ replies }) => replies)).toHaveLength(1);
  return trio;
}

describe("the node that comes first dies", () => {
  test("a broadcast renewal that it did not answer is answered within 2.5 seconds, once", () => {
    const trio = leasedByTrio();
    const victim = trio.first;
    trio.kill(victim);
    expect(trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 })).toEqual([]);
    expect(trio.pass(2.5)).toEqual([`${trio.first.name} ACK after 2000 ms`]);
    expect(trio.first).not.toBe(victim);
    expect(trio.pass(5)).toEqual([]);
    expect(trio.first.counted("anomalies")).toEqual({ "answered-for-a-dead-node": 1 });
  });

  test("and is back before it was missed: what it had been asked is answered once the others hear that it starts", () => {
    const trio = leasedByTrio();
    const victim = trio.first;
    trio.kill(victim);
    trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 });
    expect(trio.pass(1)).toEqual([]);
    for (const node of trio.live) node.hearBeat(victim, "starting");
    expect(trio.pass(0.5)).toEqual([`${trio.first.name} ACK after 100 ms`]);
  });

  test("of a client that went on, only its newest packet is answered", () => {
    const trio = leasedByTrio();
    trio.kill(trio.first);
    trio.broadcast("DISCOVER", alice, { xid: 2 });
    trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 3 });
    expect(trio.pass(2.5)).toHaveLength(1);
    expect(trio.first.replies.at(-1)!.packet.xid).toBe(3);
  });

  test("what it answered before is left alone", () => {
    const trio = leasedByTrio();
    const victim = trio.first;
    trio.pass(1);
    trio.kill(victim);
    expect(trio.pass(3)).toEqual([]);
  });

  test("what another one answers is not answered again", () => {
    const trio = leasedByTrio();
    const victim = trio.nodes.find((node) => node !== trio.first)!;
    trio.kill(victim);
    trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 });
    expect(trio.pass(3)).toEqual([]);
  });

  test("a REQUEST that names it is answered by another, too", () => {
    const trio = new Trio();
    const victim = trio.nodes.find((node) => node !== trio.first)!;
    trio.kill(victim);
    expect(trio.broadcast("REQUEST", alice, selecting(X, { server: victim.address }))).toEqual([]);
    expect(trio.pass(2.5)).toEqual([`${trio.first.name} ACK after 2000 ms`]);
  });
});

test("a node that stops in order leaves nothing: what came before, it answers itself", () => {
  const trio = leasedByTrio();
  const victim = trio.first;
  trio.kill(victim);
  trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 });
  for (const node of trio.live) node.hearBeat(victim, "draining");
  expect(trio.pass(5)).toEqual([]);
});

test("a node that is cut off takes nobody else for dead", () => {
  const trio = leasedByTrio();
  const lonely = trio.nodes.find((node) => node !== trio.first)!;
  lonely.isConnected = false;
  trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 });
  const replies = lonely.replies.length;
  for (const node of trio.nodes) if (node !== lonely) trio.kill(node);
  trio.pass(3);
  expect(lonely.replies).toHaveLength(replies);
});

test("many clients of a dead node are answered, each once, but not all in one go", () => {
  const trio = new Trio();
  trio.kill(trio.first);
  for (let n = 10; n < 4010; n++) trio.broadcast("DISCOVER", client(n), { xid: n });
  const taken = () =>
    trio.live.reduce((sum, node) => sum + (node.counted("anomalies")["answered-for-a-dead-node"] ?? 0), 0);
  trio.pass(2);
  const atOnce = taken();
  trio.pass(3);
  expect(atOnce).toBeLessThan(2 * 256);
  expect(taken()).toBeGreaterThan(2 * atOnce);
  const answered = trio.nodes.flatMap(({ replies }) => replies.map(({ packet }) => packet.xid));
  expect(new Set(answered).size).toBe(answered.length);
});

test("who has asked again meanwhile is answered for that, and not twice", () => {
  const trio = leasedByTrio();
  for (const { replies } of trio.nodes) replies.length = 0;
  trio.kill(trio.first);
  for (let n = 10; n < 1010; n++) trio.broadcast("DISCOVER", client(n), { xid: n });
  trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 });
  trio.pass(2);
  trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 3 });
  trio.pass(2);
  const { replies } = trio.first;
  const ofAlice = replies.filter(({ packet }) => packet.messageType === MessageType.ACK);
  expect(ofAlice.map(({ packet }) => packet.xid)).toEqual([3]);
});

describe("a node that drains", () => {
  test("leaves broadcasts to the others, and answers what reached nobody else", () => {
    const trio = leasedByTrio();
    const draining = trio.first;
    draining.core.drain();
    draining.clock.pass(1);
    for (const node of trio.live) if (node !== draining) node.hearBeat(draining, "draining");
    const heir = trio.firstAmongOthers(draining);
    expect(trio.broadcast("REQUEST", alice, { ciaddr: X, xid: 2 })).toEqual([
      `${heir.name} ${ackOf(X, 3600, heir.address)}`,
    ]);
    expect(draining.receive(packetOf("REQUEST", alice, { ciaddr: X, xid: 3 }), false)).toEqual([
      ackOf(X, 3600, draining.address),
    ]);
  });

  test("answers them all the same when nobody else serves", () => {
    const node = new TestNode();
    node.core.drain();
    node.clock.pass(1);
    expect(node.receive(packetOf("REQUEST", alice, selecting(X)))).toEqual([ackOf()]);
  });
});

describe("since when packets may have been left unanswered", () => {
  const NOW = 100_000;
  const since = (before: readonly string[], presence: readonly string[], more: Partial<Witness> = {}) =>
    unansweredSince(
      before,
      { presence, hasLeftInOrder: () => false, lastServed: () => 97_000, ...more },
      NOW,
    );

  test.each<readonly [string, number | undefined, number | undefined]>([
    ["nobody is missing", since(["n1", "n2"], ["n1", "n2"]), undefined],
    ["one has come", since(["n1"], ["n1", "n2"]), undefined],
    ["one is silent: since its last heartbeat", since(["n1", "n2"], ["n1"]), 97_000],
    ["one went in order", since(["n1", "n2"], ["n1"], { hasLeftInOrder: () => true }), undefined],
    [
      "one lost a link, and said so at once",
      since(["n1", "n2", "n2 eth0"], ["n1", "n2"], { lastServed: () => NOW }),
      NOW - 500,
    ],
  ])("%s", (_, found, expected) => expect(found).toBe(expected));
});
