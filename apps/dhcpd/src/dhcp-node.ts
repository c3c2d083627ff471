// A node: its parts put together, started, watched, and stopped in order.
import { randomBytes } from "node:crypto";
import { setTimeout as passing } from "node:timers/promises";
import { type Bus, BusError, beat, onBeat } from "@leasehold/bus";
import { ConflictProbe, ServedLinks } from "@leasehold/link";
import { formatIpv4, type Packet } from "@leasehold/protocol";
import type { Logger } from "pino";
import { Draining, HANDOVER_MS } from "./cluster/draining.ts";
import type { Heartbeat, NodeState } from "./cluster/heartbeat.ts";
import { BEAT_EVERY_MS, heartbeatOf, readHeartbeat } from "./cluster/heartbeat.ts";
import { Membership } from "./cluster/membership.ts";
import { NodeName } from "./cluster/node-name.ts";
import { clearThrough, type Order } from "./exchange/clear-lease.ts";
import { DhcpService } from "./exchange/dhcp-service.ts";
import type { DropReason } from "./exchange/drop-reason.ts";
import type { Foreseen } from "./exchange/exchange.ts";
import { Intake, type Received } from "./intake/intake.ts";
import { claimName } from "./io/cluster/claim-name.ts";
import { ClusterAddress } from "./io/cluster/cluster-address.ts";
import { FLOATING_LABEL } from "./io/cluster/floating-address.ts";
import { LeasequeryPeers } from "./io/leasequery/leasequery-peers.ts";
import { connectToBus } from "./io/store/bus.ts";
import { Suspicion } from "./io/store/clear-suspicion.ts";
import { DurabilityCheck } from "./io/store/durability-check.ts";
import { keepStore } from "./io/store/keep-store.ts";
import { openLeaseStore } from "./io/store/lease-store.ts";
import { StoreWatch } from "./io/store/store-watch.ts";
import { openCatchUp } from "./io/views/catch-up.ts";
import { followAll, type Notice, type Views } from "./io/views/views.ts";
import type { NodeFile } from "./node-file.ts";
import type { Whence } from "./ports.ts";
import { PauseWatch } from "./store/pause-watch.ts";
import { StoreHealth, type StoreState } from "./store/store-health.ts";
import { clocksOf, StreamClock } from "./store/stream-clock.ts";
import { StoreAlarms } from "./store-loss/store-alarms.ts";
import type { BucketNotice, StoreKeeping } from "./store-loss/store-keeping.ts";
import { Counters } from "./telemetry/counters.ts";
import { Faults } from "./telemetry/faults.ts";
import { RecentOutcomes } from "./telemetry/recent-outcomes.ts";
import { UnreadableRecords } from "./telemetry/unreadable-records.ts";
import { WrongInput } from "./telemetry/wrong-input.ts";
import type { CatchUp } from "./views/catch-up.ts";
import { NodeWorld } from "./views/node-world.ts";

const DRAIN_MAX_MS = 3000;
const TICK_MS = 100;
const STOOD_STILL = "this process stood still; it answers again once it has asked the store what it missed";

export class DhcpNode {
  readonly file: NodeFile;
  readonly version: string;
  readonly world: NodeWorld;
  readonly counters = new Counters();
  readonly faults: Faults;
  readonly name: NodeName;
  /** What became of the last packets. */
  readonly outcomes = new RecentOutcomes();
  readonly clock = new StreamClock(performance.now(), Date.now());
  readonly clocks = clocksOf(this.clock);
  readonly health = new StoreHealth(() => this.bus?.connected ?? false);
  /** Told of every commit's batch and every reply, in ms: for the metrics. */
  readonly observers: {
    onBatch?: (size: number, outcome: string, ms: number) => void;
    onReplied?: (type: string, ms: number) => void;
  } = {};
  /** Records that it cannot use. */
  readonly unreadable: UnreadableRecords;
  readonly log: Logger;
  private readonly membership: Membership;
  private readonly pause: PauseWatch;
  private readonly conflicts: ConflictProbe;
  readonly clusterAddress: ClusterAddress;
  keeping: StoreKeeping | undefined;
  readonly alarms: StoreAlarms;
  private readonly peers: LeasequeryPeers;
  private bus: Bus | undefined;
  readonly disks: DurabilityCheck;
  private watch: StoreWatch | undefined;
  views: Views | undefined;
  private service: DhcpService | undefined;
  private catchUp: CatchUp | undefined;
  readonly links: ServedLinks;
  private timers: NodeJS.Timeout[] = [];
  private readonly draining = new Draining();
  /** An operator frees an address. @throws BusError while the node does not serve. */
  readonly clearLease = (order: Order) => clearThrough(this.service, this.notYet(), order, this.log);
  private readonly intake = new Intake<Received>({
    now: () => this.clocks.steady(),
    isKnown: (mac) => this.world.inventory.byMac(mac) !== undefined,
    onShed: (reason) => this.counters.count("dropped", reason),
    handle: (received) => this.receive(received),
  });
  private hasStopped = false;
  private readonly suspicion: Suspicion;
  private intents = 0;

