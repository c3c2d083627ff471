// Nodes, their store, clients and the network between them, over simulated time, and all that can be done to them. What is done when
// is run.ts.
import type { LeaseEvent } from "@leasehold/leases";
import { formatIpv4, type Ipv4, ipv4, MessageType, type Packet } from "@leasehold/protocol";
import type { DhcpHeartbeat } from "../../apps/dhcpd/src/cluster/heartbeat.ts";
import type { Destination } from "../../apps/dhcpd/src/ports.ts";
import { START } from "../../apps/dhcpd/test/node.ts";
import { decoded, told } from "../../apps/dhcpd/test/wire.ts";
import { Chance } from "./chance.ts";
import { type ClientState, SimulatedClient, type Wire } from "./client.ts";
import { ClusterAddress } from "./cluster-address.ts";
import { Configuration } from "./configuration.ts";
import { CLUSTER_ADDRESS, DOCUMENTS, FIRST, RELAY } from "./documents.ts";
import { Ether } from "./ether.ts";
import { StoreDoor } from "./nats/door.ts";
import { Peers } from "./nats/peers.ts";
import { SimulatedStream } from "./nats/stream.ts";
import { addressOf, nameOf, SimulatedNode } from "./node.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { LEADER_SKEW_MAX_MS, type Plan, SKEW_MAX_MS } from "./setting.ts";
import { loseStore } from "./store-loss.ts";
import { Tally } from "./tally.ts";
import { Timeline } from "./timeline.ts";
import { WireJudge } from "./wire-judge.ts";

const USUAL_LAG_MS = [1, 20] as const;
const USUAL_COMMIT_MS = [0.5, 3] as const;
/** As long as a node that is not heard counts as live, and longer. */
const ALONE_AFTER_MS = 2500;
/** Longer than the guard, so that a lease on each island is one after the other. */
const SHIFT_EVERY_MS = 18_000;
/** When the nodes have had time to notice; and with one repetition. */
const REBOOTS_AFTER_MS = 3000;
const ANSWERED_WITHIN_MS = 15_000;
const RESERVED_OUTSIDE = 200;
/** Since when hosts of the start have their address: before any lease. */
/** That a bucket is another one. */
const NOTICED_AFTER_MS = 5000;
const LONG_AGO_MS = 3_600_000;

/** The last octet of the hardware address. */
const UNSENDABLE_AT = 28 + 5;

export class Simulation implements Wire {
  readonly timeline = new Timeline(START);
  readonly tally = new Tally();
  readonly stream: SimulatedStream;
  readonly ether: Ether;
  readonly nodes: readonly SimulatedNode[] = [];
  readonly clients: readonly SimulatedClient[];
  readonly judge: WireJudge;
  readonly plan: Plan;
  /** Told of everything, for `--trace`. */
  readonly tell: (line: () => string) => void;
  readonly chance: Chance;
  readonly configuration: Configuration;
  private readonly peers: Peers;
  private readonly clusterAddress = new ClusterAddress(this);
  private readonly strangers = new Set<string>();
  private readonly muted = new Map<number, ReadonlySet<number>>();
  private readonly moved = new Set<SimulatedClient>();
  /** Told of every reply that leaves. */
  onReply: (packet: Packet) => void = () => {};
  private isSplit = false;
  private splits = 0;
  private unsendable: number | undefined;
  private islands = 0;

