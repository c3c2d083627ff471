// After the faults: every client finds an address in bounded time, any node knows it, and all views are the log's replay.
import { isDeepStrictEqual } from "node:util";
import { type Lease, LeaseView, leaseAfter } from "@leasehold/leases";
import { MessageType, type Packet } from "@leasehold/protocol";
import { NOTICE_MAX_MS } from "@leasehold/views";
import { client, ip, packetOf, told } from "../../../apps/dhcpd/test/wire.ts";
import { firmwareOf, secsOf } from "../../firmware-secs.ts";
import type { SimulatedClient } from "../clients/client.ts";
import { DOCUMENTS, isInPool } from "../documents.ts";
import type { SimulatedNode } from "../nodes/node.ts";
import { LEADER_SKEW_MAX_MS } from "../setting.ts";
import type { Simulation } from "../simulation.ts";

/**
 * What was held for others at the end of the faults has passed, and a client that had come to the longest pause between two
 * DISCOVERs (64 s) has asked again: 75 s + 15 s + 65 s in the slowest setting, or 150 s of headroom and the guard.
 */
const BOUND_WITHIN_MS = 180_000;
/**
 * Every client has renewed with a write by then, and what it had besides is released. A lease of 120 s that is kept for 240 s is written
 * at the first renewal (every 60 s) that finds less than 120 s left: 180 s after the last write, which may be as late as the faults' end.
 */
const ONE_ADDRESS_WITHIN_MS = 192_000;
const ELECTION_MS = 12_000;
const LEADERS_DIFFER_MS = 2 * LEADER_SKEW_MAX_MS;
const ANSWERED_WITHIN_MS = 5000;
const PROBE_XID = 0x70000000;
const ALONE_XID = 0x71000000;
const DRAINING_XID = 0x72000000;
/** Clients that nobody knows, each asking once. */
const STRANGERS_FROM = 0x1000;
const ONE_TRY_MS = 1000;

export class Calm {
  private readonly simulation: Simulation;
  private readonly boundSince = new Set<SimulatedClient>();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  async run(): Promise<void> {
    const { simulation } = this;
    for (const client of simulation.population.clients) client.onBound = () => this.boundSince.add(client);
    await this.pass(BOUND_WITHIN_MS);
    this.judgeLiveness();
    await this.pass(ONE_ADDRESS_WITHIN_MS - BOUND_WITHIN_MS);
    simulation.judge.judgeAddresses(simulation.population.unmoved);
    for (const client of simulation.population.clients) client.freeze();
    await this.pass(ANSWERED_WITHIN_MS);
    this.judgeEnds();
    await this.judgeOneOffer("one offer", ALONE_XID);
    await this.judgeDraining();
    await this.loseMinority();
    await this.judgeEveryNode();
    for (const node of simulation.nodes) node.start();
    await this.pass(ANSWERED_WITHIN_MS);
    this.judgeViews();
    this.judgeBuckets();
    simulation.judge.conclude(simulation.population.unmoved);
  }

  private async pass(ms: number): Promise<void> {
    await this.simulation.runTo(this.simulation.elapsed + ms);
  }

  /** All nodes are well, and hear every DISCOVER: one of them answers it, whatever the client says in `secs`. */
  private async judgeOneOffer(invariant: string, firstXid: number): Promise<void> {
    const { simulation } = this;
    const offers = new Map<number, number>();
    simulation.network.onReply = ({ xid, messageType }) => {
      if (messageType === MessageType.OFFER) offers.set(xid, (offers.get(xid) ?? 0) + 1);
    };
    for (const n of simulation.population.clients.keys()) {
      const bytes = packetOf("DISCOVER", client(STRANGERS_FROM + (firstXid >>> 24) * 64 + n), {
        xid: firstXid + n,
        secs: secsOf(firmwareOf(n), 0, 0),
      });
      for (const node of simulation.nodes) node.receive(Buffer.from(bytes), true);
    }
    await this.pass(ONE_TRY_MS);
    for (const [xid, count] of offers) {
      simulation.judge.checked(invariant);
      if (count > 1)
        simulation.judge.blame(`${invariant}: ${count} nodes answered DISCOVER ${xid - firstXid} at once`);
    }
  }

  /** A node that drains leaves to the others what they hear, and goes on with what reaches nobody else. */
  private async judgeDraining(): Promise<void> {
    const { nodes, plan } = this.simulation;
    const node = nodes[plan.seed % nodes.length]!;
    node.drain(true);
    await this.pass(ONE_TRY_MS);
    await this.judgeOneOffer("draining", DRAINING_XID);
    await this.judgeRenewals("draining", [node], 1);
    node.drain(false);
    await this.pass(ONE_TRY_MS);
  }

  /** I15: no exchange waits for ever, whatever became of the others of its batch. */
  private judgeEnds(): void {
    const { nodes, judge } = this.simulation;
    for (const { name, life } of nodes) {
      judge.checked("I15");
      const pending = life?.service.pending ?? 0;
      if (pending > 0) judge.blame(`I15: ${pending} exchanges of ${name} have not ended`);
    }
  }