  constructor(file: NodeFile, version: string, log: Logger) {
    this.file = file;
    this.version = version;
    this.log = log;
    this.alarms = new StoreAlarms(log);
    this.faults = new Faults({ counters: this.counters, log, now: () => performance.now() });
    this.unreadable = new UnreadableRecords(new WrongInput(this.counters, log, this.clocks.steady));
    this.disks = new DurabilityCheck(file.nats, log);
    this.membership = new Membership(file.name);
    this.world = new NodeWorld(file.name, this.membership);
    this.pause = new PauseWatch(this.clocks.steady(), Date.now());
    this.suspicion = new Suspicion(this.pause);
    const { membership, counters } = this;
    const { name: self, interfaces } = file;
    this.name = new NodeName({ self, counters, log, addresses: () => this.links.texts });
    this.clusterAddress = new ClusterAddress(
      { self, interfaces, membership, counters, log },
      this.clocks.steady(),
    );
    this.peers = new LeasequeryPeers({
      ...{ world: this.world, clocks: this.clocks, counters, log, faults: this.faults },
      isServing: () => this.refusal() === undefined,
    });
    this.conflicts = new ConflictProbe({ tell: (sentence) => log.warn(sentence) });
    this.links = new ServedLinks({
      ...{ interfaces, port: file.dhcp.port, labelOfOthers: FLOATING_LABEL, log },
      receive: (bytes, sourcePort, { link, isBroadcast }) => {
        const at = this.clocks.steady();
        try {
          this.lookForPause(at);
          this.intake.put({ link, isBroadcast, bytes, sourcePort, at });
        } catch (cause) {
          this.faults.count({ cause, during: "receiving a packet", packet: bytes });
        }
      },
      onChange: ({ interfaceName }) => this.noteLink(interfaceName),
    });
  }

  /** Opens the links first, so that a taken port is told at once; what is missing is waited for. Then waits for the cluster. */
  async start(): Promise<void> {
    await this.links.start(this.clocks.steady());
    this.timers.push(this.faults.every(TICK_MS, "looking after what waits", () => this.tick()));
    this.bus = await connectToBus(this.file, this.log, this.unreadable.input, (state) => {
      this.counters.count("trouble", `nats-${state}`);
      this.watch?.noteConnection(state);
    });
    onBeat(this.bus, readHeartbeat, (node, state) =>
      this.faults.guard("hearing a heartbeat", () => this.hear(node, state)),
    );
    await this.disks.atStart();
    const { steady } = this.clocks;
    await claimName(this.bus, this.name, { steady, isOver: () => this.hasStopped, tell: () => this.beat() });
    if (!this.hasStopped) this.serve(this.bus);
  }

  /** An interface has another state or address: whoever keeps something of it looks again, and the others hear it at once. */
  private noteLink(interfaceName: string): void {
    this.world.noteOwnLinks(this.links.views, this.links.addresses);
    this.conflicts.forget(interfaceName);
    this.clusterAddress.noticeLinks();
    if (this.views !== undefined) this.noticeNetwork();
    this.beat();
  }

  private noticeNetwork(): void {
    this.clusterAddress.noticeNetwork(this.world.network, this.links.opened, this.clocks.steady());
    this.peers.noticeNetwork(this.links.addresses);
  }

  private receive(received: Received): void {
    if (this.service === undefined) {
      this.counters.count("dropped", "not-serving");
      return;
    }
    this.service.take(received.bytes, received);
  }

