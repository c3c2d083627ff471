// Nodes, their store, clients and the network between them, over simulated time. What can be done to them is faults.ts; what is done
// when is run.ts.
import type { LeaseEvent } from "@leasehold/leases";
import { START } from "../../apps/dhcpd/test/node.ts";
import { Chance } from "./chance.ts";
import { ClientNetwork } from "./clients/client-network.ts";
import { Population } from "./clients/population.ts";
import { Configuration } from "./configuration.ts";
import { DOCUMENTS } from "./documents.ts";
import { WireJudge } from "./judge/wire-judge.ts";
import { StoreDoor } from "./nats/door.ts";
import { Peers } from "./nats/peers.ts";
import { SimulatedStream } from "./nats/stream.ts";
import { ClusterAddress } from "./nodes/cluster-address.ts";
import { Heartbeats } from "./nodes/heartbeats.ts";
import { addressOf, nameOf, SimulatedNode, type Surroundings } from "./nodes/node.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { LEADER_SKEW_MAX_MS, type Plan, SKEW_MAX_MS } from "./setting.ts";
import { loseStore } from "./store-loss.ts";
import { Tally } from "./tally.ts";
import { Timeline } from "./timeline.ts";

export class Simulation {
  readonly timeline = new Timeline(START);
  readonly tally = new Tally();
  readonly plan: Plan;
  readonly chance: Chance;
  /** Told of everything, for `--trace`. */
  readonly tell: (line: () => string) => void;
  readonly stream: SimulatedStream;
  readonly configuration: Configuration;
  readonly beats: Heartbeats;
  readonly network: ClientNetwork;
  readonly population: Population;
  readonly judge: WireJudge;
  readonly nodes: readonly SimulatedNode[] = [];

  constructor(plan: Plan, bug?: PlantedBug, tell: (line: () => string) => void = () => {}) {
    this.plan = plan;
    this.tell = tell;
    this.chance = new Chance(plan.seed, "run");
    const { timeline, tally } = this;
    const { setting } = plan;
    this.stream = new SimulatedStream(timeline, this.chance.of("stream"));
    this.configuration = new Configuration(() => timeline.now);
    this.beats = new Heartbeats(this);
    const clusterAddress = new ClusterAddress(this);
    this.network = new ClientNetwork(this, clusterAddress);
    this.population = new Population(this);
    this.judge = new WireJudge({
      ...{ timeline, tally, stream: this.stream, clients: this.population.clients },
      skewMs: 2 * SKEW_MAX_MS + LEADER_SKEW_MAX_MS,
      configuration: this.configuration,
    });
    this.stream.follow(({ event, revision }) => {
      tally.count("stored", event!.type);
      this.tell(() => `  ${revision}: ${shownEvent(event!)}`);
    });
    for (const i of setting.skews.keys()) this.configuration.addMember(nameOf(i), addressOf(i));
    this.applyDocument(0);
    this.population.reserveFirst();
    const peers = new Peers(() => this.nodes, timeline, this.chance.of("peers"));
    this.nodes = setting.skews.map((skewMs, i) => this.makeNode(i, skewMs, { bug, peers, clusterAddress }));
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

  applyDocument(number: number): void {
    this.configuration.apply(DOCUMENTS[number % DOCUMENTS.length]!.make(this.plan.setting));
  }

  /** A node is started anew at once, and all of them later. */
  loseStore(node: number, lose: (stream: SimulatedStream) => void): void {
    const { timeline, stream, nodes } = this;
    const startClients = () => this.population.startAnew();
    loseStore({ timeline, stream, nodes, startClients }, this.node(node), lose);
  }

  private makeNode(
    index: number,
    skewMs: number,
    {
      clusterAddress,
      ...given
    }: Pick<Surroundings, "bug" | "peers"> & { readonly clusterAddress: ClusterAddress },
  ): SimulatedNode {
    const { timeline, stream, configuration, network } = this;
    const chance = this.chance.of(`node ${index}`);
    const node: SimulatedNode = new SimulatedNode(index, {
      ...{ timeline, stream, chance, configuration, ...given },
      isShared: this.plan.setting.isShared,
      noteShared: (what) => this.tally.count("shared", what),
      door: new StoreDoor(stream, timeline, chance.of(`door ${index}`)),
      carry: (by) => clusterAddress.carry(by),
      beat: (from, beat) => this.beats.carry(from, beat),
      send: (from, payload, destination) => network.reply(from, payload, destination),
      blame: (what) => this.judge.blame(what),
      isUsedByStranger: (address) => network.isUsedByStranger(address),
      isUnsendable: (payload) => network.isUnsendable(payload),
    });
    node.clock = { skewMs, drift: 0, since: timeline.now };
    return node;
  }
}

function shownEvent({ type, address, client, node, heldSeconds }: LeaseEvent): string {
  return `${type} ${address} of ${client.slice(-4)} by ${node}, held ${heldSeconds} s`;
}