  private judgeLiveness(): void {
    const { judge, plan, population } = this.simulation;
    const { clients } = population;
    // Several nodes each may have stored an offer for a client behind a relay.
    const offered = 2 * clients.filter(({ kind }) => kind.isRelayed).length;
    const isRoom = this.freeForOthers() >= clients.length + offered;
    for (const [i, client] of clients.entries()) {
      if (!isRoom && i >= plan.setting.reserved) continue;
      judge.checked("liveness");
      if (this.boundSince.has(client)) continue;
      judge.blame(
        `liveness: ${client.name} (${client.state}) had no address ${BOUND_WITHIN_MS / 1000} s after the faults`,
      );
    }
  }

  /** Addresses of the pool that are not declined and not somebody's in the inventory. */
  private freeForOthers(): number {
    const { plan, stream, nodes } = this.simulation;
    const document = DOCUMENTS[0]!.make(plan.setting);
    const { inventory } = nodes[0]!.life!.world;
    let free = plan.setting.reserved;
    for (let n = 0; n < 256; n++) {
      const address = ip(`10.0.0.${n}`);
      const isOut = stream.newestOf(address)?.event?.type === "AddressDeclined";
      if (isInPool(document, address) && !isOut && inventory.ofAddress(address) === undefined) free++;
    }
    return free;
  }

  /** One node and the stream's leader are gone for good, and a new leader is there. */
  private async loseMinority(): Promise<void> {
    const { plan, nodes, stream } = this.simulation;
    nodes[plan.seed % nodes.length]!.crash();
    stream.crashLeader();
    await this.pass(ELECTION_MS);
  }

  /** I4: each node that runs renews what a client has. */
  private async judgeEveryNode(): Promise<void> {
    await this.judgeRenewals("I4", this.simulation.nodes, 0);
  }

  private async judgeRenewals(invariant: string, by: readonly SimulatedNode[], round: number): Promise<void> {
    const { simulation } = this;
    const answers = new Map<number, Packet>();
    simulation.network.onReply = (packet) => answers.set(packet.xid, packet);
    const questions = simulation.population.clients.flatMap((each) =>
      by.flatMap((node) => this.question(each, node, round)),
    );
    await this.pass(ANSWERED_WITHIN_MS);
    for (const { xid, node, client, address } of questions) {
      simulation.judge.checked(invariant);
      const answer = answers.get(xid);
      if (answer?.messageType === MessageType.ACK && answer.yiaddr === ip(address)) continue;
      const said = answer === undefined ? "silence" : told(answer);
      simulation.judge.blame(`${invariant}: ${node} on the ${address} of ${client}: ${said}`);
    }
  }

  private question(client: SimulatedClient, node: SimulatedNode, round: number) {
    const { now } = this.simulation.timeline;
    const { held } = client;
    if (held === undefined || held.until < now + ANSWERED_WITHIN_MS || node.life === undefined) return [];
    const xid =
      PROBE_XID + round * 256 + this.simulation.population.clients.indexOf(client) * 16 + node.index;
    node.receive(packetOf("REQUEST", client.id, { ciaddr: held.address, xid }), false);
    return [{ xid, node: node.name, client: client.name, address: held.address }];
  }

  /** What the nodes keep in the bucket of the document, whatever it lost. */
  private judgeBuckets(): void {
    const { configuration, nodes, judge } = this.simulation;
    judge.checked("buckets");
    const missing = configuration.missing(nodes.map(({ name }) => name));
    if (missing.length > 0) judge.blame(`buckets: nobody has written back ${missing.join(", ")}`);
  }

  /** I12. */
  private judgeViews(): void {
    const { stream, nodes, judge } = this.simulation;
    const replay = new LeaseView();
    for (const { event, revision, at } of stream.after(0)) replay.apply(leaseAfter(event!, revision, at));
    for (const node of nodes) {
      judge.checked("I12");
      const { view } = node.life!.world;
      const isReplay =
        view.size === replay.size && [...view.all()].every((lease) => this.isAsIn(replay, lease));
      if (!isReplay) judge.blame(`I12: the view of ${node.name} is not the log's replay`);
    }
  }

  /** Of what was told, a node knows when it was sent, and not when it was stored; by the clock of a leader that may have gone since. */
  private isAsIn(replay: LeaseView, lease: Lease): boolean {
    const expected = replay.get(lease.address);
    if (expected === undefined || !isDeepStrictEqual(timeless(lease), timeless(expected))) return false;
    if (!this.simulation.plan.setting.isShared) return lease.at === expected.at;
    const lateMs = lease.at - expected.at;
    return lateMs >= -NOTICE_MAX_MS - LEADERS_DIFFER_MS && lateMs <= LEADERS_DIFFER_MS;
  }
}

const timeless = ({ at, heldUntil, ...rest }: Lease) => rest;