  private serve(bus: Bus): void {
    const { world, health, counters, clock, observers, log, faults } = this;
    const { steady } = this.clocks;
    this.watch = new StoreWatch(bus, { health, clock, log, faults, steady, wall: Date.now });
    this.watch.onMissing = () => this.views?.leases.distrust("the stream was gone");
    this.keeping = keepStore(bus, this, () => this.views!);
    const keep = () => this.keeping?.tick(this.state, this.links.texts);
    this.timers.push(faults.every(BEAT_EVERY_MS, "keeping the store", keep));
    this.views = followAll(bus, world, counters, faults, log, this.notices(this.keeping), this.unreadable);
    this.catchUp = openCatchUp(bus, {
      ...{ self: this.file.name, world, membership: this.membership, health, counters, faults, steady },
      leases: this.views.leases,
      onLease: (lease) => this.service?.noticeStored(lease),
    });
    this.timers.push(faults.every(BEAT_EVERY_MS, "telling the others", () => this.beat()));
    const epoch = Date.now().toString(36);
    this.service = new DhcpService({
      world,
      store: openLeaseStore(bus, {
        ...{ world, counters, health, clock, observers, faults },
        self: this.file.name,
        views: this.views,
      }),
      noteStoreBehind: (address, revision) =>
        this.views?.leases.distrust("the store has less of an address than was seen", {
          key: formatIpv4(address),
          revision,
        }),
      health,
      counters,
      clocks: this.clocks,
      refusal: () => this.refusal(),
      isStandingBack: () => this.draining.isStandingBack(this.clocks.steady()),
      probe: (address, target, waitMs) => this.conflicts.probe(address, target, waitMs),
      nextIntent: () => `${this.file.name}-${epoch}-${(++this.intents).toString(36)}`,
      randomOctets: (size) => randomBytes(size),
      trace: this.outcomes.tracer(
        log.isLevelEnabled("debug") ? (told) => log.debug(told, "packet") : undefined,
      ),
      onReplied: (type, ms) => this.observers.onReplied?.(type, ms),
      onFault: (fault) => faults.tell(fault),
    });
  }

  private hear(node: string, state: Heartbeat): void {
    const now = this.clocks.steady();
    if (!this.name.hear(node, state, now)) this.noteMembers(this.membership.hear(node, state, now));
  }

  /** Who wants to know what the buckets show. */
  private notices(store: BucketNotice): Notice {
    return {
      network: () => {
        this.beat(); // Somebody waits for all nodes to follow.
        this.service?.noticeNetwork();
        this.noticeNetwork();
      },
      ...{ store, now: this.clocks.now },
      isRestoring: () => this.isRestoring,
      lease: (lease) => this.service?.noticeStored(lease),
      leaseRemoved: (lease) => this.service?.restoration.noteRemoved(lease),
      leasesReplaced: () => this.service?.restoration.begin(),
      leasesLoaded: () => this.service?.restoration.loaded(),
      hosts: (macs) => this.service?.noticeHosts(macs),
    };
  }

  private noteMembers(haveChanged: boolean): void {
    if (haveChanged) this.log.info({ members: this.world.members.names }, "serving members changed");
  }

  /** What waits in the sockets after a pause has waited for nobody knows how long: its senders have asked again (I8). */
  private lookForPause(now: number): void {
    if (!this.pause.look(now, Date.now())) return;
    this.clusterAddress.giveUp(now);
    const discarded = this.links.all.reduce((sum, link) => sum + link.discardQueued(), this.intake.clear());
    for (let i = 0; i < discarded; i++) this.counters.count("dropped", "was-paused");
    this.log.warn({ discarded }, STOOD_STILL);
  }

  private tick(): void {
    const now = this.clocks.steady();
    const { faults } = this;
    faults.guard("following the interfaces", () => this.links.tick(now));
    faults.guard("noticing a pause", () => {
      this.lookForPause(now);
      this.pause.tick(now, Date.now());
    });
    this.world.offers.sweep(this.clocks.now());
    this.health.noteRestoredElsewhere(this.membership.isAnyRestoring(now));
    this.noteMembers(this.membership.refresh(now));
    this.service?.tick();
    faults.guard("catching up", () => this.catchUp?.tick());
    faults.guard("voting on the cluster's address", () => {
      if (this.clusterAddress.tick(now, this.state === "serving")) this.beat();
    });
    if (this.pause.isSuspect)
      faults.unawaited("asking what was missed", this.suspicion.clear(this.watch, this.views));
  }

