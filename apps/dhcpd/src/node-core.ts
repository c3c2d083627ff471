// A node, whole but for its sockets, its timers and NATS: it is handed packets, heartbeats and time, and asks for the rest through
// its ports. dhcpd, the simulation, the tests and the bench all run this one.

import { BEAT_EVERY_MS, type Heartbeat, NodeName, PauseWatch, StreamClock } from "@leasehold/cluster";
import { TEND_EVERY_MS } from "@leasehold/views";
import { DhcpMembership } from "./cluster/dhcp-membership.ts";
import { FloatingIdentity, tellFloating } from "./cluster/floating-identity.ts";
import type { DhcpHeartbeat } from "./cluster/heartbeat.ts";
import { heartbeatOf, ROLE } from "./cluster/heartbeat.ts";
import { isAnyRestoring } from "./cluster/other-nodes.ts";
import { Readiness } from "./cluster/readiness.ts";
import { Intake, type Received } from "./intake/intake.ts";
import type { NodePorts, StorePorts } from "./node-ports.ts";
import { Serving } from "./node-serving.ts";
import type { Arrival, Clocks } from "./ports.ts";
import { clocksOf } from "./store/clocks.ts";
import { StoreHealth } from "./store/store-health.ts";
import { LOOK_EVERY_MS } from "./store/store-watch.ts";
import { StoreAlarms } from "./store-loss/store-alarms.ts";
import { Telemetry } from "./telemetry/telemetry.ts";
import { NodeWorld } from "./views/node-world.ts";

const TICK_MS = 100;
const STOOD_STILL =
  "this process was paused; it answers clients again when the store has confirmed that its state is current";

/** What whoever has a clock does again and again. */
export interface Turn {
  readonly everyMs: number;
  /** Never throws. */
  readonly run: () => void;
}

export class NodeCore {
  readonly telemetry: Telemetry;
  readonly clock: StreamClock;
  readonly clocks: Clocks;
  readonly world: NodeWorld;
  readonly health: StoreHealth;
  readonly alarms: StoreAlarms;
  readonly name: NodeName;
  readonly readiness: Readiness;
  readonly floating: FloatingIdentity;
  /** Undefined until it knows the store. */
  serving: Serving | undefined;
  private readonly ports: NodePorts;
  private readonly intake: Intake<Received>;

  constructor(ports: NodePorts) {
    const { self, bootId, machine, interfaces, carrier, log, soon, later } = ports;
    const { steady } = machine;
    this.ports = ports;
    this.telemetry = new Telemetry(log, steady);
    const { counters } = this.telemetry;
    this.clock = new StreamClock(steady(), machine.wall());
    this.clocks = clocksOf(this.clock, machine);
    const membership = new DhcpMembership(self);
    this.world = new NodeWorld(self, membership, ports.policy);
    this.world.alarms.onRaised = ({ fields, sentence }) => log.warn(fields, sentence);
    this.health = new StoreHealth(ports.isConnected);
    this.alarms = new StoreAlarms(log);
    this.name = new NodeName({
      ...{ self, role: ROLE, bootId, addresses: () => interfaces.texts },
      onDoubled: (what, sentence) => {
        counters.count("anomalies", what);
        log.error(sentence);
      },
    });
    this.readiness = new Readiness({
      ...{ clock: this.clock, name: this.name, health: this.health, links: interfaces, steady },
      pause: new PauseWatch(steady(), machine.wall()),
    });
    this.floating = new FloatingIdentity(
      { self, membership, carrier, note: (event) => tellFloating(event, this.telemetry) },
      steady(),
    );
    this.telemetry.events.network.subscribe(() => this.noteNetwork());
    this.intake = new Intake<Received>({
      ...{ now: steady, soon, later },
      isKnown: (mac) => this.world.inventory.byMac(mac) !== undefined,
      onShed: (reason) => counters.count("dropped", reason),
    });
  }

  /** The JetStream objects are there, and its name is its own. */
  join(store: StorePorts): Serving {
    const { ports, telemetry, world, clock, clocks, health, readiness, alarms } = this;
    const serving = new Serving({
      ports,
      store,
      telemetry,
      world,
      clock,
      clocks,
      health,
      readiness,
      alarms,
    });
    this.serving = serving;
    readiness.follow(serving);
    this.intake.deliverTo(serving.service.reception);
    telemetry.faults.unawaited("looking at the lease store", serving.look());
    return serving;
  }

  /** What is to be done again and again, as long as the node runs. */
  get turns(): readonly Turn[] {
    const { faults } = this.telemetry;
    const turn = (everyMs: number, during: string, step: () => void): Turn => ({
      everyMs,
      run: () => void faults.guard(during, step),
    });
    const later = (during: string, work: () => Promise<unknown> | undefined) => () =>
      faults.unawaited(during, work());
    return [
      turn(TICK_MS, "looking after what waits", () => this.tick()),
      turn(BEAT_EVERY_MS, "keeping the store", () =>
        this.serving?.keeping.tick(this.readiness.state, this.ports.interfaces.texts),
      ),
      turn(BEAT_EVERY_MS, "telling the others", () => this.serving && this.beat()),
      turn(
        LOOK_EVERY_MS,
        "looking at the store",
        later("looking at the lease store", () => this.serving?.look()),
      ),
      turn(TEND_EVERY_MS, "looking after the document", () => void this.serving?.views.tend()),
    ];
  }

