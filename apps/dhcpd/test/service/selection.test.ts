// A machine boots as several clients one after the other, with one identity. Whichever node answers each of them, it has one
// address (I3), also where the answering node has not yet seen what another one has granted.
import { formatIpv4, MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { SILENT_AFTER_MS } from "../../src/cluster/responder.ts";
import { settled, TestClock, TestNode } from "../node.ts";
import { alice, packetOf, selecting } from "../wire.ts";

/** Three nodes, none of which sees what another one stores until `hearStore` is called. */
class BehindEachOther {
  readonly nodes: readonly TestNode[];

  private readonly clock = new TestClock();

  constructor() {
    const { clock } = this;
    const first = new TestNode({ clock, followsAtOnce: false });
    const more = { clock, store: first.store, followsAtOnce: false };
    const second = new TestNode({ ...more, name: "n2", address: "10.0.0.3" });
    this.nodes = [first, second, new TestNode({ ...more, name: "n3", address: "10.0.0.4" })];
    for (const to of this.nodes) for (const from of this.nodes) if (to !== from) to.hearBeat(from);
  }

  /** From who comes first for alice to who comes last. */
  get ranked(): [TestNode, TestNode, TestNode] {
    const rank = ({ world }: TestNode) => world.members.rankFor(alice.client);
    return this.nodes.toSorted((a, b) => rank(a) - rank(b)) as [TestNode, TestNode, TestNode];
  }

  /** The client hears nothing, and asks again once the node that comes first has had its time. */
  goOn(bytes: Buffer, nodes: readonly TestNode[] = this.nodes): void {
    this.clock.pass(SILENT_AFTER_MS / 1000);
    this.hear(bytes, nodes);
  }

  hear(bytes: Buffer, nodes: readonly TestNode[] = this.nodes): void {
    for (const node of nodes) node.receive(bytes);
  }

  async addressesGranted(): Promise<string[]> {
    await settled();
    const acks = this.nodes.flatMap(({ replies }) => replies.filter(isAck));
    return acks.map(({ packet }) => formatIpv4(packet.yiaddr));
  }
}

const isAck = ({ packet }: TestNode["replies"][number]) => packet.messageType === MessageType.ACK;

function lastOffer(by: TestNode): { requested: string; server: string } {
  const { packet } = by.replies.findLast((reply) => reply.packet.messageType === MessageType.OFFER)!;
  return { requested: formatIpv4(packet.yiaddr), server: by.address };
}

test("two nodes have offered, and the one that was not taken answers the next client of the machine", async () => {
  const cluster = new BehindEachOther();
  const [first, second] = cluster.ranked;
  cluster.hear(packetOf("DISCOVER", alice, { xid: 1 }));
  cluster.goOn(packetOf("DISCOVER", alice, { xid: 1 }));
  const taken = lastOffer(second);
  expect(lastOffer(first).requested).not.toBe(taken.requested);
  cluster.hear(packetOf("REQUEST", alice, { ...taken, xid: 1 }));
  cluster.hear(packetOf("DISCOVER", alice, { xid: 2 }));
  expect(lastOffer(first).requested).toBe(taken.requested);
  cluster.hear(packetOf("REQUEST", alice, { ...lastOffer(first), xid: 2 }));
  expect(await cluster.addressesGranted()).toEqual([taken.requested, taken.requested]);
});

test("the node that granted is dead, and nobody has seen its grant: the next one grants the same address", async () => {
  const cluster = new BehindEachOther();
  const [first, second, third] = cluster.ranked;
  cluster.hear(packetOf("DISCOVER", alice, { xid: 1 }));
  const taken = lastOffer(first);
  cluster.hear(packetOf("REQUEST", alice, { ...taken, xid: 1 }));
  const survivors = [second, third];
  for (const node of survivors) node.hearBeat(first, "stopped");
  cluster.hear(packetOf("DISCOVER", alice, { xid: 2 }), survivors);
  expect(lastOffer(second).requested).toBe(taken.requested);
  cluster.hear(packetOf("REQUEST", alice, { ...lastOffer(second), xid: 2 }), survivors);
  expect(await cluster.addressesGranted()).toEqual([taken.requested, taken.requested]);
});

test("the REQUEST still waits for the store: the next client of the machine is offered what that one asks for", () => {
  const cluster = new BehindEachOther();
  const [first, second] = cluster.ranked;
  cluster.hear(packetOf("DISCOVER", alice, { xid: 1 }), [first]);
  cluster.hear(packetOf("DISCOVER", alice, { xid: 1 }), [second]);
  cluster.goOn(packetOf("DISCOVER", alice, { xid: 1 }), [second]);
  const taken = lastOffer(second);
  expect(lastOffer(first).requested).not.toBe(taken.requested);
  for (const node of cluster.nodes) node.door.state = "slow";
  const taking = packetOf("REQUEST", alice, { ...taken, xid: 1 });
  cluster.hear(taking);
  cluster.goOn(taking);
  expect(first.service.pending).toBe(1);
  cluster.hear(packetOf("DISCOVER", alice, { xid: 2 }));
  expect(lastOffer(first).requested).toBe(taken.requested);
});

test("once the stream shows the lease, what was heard of it is forgotten", () => {
  const cluster = new BehindEachOther();
  const [first, second] = cluster.ranked;
  cluster.hear(packetOf("REQUEST", alice, selecting("10.0.0.12", { server: first.address })));
  expect(second.world.offers.size).toBe(1);
  second.hearStore();
  expect(second.world.offers.size).toBe(0);
});
