// Nodes around one store, and clients around the nodes. Nothing happens by itself: what is late, lost or cut off is an
// action, so that a list of actions is a history that can be repeated and shrunk.
import { MemoryLeaseStore } from "@leasehold/leases";
import type { NetworkDocument } from "@leasehold/network";
import { formatIpv4, ipv4 } from "@leasehold/protocol";
import { Judge } from "./judge.ts";
import { Machine } from "./machine.ts";
import { settled, TestClock, TestNode } from "./node.ts";
import type { DoorState } from "./store-door.ts";
import { ip } from "./wire.ts";

const FIRST = ip("10.0.0.10");
const RELAY = ip("10.0.0.1");

/** `heardBy` has a bit for each node that a broadcast reaches; `at` is a node. */
export type Action =
  | { readonly do: "lease" | Broadcast; readonly who: number; readonly heardBy: number }
  | { readonly do: "renew" | "release"; readonly who: number; readonly at: number }
  | { readonly do: "pass"; readonly seconds: number }
  | { readonly do: "hear"; readonly at: number; readonly count: number }
  | { readonly do: "store"; readonly at: number; readonly state: DoorState }
  | { readonly do: "settle" | "mute" | "connect"; readonly at: number }
  | { readonly do: "reserve"; readonly who: number; readonly address: number | undefined };
type Broadcast = "discover" | "request" | "reboot" | "again" | "rebind" | "decline";

export interface Setting {
  /** One a node: by how much its clock differs, ms. */
  readonly skews: readonly number[];
  readonly machines: number;
  /**
   * Few are fought for and held for no longer than was told. Of many, the machines all want the same two, and there is
   * headroom: it does not shrink, as they are never crowded.
   */
  readonly addresses: "few" | "many";
  /** The machines are behind a relay, which sends what they broadcast to several nodes: each of them answers. */
  readonly isRelayed: boolean;
  /** Told of each node before anything happens to it. */
  readonly onNode?: (node: TestNode, network: NetworkDocument) => void;
}

export class Cluster {
  readonly clock = new TestClock();
  readonly store = new MemoryLeaseStore(this.clock.now);
  readonly nodes: readonly TestNode[];
  readonly machines: readonly Machine[];
  readonly judge: Judge;
  private readonly isRelayed: boolean;
  private readonly mute = new Set<TestNode>();
  private readonly reserved = new Set<string>();

  constructor({ skews, machines, addresses, isRelayed, onNode }: Setting) {
    this.isRelayed = isRelayed;
    const [size, heldFactor] = addresses === "few" ? [3, 1] : [30, 2];
    const range = `${formatIpv4(FIRST)}-${formatIpv4(ipv4(FIRST + size - 1))}`;
    const lan = { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", pools: [{ range }] };
    const network: NetworkDocument = {
      version: 1,
      defaults: { lease: { seconds: 60, heldFactor } },
      subnets: [lan],
    };
    const { clock, store } = this;
    this.nodes = skews.map((skewMs, i) => {
      const [name, address] = [`n${i + 1}`, `10.0.0.${i + 2}`];
      const node = new TestNode({ name, address, clock, store, skewMs, network, followsAtOnce: false });
      onNode?.(node, network);
      return node;
    });
    this.machines = Array.from({ length: machines }, (_, n) => new Machine(n + 1));
    this.judge = new Judge({
      ...{ store, machines: this.machines, skewMs: 2 * Math.max(...skews.map(Math.abs)), now: clock.now },
      wasReserved: ({ name }, address) => this.reserved.has(`${name} ${formatIpv4(address)}`),
    });
    for (const node of this.nodes) node.onReply = (reply) => this.hear(reply);
    this.beat();
  }

  async act(action: Action): Promise<void> {
    this.perform(action);
    await settled();
  }

  /** The end of every history: all stores answer, all nodes hear all, and those who hold an address confirm it. */
  async calm(): Promise<void> {
    for (const node of this.nodes) {
      node.door.state = "open";
      node.isConnected = true;
      this.mute.clear();
    }
    await this.spread();
    this.perform({ do: "pass", seconds: 20 });
    for (const [who, machine] of this.machines.entries()) {
      if (machine.held === undefined) continue;
      for (const again of ["reboot", "again", "again", "again"] as const) {
        await this.act({ do: again, who, heardBy: -1 });
      }
    }
    await this.spread();
  }

  /** Everything that waits happens, and everybody hears of it. */
  private async spread(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      for (const node of this.nodes) node.door.settle();
      await settled();
      for (const node of this.nodes) node.hearStore();
    }
  }