  /** A datagram comes in. Never throws. */
  receive(bytes: Buffer, { link, isBroadcast, sourcePort }: Arrival): void {
    const at = this.clocks.steady();
    try {
      this.lookForPause(at);
      this.intake.put({ link, isBroadcast, bytes, sourcePort, at });
    } catch (cause) {
      this.telemetry.faults.count({ cause, during: "receiving a packet", packet: bytes });
    }
  }

  /** A heartbeat comes in. Never throws. */
  hear(node: string, state: Heartbeat): void {
    this.telemetry.faults.guard("hearing a heartbeat", () => {
      const now = this.clocks.steady();
      if (!this.name.hear(node, state, now)) this.noteMembers(this.world.membership.hear(node, state, now));
    });
  }

  /** Tells the others of this node. */
  beat(): void {
    const now = this.clocks.steady();
    // After a pause this may come before any tick: the floating address may be another node's by now.
    this.lookForPause(now);
    this.floating.refresh(now);
    this.ports.publish(this.heartbeat());
  }

  /** An interface has another state or address: the others hear it at once. */
  noteInterfaces(): void {
    const { interfaces } = this.ports;
    this.world.noteOwnLinks(interfaces.views, interfaces.addresses);
    this.floating.announceAgain();
    this.beat();
  }

  /** Tells the others that its share is theirs; goes on with what reaches nobody else. */
  drain(): void {
    const { draining } = this.readiness;
    if (!draining.isOn) this.telemetry.log.info("draining");
    draining.begin(this.clocks.steady());
    this.floating.giveUp(this.clocks.steady());
    this.beat();
  }

  undrain(): void {
    const { draining } = this.readiness;
    if (draining.isOn)
      this.telemetry.log.info("drain ended: this node serves its share of the clients again");
    draining.end();
    this.beat();
  }

  /** After it has drained, and finished what was under way: says goodbye. */
  end(): void {
    this.readiness.hasStopped = true;
    this.beat();
    this.floating.giveUp(this.clocks.steady());
    this.serving?.watch.stop();
  }

  /** Some times a second. */
  tick(): void {
    const { telemetry, readiness, world, health, floating, clocks } = this;
    const now = clocks.steady();
    telemetry.faults.guard("noticing a pause", () => {
      this.lookForPause(now);
      readiness.pause.tick(now, this.ports.machine.wall());
    });
    world.offers.sweep(clocks.now());
    health.noteRestoredElsewhere(isAnyRestoring(world.membership, now));
    this.noteMembers(world.membership.refresh(now));
    this.serving?.tick();
    telemetry.faults.guard("voting on the cluster's address", () => {
      if (floating.tick(now, readiness.state === "serving")) this.beat();
    });
  }

  /** What waits in the sockets after a pause has waited for nobody knows how long: its senders have asked again (I8). */
  private lookForPause(now: number): void {
    const { readiness, floating, intake, ports, telemetry } = this;
    if (!readiness.pause.look(now, ports.machine.wall())) return;
    floating.giveUp(now);
    const discarded = intake.clear() + ports.interfaces.discardQueued();
    for (let i = 0; i < discarded; i++) telemetry.counters.count("dropped", "was-paused");
    telemetry.log.warn({ discarded }, STOOD_STILL);
  }

  private noteMembers(haveChanged: boolean): void {
    if (haveChanged)
      this.telemetry.log.info({ members: this.world.members.names }, "serving members changed");
  }

  private noteNetwork(): void {
    const { mode, address } = this.world.network.serverIdentifier ?? {};
    this.floating.noticeAddress(mode === "floating" ? address : undefined, this.clocks.steady());
    this.beat(); // Somebody waits for all nodes to follow.
  }

  private heartbeat(): DhcpHeartbeat {
    const { ports, telemetry, world, name, readiness, serving, health, alarms, floating, clocks } = this;
    return heartbeatOf({
      ...{ node: ports.self, version: ports.version, bootId: name.bootId, api: ports.api },
      ...{ state: readiness.state, store: health.state(clocks.steady()), floating: floating.word },
      isRefused: name.refusal(clocks.steady()) === undefined ? undefined : true,
      ...{ addresses: ports.interfaces.texts, links: ports.interfaces.views },
      notReady: readiness.unreadiness() ?? null,
      isRestoring: serving?.service.restoration.isRestoring ?? false,
      ...{ keys: serving?.keeping.keys, storeAlarms: alarms.words, alarms: world.alarms.ownSentences },
      networkRevision: world.network.revision,
      leasesPosition: serving?.position("leases") ?? 0,
      inventoryRevision: serving?.position("inventory") ?? 0,
      ...{ hosts: world.inventory.size, leases: world.view.size, counters: telemetry.counters.totals() },
    });
  }
}