  constructor(plan: Plan, bug?: PlantedBug, tell: (line: () => string) => void = () => {}) {
    this.plan = plan;
    this.tell = tell;
    this.chance = new Chance(plan.seed, "run");
    const { timeline, tally } = this;
    const { setting } = plan;
    this.stream = new SimulatedStream(timeline, this.chance.of("stream"));
    this.ether = new Ether(timeline, this.chance.of("ether"), setting.loss);
    this.clients = setting.clients.map(
      (kind, i) => new SimulatedClient(i + 1, kind, this, this.chance.of(`client ${i}`)),
    );
    this.peers = new Peers(() => this.nodes, timeline, this.chance.of("peers"));
    this.configuration = new Configuration(() => timeline.now);
    this.judge = new WireJudge({
      ...{ timeline, tally, stream: this.stream, clients: this.clients },
      skewMs: 2 * SKEW_MAX_MS + LEADER_SKEW_MAX_MS,
      configuration: this.configuration,
    });
    this.stream.follow(({ event, revision }) => {
      tally.count("stored", event!.type);
      this.tell(() => `  ${revision}: ${shownEvent(event!)}`);
    });
    for (const i of setting.skews.keys()) this.configuration.addMember(nameOf(i), addressOf(i));
    this.applyDocument(0);
    for (let i = 0; i < setting.reserved; i++) this.reserve(i, reservedAddress(i), START - LONG_AGO_MS);
    this.nodes = setting.skews.map((skewMs, i) => this.makeNode(i, skewMs, bug));
  }

  /** Simulated time since the start, ms. */
  get elapsed(): number {
    return this.timeline.now - START;
  }

  /** Stops at the first violation. */
  async runTo(elapsed: number): Promise<void> {
    while (this.elapsed < elapsed && this.judge.violations.length === 0) {
      await this.timeline.runTo(Math.min(START + elapsed, this.timeline.now + 1000));
    }
  }

  node(index: number): SimulatedNode {
    return this.nodes[index % this.nodes.length]!;
  }

  client(index: number): SimulatedClient {
    return this.clients[index % this.clients.length]!;
  }

  setClock(node: number, skewMs: number): void {
    this.node(node).clock = { skewMs, drift: 0, since: this.timeline.now };
  }

  /** Faster or slower by `rate`, ms a ms, which over a run stays within what clocks may differ by. */
  drift(node: number, rate: number): void {
    const { clock } = this.node(node);
    this.node(node).clock = { ...clock, drift: rate, since: this.timeline.now };
  }

  /** Links throw when they are to send to a third of the clients. */
  throwReplies(number: number | undefined): void {
    this.unsendable = number === undefined ? undefined : number % 3;
  }

  deafen(node: number, isDeaf: boolean): void {
    this.node(node).door.isDeaf = isDeaf;
  }

  cutClients(node: number, isCut: boolean): void {
    this.node(node).isCutFromClients = isCut;
  }

  /** The others do not hear it, or one of them does not; or nobody hears anybody. */
  muteBeats(from: number, number: number): void {
    const all = this.nodes.map((_, i) => i);
    this.muted.set(from % this.nodes.length, new Set(number % 2 === 0 ? all : [number % this.nodes.length]));
  }

  hearBeats(from: number): void {
    this.muted.delete(from % this.nodes.length);
  }

  keepBusy(node: number, forMs: number): void {
    this.node(node).busyMs = forMs;
  }

  drain(node: number, isOn: boolean): void {
    this.node(node).drain(isOn);
  }

  muteAll(areMute: boolean): void {
    for (const { index } of this.nodes) {
      if (areMute) this.muteBeats(index, 0);
      else this.hearBeats(index);
    }
  }

  slowView(node: number, lagMs: number | undefined): void {
    this.node(node).lagMs = lagMs === undefined ? USUAL_LAG_MS : [lagMs / 2, lagMs];
  }

  slowStore(commitMs: readonly [number, number] | undefined): void {
    this.stream.commitMs = commitMs ?? USUAL_COMMIT_MS;
  }

  setLeaderClock(skewMs: number): void {
    this.stream.leaderSkewMs = skewMs;
  }

  applyDocument(number: number): void {
    this.configuration.apply(DOCUMENTS[number % DOCUMENTS.length]!.make(this.plan.setting));
  }

  /** The host of a client is given an address of the pool, or just outside of it. */
  setHost(client: number, number: number): void {
    const { pool, clients } = this.plan.setting;
    this.moved.add(this.client(client));
    this.reserve(client % clients.length, ipv4(FIRST + (number % (pool + 3))));
  }

  removeHost(client: number): void {
    const index = client % this.clients.length;
    if (index < this.plan.setting.reserved) this.reserve(index, reservedAddress(index));
    else this.configuration.remove(this.client(index));
  }