  private perform(action: Action): void {
    switch (action.do) {
      case "discover":
      case "request":
      case "reboot":
      case "again":
      case "rebind":
      case "decline":
        this.broadcast(action.do, action.who, action.heardBy);
        return;
      case "lease":
        this.broadcast("discover", action.who, action.heardBy);
        this.broadcast("request", action.who, action.heardBy);
        return;
      case "renew":
      case "release":
        this.unicast(action.do, action.who, action.at);
        return;
      case "pass":
        this.pass(action.seconds);
        return;
      case "reserve":
        this.reserve(action.who, action.address);
        return;
      default:
        this.disturb(action);
        return;
    }
  }

  private broadcast(what: Broadcast, who: number, heardBy: number): void {
    const machine = this.machines[who % this.machines.length]!;
    const packet = what === "rebind" ? machine.renew() : machine[what]();
    if (packet === undefined) return;
    if (this.isRelayed) packet.writeUInt32BE(RELAY, 24);
    for (const [i, node] of this.nodes.entries()) {
      if ((heardBy >> i) & 1) node.receive(packet, !this.isRelayed);
    }
  }

  private unicast(what: "renew" | "release", who: number, at: number): void {
    const packet = this.machines[who % this.machines.length]![what]();
    if (packet !== undefined) this.node(at).receive(packet, false);
  }

  private pass(seconds: number): void {
    this.clock.pass(seconds);
    for (const { door } of this.nodes) door.giveUp();
    for (const machine of this.machines) machine.notice(this.clock.ms);
    this.beat();
  }

  private beat(): void {
    for (const from of this.nodes) {
      for (const to of this.nodes) if (from !== to && !this.mute.has(from)) to.hearBeat(from);
      from.membership.refresh(from.steadyMs);
    }
  }

  private reserve(who: number, offset: number | undefined): void {
    const { id, name } = this.machines[who % this.machines.length]!;
    const host = name.replace(" ", "-");
    const address = offset === undefined ? undefined : formatIpv4(ipv4(FIRST + offset));
    for (const node of this.nodes) {
      if (address === undefined) node.removeHost(host);
      else node.setHost(host, id, address);
    }
    this.reserved.add(`${name} ${address}`);
  }

  private disturb(action: Extract<Action, { do: "hear" | "store" | "settle" | "mute" | "connect" }>): void {
    const node = this.node(action.at);
    switch (action.do) {
      case "hear":
        node.hearStore(action.count);
        return;
      case "store":
        node.door.state = action.state;
        return;
      case "settle":
        node.door.settle();
        return;
      case "mute":
        if (!this.mute.delete(node)) this.mute.add(node);
        return;
      case "connect":
        node.isConnected = !node.isConnected;
        return;
      default:
        action satisfies never;
    }
  }

  private node(at: number): TestNode {
    return this.nodes[at % this.nodes.length]!;
  }

  private hear(reply: Parameters<Machine["hear"]>[0]): void {
    const chaddr = Buffer.from(reply.packet.chaddr).toString("hex");
    const machine = this.machines.find(({ id }) => id.client === `01${chaddr}`);
    if (machine?.hear(reply, this.clock.ms)) this.judge.granted(machine, this.clock.ms);
  }
}