  private refusal(): DropReason | undefined {
    if (this.clock.isFenced) return "clock-fenced";
    if (this.pause.isSuspect) return "was-paused";
    return this.draining.isStopping || this.notYet() !== undefined ? "not-serving" : undefined;
  }

  get state(): NodeState {
    if (this.hasStopped) return "stopped";
    if (this.draining.isOn) return "draining";
    if (this.clock.isFenced) return "fenced";
    if (this.notYet() !== undefined) return "starting";
    if (!this.links.isAnyUp) return "no-link";
    return this.pause.isSuspect ? "suspect" : "serving";
  }

  /** Why /readyz says no; undefined when the node serves. */
  unreadiness(): string | undefined {
    if (this.draining.isOn) return "draining";
    if (this.bus === undefined)
      return `waiting for NATS at ${this.file.nats.servers.join(", ")} and its JetStream objects`;
    if (this.clock.isFenced) return `fenced: the clocks differ by ${this.clock.differenceMs / 1000} s`;
    const waitsFor = this.notYet();
    if (waitsFor !== undefined) return waitsFor;
    if (this.pause.isSuspect) return "paused; asking the store what was missed";
    const store = this.health.unreadiness(this.clocks.steady());
    if (store) return `store ${store}: renewals go on within what is held, new clients wait`;
    return this.links.problem;
  }

  /** What is still missing before the node may answer at all. */
  private notYet(): string | undefined {
    const namesake = this.name.refusal(this.clocks.steady());
    if (namesake !== undefined || this.views === undefined)
      return namesake ?? "checking the JetStream objects";
    const unknown = this.clock.isKnown ? undefined : "asking the stream what time it is";
    return this.views.missing() ?? unknown ?? this.keeping?.missing;
  }

  get storeState(): StoreState {
    return this.health.state(this.clocks.steady());
  }

  /** The one that this node is connected to. */
  get natsServer() {
    return { server: this.bus?.nc.info?.server_name ?? null, serverVersion: this.bus?.serverVersion ?? null };
  }

  /** @throws BusError while there is no connection. */
  connectedBus(): Bus {
    if (this.bus?.connected) return this.bus;
    throw new BusError(
      "This node is not connected to NATS, so nothing can be stored.",
      "Ask another node, or see `leasehold status`.",
    );
  }

  get isFeedResting(): boolean {
    return this.views?.leases.isResting ?? false;
  }

  get carriesFloatingAddress(): boolean {
    return this.clusterAddress.carries;
  }

  get pending(): number {
    return this.service?.pending ?? 0;
  }

  /** The links that it serves. */
  get whences(): readonly Whence[] {
    return this.links.opened;
  }

  /** What a packet would be answered now; nothing comes of it. */
  foresee(packet: Packet, whence: Whence): Foreseen {
    return this.service?.foresee(packet, whence) ?? "not-serving";
  }

  position(view: "leases" | "inventory" | "network"): number {
    return (view === "leases" ? this.catchUp : this.views?.[view])?.position ?? 0;
  }

  get isRestoring(): boolean {
    return this.service?.restoration.isRestoring ?? false;
  }

  private beat(): void {
    this.clusterAddress.refresh(this.clocks.steady());
    if (this.bus === undefined) return;
    beat(this.bus, this.file.name, heartbeatOf(this, { floating: this.clusterAddress.word }));
  }

  /** Tells the others that its share is theirs; goes on with what reaches nobody else. */
  drain(): void {
    if (!this.draining.isOn) this.log.info("draining");
    this.draining.begin(this.clocks.steady());
    this.clusterAddress.giveUp(this.clocks.steady());
    this.beat();
  }

  undrain(): void {
    if (this.draining.isOn) this.log.info("takes its share of the clients again");
    this.draining.end();
    this.beat();
  }

  /** Drains, finishes what is under way, says goodbye, and lets go of everything. */
  async stop(): Promise<void> {
    this.drain();
    await passing(HANDOVER_MS);
    this.draining.stop();
    const until = this.clocks.steady() + DRAIN_MAX_MS;
    while (this.pending > 0 && this.clocks.steady() < until) await passing(20);
    this.hasStopped = true;
    this.beat();
    for (const timer of this.timers) clearInterval(timer);
    this.links.close();
    this.peers.close("the node stops");
    this.conflicts.close();
    this.clusterAddress.close(this.clocks.steady());
    this.watch?.stop();
    this.disks.stop();
    await this.views?.stop();
    await this.bus?.close();
  }
}