  private reserve(index: number, address: Ipv4, since = this.timeline.now): void {
    this.configuration.reserve(this.client(index), address, since);
  }

  /** I6: the majority is lost, and then the first client, whose address is reserved, is switched off and on. */
  watchReserved(): void {
    this.stream.loseMajority();
    const client = this.client(0);
    this.timeline.after(REBOOTS_AFTER_MS, () => {
      const isHeld =
        client.held !== undefined && this.judge.isHeldFor(client.held.address, 2 * ANSWERED_WITHIN_MS);
      if (!isHeld || client.state !== "bound") return;
      client.reboot();
      this.timeline.after(ANSWERED_WITHIN_MS, () => this.judge.judgeServed(client));
    });
  }

  /** A node is started anew at once, and all of them later. */
  loseStore(node: number, lose: (stream: SimulatedStream) => void): void {
    const { timeline, stream, nodes } = this;
    const startClients = () => void this.clients.map((client, i) => this.startAnew(client, i));
    loseStore({ timeline, stream, nodes, startClients }, this.node(node), lose);
  }

  putStranger(number: number, isThere: boolean): void {
    const address = formatIpv4(ipv4(FIRST + (number % this.plan.setting.pool)));
    if (isThere) this.strangers.add(address);
    else this.strangers.delete(address);
  }

  /** Clients whose host was never moved: one of these has one address. */
  get unmoved(): readonly SimulatedClient[] {
    return this.clients.filter((client) => !this.moved.has(client));
  }

  // What a client does and hears.

  broadcast(from: SimulatedClient, bytes: Buffer): void {
    this.tally.count("packets", "from clients");
    this.tell(() => `${from.name} (${from.state}) → all: ${shown(bytes)}`);
    if (from.kind.isRelayed) bytes.writeUInt32BE(RELAY, 24);
    for (const node of this.nodes) this.carry(from, node, bytes, !from.kind.isRelayed);
  }

  unicast(from: SimulatedClient, bytes: Buffer, to: string): void {
    this.tally.count("packets", "from clients");
    this.tell(() => `${from.name} (${from.state}) → ${to}: ${shown(bytes)}`);
    const node =
      to === CLUSTER_ADDRESS ? this.clusterAddress.at() : this.nodes.find(({ address }) => address === to);
    if (node !== undefined) this.carry(from, node, bytes, false);
  }

  /** The hosts' bucket loses all, and clients come. */
  loseHosts(): void {
    this.configuration.loseHosts();
    this.timeline.after(NOTICED_AFTER_MS, () => this.powerUp());
  }

  /** Each client is heard by one node only, and hears that one only; nodes hear nobody, and of the store late. */
  split(lagMs: number | undefined): void {
    const split = ++this.splits;
    this.isSplit = lagMs !== undefined;
    if (this.isSplit) this.shift(split, ALONE_AFTER_MS);
    for (const { index } of this.nodes) {
      this.slowView(index, lagMs);
      if (lagMs === undefined) this.hearBeats(index);
      else this.muteBeats(index, 0);
    }
  }

  /** Clients find themselves on another island, and start anew; on the first one when nodes believe to be alone. */
  private shift(split: number, afterMs: number): void {
    this.timeline.after(afterMs, () => {
      if (!this.isSplit || split !== this.splits) return;
      this.islands++;
      for (const [i, client] of this.clients.entries()) this.startAnew(client, i);
      this.shift(split, SHIFT_EVERY_MS);
    });
  }

  powerUp(): void {
    for (const client of this.clients) client.powerUp();
  }

  /** Some remember their address, some have forgotten it, and some are other machines, if the inventory does not know them. */
  private startAnew(client: SimulatedClient, index: number): void {
    const isKnown = index < this.plan.setting.reserved || this.moved.has(client);
    const how = this.chance.below(3);
    if (how === 0) client.reboot();
    else if (how === 1 || isKnown) client.powerUp();
    else client.becomeAnother();
  }

