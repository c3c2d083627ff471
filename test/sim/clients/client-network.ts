// The network between clients and nodes: what reaches whom, who else is on it, and what is said of each reply that leaves.
import { formatIpv4, type Ipv4, MessageType, type Packet } from "@leasehold/protocol";
import type { Destination } from "../../../apps/dhcpd/src/ports.ts";
import { decoded, told } from "../../../apps/dhcpd/test/wire.ts";
import type { Chance } from "../chance.ts";
import { CLUSTER_ADDRESS, RELAY } from "../documents.ts";
import type { WireJudge } from "../judge/wire-judge.ts";
import type { SimulatedStream } from "../nats/stream.ts";
import type { ClusterAddress } from "../nodes/cluster-address.ts";
import type { Heartbeats } from "../nodes/heartbeats.ts";
import type { SimulatedNode } from "../nodes/node.ts";
import type { Plan } from "../setting.ts";
import type { Tally } from "../tally.ts";
import type { Timeline } from "../timeline.ts";
import type { ClientState, SimulatedClient, Wire } from "./client.ts";
import { Ether } from "./ether.ts";
import type { Population } from "./population.ts";
import { Strangers } from "./strangers.ts";

/** As long as a node that is not heard counts as live, and longer. */
const ALONE_AFTER_MS = 2500;
/** Longer than the guard, so that a lease on each island is one after the other. */
const SHIFT_EVERY_MS = 18_000;
/** The last octet of the hardware address. */
const UNSENDABLE_AT = 28 + 5;

/** What is on the network, as far as it is there by now. */
export interface Connected {
  readonly timeline: Timeline;
  readonly tally: Tally;
  readonly chance: Chance;
  readonly plan: Plan;
  readonly stream: SimulatedStream;
  readonly tell: (line: () => string) => void;
  readonly judge: WireJudge;
  readonly nodes: readonly SimulatedNode[];
  readonly beats: Heartbeats;
  readonly population: Population;
}

export class ClientNetwork implements Wire {
  readonly ether: Ether;
  readonly strangers: Strangers;
  /** Told of every reply that leaves. */
  onReply: (packet: Packet) => void = () => {};
  private readonly at: Connected;
  private readonly clusterAddress: ClusterAddress;
  private isSplit = false;
  private splits = 0;
  private islands = 0;
  private unsendable: number | undefined;

  constructor(at: Connected, clusterAddress: ClusterAddress) {
    this.at = at;
    this.clusterAddress = clusterAddress;
    this.strangers = new Strangers(at);
    this.ether = new Ether(at.timeline, at.chance.of("ether"), at.plan.setting.loss);
  }

  get timeline(): Timeline {
    return this.at.timeline;
  }

  // What a client does and hears.

  broadcast(from: SimulatedClient, bytes: Buffer): void {
    this.at.tally.count("packets", "from clients");
    this.at.tell(() => `${from.name} (${from.state}) → all: ${shown(bytes)}`);
    if (from.kind.isRelayed) bytes.writeUInt32BE(RELAY, 24);
    for (const node of this.at.nodes) this.carry(from, node, bytes, !from.kind.isRelayed);
  }

  unicast(from: SimulatedClient, bytes: Buffer, to: string): void {
    this.at.tally.count("packets", "from clients");
    this.at.tell(() => `${from.name} (${from.state}) → ${to}: ${shown(bytes)}`);
    const node =
      to === CLUSTER_ADDRESS ? this.clusterAddress.at() : this.at.nodes.find(({ address }) => address === to);
    if (node !== undefined) this.carry(from, node, bytes, false);
  }

  private carry(from: SimulatedClient, node: SimulatedNode, bytes: Buffer, isBroadcast: boolean): void {
    this.ether.carry(() => {
      if (this.reaches(from, node)) node.receive(Buffer.from(bytes), isBroadcast);
    });
  }

  private reaches(client: SimulatedClient | undefined, node: SimulatedNode): boolean {
    if (node.isCutFromClients || client === undefined) return false;
    const { population, nodes } = this.at;
    return !this.isSplit || (population.clients.indexOf(client) + this.islands) % nodes.length === node.index;
  }

  granted(client: SimulatedClient): void {
    this.at.tally.count("heeded", "ACK");
    this.at.judge.granted(client);
  }

  refused(client: SimulatedClient, state: ClientState, packet: Packet): void {
    this.at.tally.count("heeded", "NAK");
    this.at.judge.refused(client, state, packet);
  }

  isUsedByStranger(address: string): boolean {
    return this.strangers.areOn(address);
  }

  /** Each client is heard by one node only, and hears that one only; nodes hear nobody, and of the store late. */
  split(lagMs: number | undefined): void {
    const split = ++this.splits;
    this.isSplit = lagMs !== undefined;
    if (this.isSplit) this.shift(split, ALONE_AFTER_MS);
    for (const node of this.at.nodes) {
      node.slowView(lagMs);
      if (lagMs === undefined) this.at.beats.unmute(node.index);
      else this.at.beats.mute(node.index, 0);
    }
  }

  /** Clients find themselves on another island, and start anew; on the first one when nodes believe to be alone. */
  private shift(split: number, afterMs: number): void {
    this.timeline.after(afterMs, () => {
      if (!this.isSplit || split !== this.splits) return;
      this.islands++;
      this.at.population.startAnew();
      this.shift(split, SHIFT_EVERY_MS);
    });
  }

  /** Links throw when they are to send to a third of the clients. */
  throwReplies(number: number | undefined): void {
    this.unsendable = number === undefined ? undefined : number % 3;
  }

  isUnsendable(payload: Buffer): boolean {
    return payload[UNSENDABLE_AT]! % 3 === this.unsendable;
  }

  reply(from: SimulatedNode, payload: Buffer, { kind }: Destination): void {
    const { tally, tell, judge, population } = this.at;
    const packet = decoded(payload);
    tally.count("replies", String(packet.messageType));
    tell(() => `  ${from.name} → ${kind}: ${shown(payload)}`);
    judge.sent(from, packet);
    this.onReply(packet);
    const client = population.clientOf(packet);
    if (client !== undefined && packet.messageType === MessageType.ACK) population.judgeHost(client, packet);
    if (client !== undefined && packet.messageType === MessageType.OFFER)
      this.strangers.judgeOffer(from, client, packet);
    this.ether.carry(() => {
      if (this.reaches(client, from)) client?.hear(packet);
    });
  }
}

function shown(bytes: Uint8Array): string {
  const packet = decoded(bytes);
  const names = {
    xid: packet.xid.toString(16),
    ciaddr: packet.ciaddr,
    requested: packet.get("requestedIpAddress"),
  };
  const more = [names.ciaddr, names.requested].filter(Boolean).map((address) => formatIpv4(address as Ipv4));
  return [names.xid, told(packet), ...more].join(" ");
}
