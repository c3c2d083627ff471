// A node on a machine: its core, with sockets, timers and NATS around it. Started, watched, and stopped in order.
import { randomBytes } from "node:crypto";
import { setTimeout as passing } from "node:timers/promises";
import { type Bus, beat, onBeat } from "@leasehold/bus";
import { HANDOVER_MS, newBootId } from "@leasehold/cluster";
import { inTurns } from "@leasehold/daemon";
import { ConflictProbe, ServedLinks } from "@leasehold/link";
import type { Logger } from "pino";
import { type NodeView, nodeViewOf } from "./api/node-view.ts";
import { readBootHeartbeat, readHeartbeat } from "./cluster/heartbeat.ts";
import { NodeBootLog } from "./io/boot-log/node-boot-log.ts";
import { claimName } from "./io/cluster/claim-name.ts";
import { ClusterAddress } from "./io/cluster/cluster-address.ts";
import { FLOATING_LABEL } from "./io/cluster/floating-address.ts";
import { LeasequeryPeers } from "./io/leasequery/leasequery-peers.ts";
import { connectToBus } from "./io/store/bus.ts";
import { DurabilityCheck } from "./io/store/durability-check.ts";
import { hearOthers, storeOver } from "./io/store/nats-store.ts";

import { NodeCore } from "./node-core.ts";
import type { NodeFile } from "./node-file.ts";
import type { NodePorts } from "./node-ports.ts";

const DRAIN_MAX_MS = 3000;
const LINKS_EVERY_MS = 100;

export class DhcpNode {
  /** For the API and the metrics. */
  readonly view: NodeView;
  readonly core: NodeCore;
  private readonly file: NodeFile;
  private readonly log: Logger;
  private readonly links: ServedLinks;
  private readonly conflicts: ConflictProbe;
  private readonly clusterAddress: ClusterAddress;
  private readonly peers: LeasequeryPeers;
  private readonly disks: DurabilityCheck;
  private readonly bootLog: NodeBootLog;
  private bus: Bus | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(file: NodeFile, version: string, log: Logger) {
    const { interfaces } = file;
    this.file = file;
    this.log = log;
    this.disks = new DurabilityCheck(file.nats, log);
    this.clusterAddress = new ClusterAddress(interfaces, log);
    this.conflicts = new ConflictProbe({ tell: (sentence) => log.warn(sentence) });
    this.links = new ServedLinks({
      ...{ interfaces, port: file.dhcp.port, labelOfOthers: FLOATING_LABEL, log },
      receive: (bytes, sourcePort, { link, isBroadcast }) =>
        this.core.receive(bytes, { link, isBroadcast, sourcePort }),
      onChange: ({ interfaceName }) => this.noteLink(interfaceName),
    });
    this.core = new NodeCore(this.ports(version));
    const { world, clocks, telemetry, readiness } = this.core;
    this.peers = new LeasequeryPeers({
      ...{ world, clocks, ...telemetry },
      isServing: () => readiness.refusal() === undefined,
    });
    telemetry.events.network.subscribe(() => this.listen());
    this.bootLog = new NodeBootLog(file.name, telemetry.events);
    this.view = nodeViewOf(this.core, {
      ...{ file, version, log, links: this.links, disks: this.disks, bootLog: this.bootLog },
      bus: () => this.bus,
    });
  }

  private ports(version: string): NodePorts {
    const { file, log, links, clusterAddress, conflicts } = this;
    const { name: self, api } = file;
    return {
      ...{ self, version, log, api: api.listen, interfaces: links, carrier: clusterAddress.carrier },
      bootId: newBootId(Date.now(), randomBytes(6).toString("hex")),
      intentPrefix: `${self}-${Date.now().toString(36)}-`,
      machine: { steady: () => performance.now(), wall: Date.now },
      ...{ soon: queueMicrotask, later: setImmediate, inTurns },
      isConnected: () => this.bus?.connected ?? false,
      publish: (said) => this.bus && beat(this.bus, self, said),
      probe: (address, target, waitMs) => conflicts.probe(address, target, waitMs),
      randomOctets: (size) => randomBytes(size),
    };
  }

  /** Opens the links first, so that a taken port is told at once; what is missing is waited for. Then waits for the cluster. */
  async start(): Promise<void> {
    const { core, file, log, links } = this;
    const { telemetry, clocks, name, readiness } = core;
    await links.start(clocks.steady());
    const follow = () =>
      telemetry.faults.guard("following the interfaces", () => links.tick(clocks.steady()));
    this.timers.push(setInterval(follow, LINKS_EVERY_MS));
    for (const { everyMs, run } of core.turns) this.timers.push(setInterval(run, everyMs));
    const bus = await connectToBus(file, log, telemetry.unreadable.input, (state) => {
      telemetry.counters.count("anomalies", `nats-${state}`);
      core.serving?.watch.noteConnection(state);
    });
    this.bus = bus;
    onBeat(bus, readHeartbeat, (node, state) => core.hear(node, state));
    this.bootLog.follow(bus);
    onBeat(bus, readBootHeartbeat, (node, state) => core.hear(node, state), "bootServers");
    await this.disks.atStart();
    const isOver = () => readiness.hasStopped;
    await claimName(bus, name, { steady: clocks.steady, isOver, tell: () => core.beat() });
    if (!isOver()) hearOthers(bus, file.name, core.join(storeOver(bus, file.name)), core.clock);
  }

  /** Whoever keeps something of an interface looks again. */
  private noteLink(interfaceName: string): void {
    this.conflicts.forget(interfaceName);
    this.core.noteInterfaces();
    if (this.core.serving !== undefined) this.listen();
  }

  /** On what the network document says. */
  private listen(): void {
    this.clusterAddress.listen(this.core.world.network, this.links.opened);
    this.peers.noticeNetwork(this.links.addresses);
  }

  /** Drains, finishes what is under way, says goodbye, and lets go of everything. */
  async stop(): Promise<void> {
    const { core } = this;
    core.drain();
    await passing(HANDOVER_MS);
    core.readiness.draining.stop();
    const until = core.clocks.steady() + DRAIN_MAX_MS;
    while ((core.serving?.service.pending ?? 0) > 0 && core.clocks.steady() < until) await passing(20);
    core.end();
    for (const timer of this.timers) clearInterval(timer);
    this.links.close();
    this.peers.close("the node stops");
    this.conflicts.close();
    this.clusterAddress.close();
    this.disks.stop();
    await core.serving?.views.stop();
    await this.bus?.close();
  }
}