  private reaches(client: SimulatedClient | undefined, node: SimulatedNode): boolean {
    if (node.isCutFromClients || client === undefined) return false;
    return !this.isSplit || (this.clients.indexOf(client) + this.islands) % this.nodes.length === node.index;
  }

  private carry(from: SimulatedClient, node: SimulatedNode, bytes: Buffer, isBroadcast: boolean): void {
    this.ether.carry(() => {
      if (this.reaches(from, node)) node.receive(Buffer.from(bytes), isBroadcast);
    });
  }

  granted(client: SimulatedClient): void {
    this.tally.count("heeded", "ACK");
    this.judge.granted(client);
  }

  refused(client: SimulatedClient, state: ClientState, packet: Packet): void {
    this.tally.count("heeded", "NAK");
    this.judge.refused(client, state, packet);
  }

  isUsedByStranger(address: string): boolean {
    return this.strangers.has(address);
  }

  // What is around a node.

  private makeNode(index: number, skewMs: number, bug: PlantedBug | undefined): SimulatedNode {
    const { timeline, stream } = this;
    const chance = this.chance.of(`node ${index}`);
    const node: SimulatedNode = new SimulatedNode(index, {
      ...{ timeline, stream, chance, bug },
      ...{ configuration: this.configuration, peers: this.peers, isShared: this.plan.setting.isShared },
      noteShared: (what) => this.tally.count("shared", what),
      door: new StoreDoor(stream, timeline, chance.of(`door ${index}`)),
      carry: (by) => this.clusterAddress.carry(by),
      beat: (from, beat) => this.beat(from, beat),
      send: (from, payload, destination) => this.reply(from, payload, destination),
      blame: (what) => this.judge.blame(what),
      isUnsendable: (payload) => payload[UNSENDABLE_AT]! % 3 === this.unsendable,
    });
    node.clock = { skewMs, drift: 0, since: timeline.now };
    return node;
  }

  private beat(from: SimulatedNode, beat: DhcpHeartbeat): void {
    if (!from.door.isOpen) return;
    for (const to of this.nodes) {
      if (to === from || !to.door.isOpen || this.muted.get(from.index)?.has(to.index)) continue;
      this.timeline.after(this.chance.between(0.2, 2), () => to.hearBeat(from.name, beat));
    }
  }

  private reply(from: SimulatedNode, payload: Buffer, { kind }: Destination): void {
    const packet = decoded(payload);
    this.tally.count("replies", String(packet.messageType));
    this.tell(() => `  ${from.name} → ${kind}: ${shown(payload)}`);
    this.judge.sent(from, packet);
    this.onReply(packet);
    const client = this.clientOf(packet);
    if (client !== undefined && packet.messageType === MessageType.ACK) this.judgeHost(client, packet);
    this.ether.carry(() => {
      if (this.reaches(client, from)) client?.hear(packet);
    });
  }

  /** A host that the bucket has lost is served as before, until whoever fills it says otherwise. */
  private judgeHost(client: SimulatedClient, { yiaddr }: Packet): void {
    const index = this.clients.indexOf(client);
    const isHost = index < this.plan.setting.reserved && !this.moved.has(client);
    if (!isHost || !this.configuration.areHostsLost || yiaddr === 0) return;
    this.judge.checked("hosts");
    if (yiaddr !== reservedAddress(index))
      this.judge.blame(`hosts: ${client.name} was given ${formatIpv4(yiaddr)}, which is not its host's`);
  }

  clientOf(packet: Packet): SimulatedClient | undefined {
    const id = `01${Buffer.from(packet.chaddr).toString("hex")}`;
    return this.clients.find((client) => client.id.client === id);
  }
}

function shownEvent({ type, address, client, node, heldSeconds }: LeaseEvent): string {
  return `${type} ${address} of ${client.slice(-4)} by ${node}, held ${heldSeconds} s`;
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

function reservedAddress(index: number): Ipv4 {
  return ipv4(FIRST - (FIRST & 0xff) + RESERVED_OUTSIDE + index);
}
