// A node of the simulated cluster: the parts of apps/dhcpd put together as dhcp-node.ts does, with simulated time, store and
// links around them. A crash ends its process, and all that it knew; the next one starts empty.

import { type JointBatches, type KeyWrite, readHanded, type Told, Wrong } from "@leasehold/bus";
import { BEAT_EVERY_MS, PauseWatch, StreamClock } from "@leasehold/cluster";
import { type CasStream, GroupCommits, LEASE_WRITES } from "@leasehold/lease-store";
import { type Append, DEFAULT_POLICY, encodeLeaseEvent, instant, type StoredEvent } from "@leasehold/leases";
import { clientIdOfHardware, MessageType, type Packet } from "@leasehold/protocol";
import type { Heartbeat, NodeState } from "../../apps/dhcpd/src/cluster/heartbeat.ts";
import { Membership } from "../../apps/dhcpd/src/cluster/membership.ts";
import type { Refusal } from "../../apps/dhcpd/src/cluster/readiness.ts";
import { DhcpService } from "../../apps/dhcpd/src/exchange/dhcp-service.ts";
import type { ServiceParts } from "../../apps/dhcpd/src/exchange/exchange.ts";
import type { Clocks, Destination } from "../../apps/dhcpd/src/ports.ts";
import { StoreHealth } from "../../apps/dhcpd/src/store/store-health.ts";
import { Telemetry } from "../../apps/dhcpd/src/telemetry/telemetry.ts";
import { type LeaseRecord, takeIn } from "../../apps/dhcpd/src/views/lease-feed.ts";
import { NodeWorld } from "../../apps/dhcpd/src/views/node-world.ts";
import { publisherOf, toldOf } from "../../apps/dhcpd/src/views/told-leases.ts";
import { beatOf } from "../../apps/dhcpd/test/node.ts";
import { QUIET_LOG } from "../../apps/dhcpd/test/quiet-log.ts";
import { decoded, ip } from "../../apps/dhcpd/test/wire.ts";
import type { Chance } from "./chance.ts";
import type { Connection, StoreDoor } from "./door.ts";
import { LeaseFeed } from "./lease-feed.ts";
import type { Peers } from "./peers.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import { Process } from "./process.ts";
import { sharedStore } from "./shared-store.ts";
import { CHECK_EVERY_MS, StoreLook } from "./store-look.ts";
import type { SimulatedStream } from "./stream.ts";
import type { Timeline } from "./timeline.ts";

const TICK_MS = 250;
const LOOK_EVERY_MS = 1000;

/** What is around a node. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly stream: SimulatedStream;
  readonly door: StoreDoor;
  readonly bug: PlantedBug | undefined;
  /** The nodes that the store has as members. */
  readonly members: readonly string[];
  /** The store loses what it holds in this run: it is looked at. */
  readonly isStoreLost: boolean;
  /** Through which nodes publish together and tell each other what is stored, where they do. */
  readonly peers: Peers | undefined;
  /** What became of a batch that was handed to another node, or taken from one; and what was told. */
  noteShared(what: string): void;
  /** What is in force now, as the buckets deliver it to a node that starts. */
  load(life: Life, node: SimulatedNode): void;
  beat(from: SimulatedNode, beat: Heartbeat): void;
  send(from: SimulatedNode, payload: Buffer, destination: Destination): void;
  blame(what: string): void;
  /** Whether a link throws when it is to send that. */
  isUnsendable(payload: Buffer): boolean;
}

/** Thrown by the simulation, where a mistake of ours might throw. */
export class PlannedFault extends Error {}

export class SimulatedNode {
  readonly name: string;
  readonly address: string;
  readonly index: number;
  readonly door: StoreDoor;
  /** By how much its clock differs from true time, ms, and how fast that grows. */
  clock = { skewMs: 0, drift: 0, since: 0 };
  /** How long what is stored takes to be seen here, ms, from and to. */
  lagMs: readonly [number, number] = [1, 20];
  isCutFromClients = false;
  /** When it last went on after standing still for long. */
  resumedAt: { readonly lastSequence: number; readonly at: number } | undefined;
  life: Life | undefined;
  /** When each request was read first. */
  private readonly readAt = new Map<string, number>();
  private readonly around: Surroundings;
  private before: Life | undefined;
  private pausedAt = 0;
  private lives = 0;

  constructor(index: number, around: Surroundings) {
    this.index = index;
    this.name = `n${index + 1}`;
    this.address = `10.0.0.${index + 2}`;
    this.around = around;
    this.door = around.door;
    this.start();
  }

  start(): void {
    if (this.life !== undefined) return;
    this.life = new Life(this, this.around, ++this.lives, this.before);
  }

  crash(): void {
    if (this.life === undefined) return;
    this.life.end();
    this.before = this.life;
    this.life = undefined;
    this.resumedAt = undefined;
  }

  pause(): void {
    if (this.life === undefined || this.life.process.isPaused) return;
    this.pausedAt = this.around.timeline.now;
    this.life.process.pause();
  }

  resume(): void {
    if (!this.life?.process.isPaused) return;
    const { timeline, stream } = this.around;
    if (timeline.now - this.pausedAt > 2 * TICK_MS + 2000) {
      this.resumedAt = { lastSequence: stream.lastSequence, at: timeline.now };
    }
    this.life.process.resume();
  }

  /** What its wall clock shows. */
  wallMs(): number {
    const { now } = this.around.timeline;
    return now + this.clock.skewMs + this.clock.drift * (now - this.clock.since);
  }

  stepClock(byMs: number): void {
    this.clock = { ...this.clock, skewMs: this.clock.skewMs + byMs };
  }

  receive(bytes: Buffer, isBroadcast: boolean): void {
    this.life?.process.enter("packets", () => this.life?.receive(bytes, isBroadcast));
  }

  /** Whether the request that a packet answers had been read when the node stood still. */
  isOfBefore(reply: Packet): boolean {
    return (this.readAt.get(keyOf(reply)) ?? 0) < (this.resumedAt?.at ?? 0);
  }

  noteRead(bytes: Buffer): void {
    const packet = decoded(bytes);
    const key = keyOf(packet);
    if (packet.messageType === MessageType.REQUEST && !this.readAt.has(key))
      this.readAt.set(key, this.around.timeline.now);
  }

  hearBeat(node: string, beat: Heartbeat): void {
    this.life?.process.enter("store", () => this.life?.membership.hear(node, beat, this.life.steadyMs()));
  }
}

/** One process. */
export class Life {
  readonly process: Process;
  readonly membership: Membership;
  readonly world: NodeWorld;
  readonly service: DhcpService;
  readonly feed: LeaseFeed;
  private readonly node: SimulatedNode;
  private readonly around: Surroundings;
  private readonly pause: PauseWatch;
  private readonly clock: StreamClock;
  private readonly health: StoreHealth;
  private readonly connection: Connection;
  private readonly startedAt: number;
  private batches: JointBatches | undefined;
  private intents = 0;
  private readonly storeLook: StoreLook;

  constructor(node: SimulatedNode, around: Surroundings, number: number, before?: Life) {
    const { timeline, stream, door, bug } = around;
    this.node = node;
    this.around = around;
    this.startedAt = timeline.now;
    this.process = new Process(timeline, around.chance);
    this.membership = new Membership(node.name);
    this.world = new NodeWorld(node.name, this.membership, { ...DEFAULT_POLICY, ...bug?.policy });
    this.world.addOwnAddress(ip(node.address));
    this.pause = new PauseWatch(this.steadyMs(), node.wallMs());
    this.clock = new StreamClock(this.steadyMs(), node.wallMs());
    const enter = (run: () => void) => this.process.enter("store", run);
    const connection = door.for(enter);
    this.connection = connection;
    this.storeLook = new StoreLook({
      ...{ around, connection, membership: this.membership, world: this.world },
      steadyMs: () => this.steadyMs(),
      restoration: () => this.service.restoration,
      feed: () => this.feed,
    });
    this.health = new StoreHealth(() => door.connected);
    const store = new GroupCommits(this.share(connection, enter), this.timers(), {
      isOutdated: ({ address, expected }: Append) => this.world.view.revisionOf(address) > expected,
      onBatch: (_, outcome, ms) => this.health.noteAttempt(outcome, ms, this.steadyMs()),
    });
    const parts: ServiceParts = {
      world: this.world,
      store,
      health: this.health,
      noteStoreBehind: () => this.storeLook.noteBehind(),
      ...new Telemetry(QUIET_LOG, () => this.steadyMs()),
      clocks: this.clocks(),
      readiness: { refusal: () => this.refusal(), isStandingBack: () => false },
      faults: { count: ({ cause }) => this.noteFault(cause) },
      nextIntent: () => `${node.name}-${number}-${++this.intents}`,
    };
    this.service = new DhcpService(bug?.plant?.(parts, stream) ?? parts);
    if (bug?.isViewKept && before !== undefined) this.keep(before);
    this.feed = new LeaseFeed({
      ...{ stream, timeline, enter },
      lagMs: () => (door.isOpen ? around.chance.between(...node.lagMs) : undefined),
      onEvent: (stored) => this.see(stored),
      onComplete: () => this.storeLook.loaded(),
      skipsGaps: bug?.sharing === "skips-gaps",
      ...(bug?.isViewKept && before !== undefined ? { from: stream.lastSequence } : {}),
    });
    around.load(this, node);
    this.process.every(TICK_MS, () => this.tick());
    this.process.every(LOOK_EVERY_MS, () => void this.look());
    if (around.isStoreLost) this.process.every(CHECK_EVERY_MS, () => void this.storeLook.check());
    this.process.every(BEAT_EVERY_MS, () =>
      around.beat(node, { ...beatOf(node, this.state), ...this.storeLook.word }),
    );
    void this.look();
  }

  end(): void {
    this.process.isAlive = false;
    this.feed.stop();
  }

  steadyMs(): number {
    return this.around.timeline.now - this.startedAt;
  }

  get state(): NodeState {
    if (this.clock.isFenced) return "fenced";
    if (!this.feed.isComplete || !this.clock.isKnown || !this.storeLook.knowsEnough) return "starting";
    return this.pause.isSuspect ? "suspect" : "serving";
  }

  receive(bytes: Buffer, isBroadcast: boolean): void {
    this.lookForPause();
    this.node.noteRead(bytes);
    const send = (payload: Buffer, destination: Destination) => {
      if (this.around.isUnsendable(payload)) throw new PlannedFault("this reply cannot be sent");
      this.around.send(this.node, Buffer.from(payload), destination);
      return true;
    };
    const link = { interfaceName: "eth0", addresses: [ip(this.node.address)], send };
    try {
      this.service.receive(bytes, link, isBroadcast && !this.isTrusted(bytes));
    } catch (cause) {
      if (!(cause instanceof PlannedFault)) this.noteFault(cause);
    }
  }

  /** What only a planted bug does: it answers as if nobody else had heard it. */
  private isTrusted(bytes: Buffer): boolean {
    if (!this.around.bug?.isSecsTrusted) return false;
    const { chaddr, secs } = decoded(bytes);
    return this.world.members.rankFor(clientIdOfHardware(1, chaddr)) <= Math.floor(secs / 3);
  }

  private noteFault(cause: unknown): void {
    if (cause instanceof PlannedFault) this.around.noteShared("replies that threw");
    else this.around.blame(`I15: ${this.node.name} failed: ${(cause as Error).stack}`);
  }

  private timers() {
    const { chance } = this.around;
    return {
      now: () => this.steadyMs(),
      wall: () => this.node.wallMs(),
      after: (ms: number, run: () => void) => this.process.after(ms, run),
      soon: (run: () => void) => this.process.after(0, run),
      random: () => chance.fraction(),
    };
  }

  private clocks(): Clocks {
    const now = () => instant(Math.round(this.clock.now(this.steadyMs())));
    return { now, steady: () => this.steadyMs() };
  }

  private share(connection: Connection, enter: (run: () => void) => void): CasStream {
    const { node, around } = this;
    const { peers } = around;
    if (peers === undefined) return connection;
    const { now, after } = this.timers();
    const { batches, stream } = sharedStore({
      ...{ connection, now, after, self: node.name },
      sharedMs: () => this.clock.now(this.steadyMs()),
      ask: (to, handed, timeout) => peers.ask(node, to, handed, timeout, enter),
      publisher: () => publisherOf(this.world.members.names),
      onHanded: (what) => around.noteShared(what),
      onStored: (first, writes, sentAt) => this.tell(first, writes, sentAt),
      onSent: (writes) => {
        if (around.bug?.sharing === "tells-early")
          this.tell(around.stream.lastSequence + 1, writes, this.steadyMs());
      },
    });
    this.batches = batches;
    return stream;
  }

  takeHanded(handed: Uint8Array, answer: (revision: number) => void): void {
    const { bug, stream } = this.around;
    const isEarly = bug?.sharing === "answers-early";
    if (isEarly) answer(stream.lastSequence + 1);
    const read = readHanded(handed, LEASE_WRITES);
    if (read instanceof Wrong) throw new Error(`a node handed on ${read.found}, expected ${read.expected}`);
    this.batches?.take(read, isEarly ? () => {} : answer);
  }

  private tell(first: number, writes: readonly KeyWrite[], sentAt: number): void {
    const told = toldOf("", this.clock, first, writes, sentAt, this.steadyMs());
    if (told === undefined) return;
    if (this.world.members.names.length > 1) this.around.peers?.tell(this.node, told);
    this.process.after(0, () => this.hearTold(told));
  }

  hearTold({ at, first, writes }: Told): void {
    if (!this.feed.told(first, first + writes.length - 1)) return;
    this.around.noteShared(this.feed.isResting ? "told while the feed rests" : "told");
    for (const [i, { key, data }] of writes.entries()) this.take({ key, data, revision: first + i, at });
  }

  private see({ event, revision, at }: StoredEvent): void {
    this.take({ key: event!.address, data: encodeLeaseEvent(event!), revision, at });
  }

  private take(record: LeaseRecord): void {
    const taken = takeIn(this.world, record);
    if (typeof taken === "object" && !("revision" in taken))
      throw new Error(`a node wrote what cannot be used: ${JSON.stringify(taken)}`);
    if (taken !== "known" && this.feed.isComplete) this.service.noticeStored(taken);
  }

  /** What only a planted bug does. */
  private keep(before: Life): void {
    for (const lease of before.world.view.all()) this.world.view.apply(lease);
  }

  private lookForPause(): void {
    if (this.around.bug?.isPauseUnwatched) return;
    if (this.pause.look(this.steadyMs(), this.node.wallMs())) this.process.discardPackets();
  }

  private tick(): void {
    this.lookForPause();
    this.pause.tick(this.steadyMs(), this.node.wallMs());
    this.world.offers.sweep(this.clocks().now());
    this.health.noteRestoredElsewhere(this.membership.isAnyRestoring(this.steadyMs()));
    this.membership.refresh(this.steadyMs());
    this.service.tick();
    if (this.pause.isSuspect && !this.around.bug?.isPauseForGood) void this.clearSuspicion();
  }

  private async clearSuspicion(): Promise<void> {
    const checked = this.pause.pauses;
    if (!(await this.look())) return;
    const lastSequence = await this.connection.lastSequence().catch(() => Number.POSITIVE_INFINITY);
    if (this.feed.isComplete && lastSequence <= this.feed.position) this.pause.verified(checked);
  }

  /** As io/store-watch.ts does: whether the stream has a leader, and what time it is there. */
  private async look(): Promise<boolean> {
    if (!this.around.door.connected) return false;
    const asked = this.steadyMs();
    const at = await this.connection.streamTime().catch(() => undefined);
    const answered = this.steadyMs();
    const found = { kind: "stream", hasLeader: true, copies: 3, current: 3 } as const;
    this.health.noteLook(at === undefined ? { kind: "no-answer" } : found, asked, answered);
    if (at === undefined) return false;
    this.clock.sample(at, asked, answered, this.node.wallMs());
    return true;
  }

  private refusal(): Refusal | undefined {
    if (this.clock.isFenced) return "clock-fenced";
    if (this.pause.isSuspect) return "was-paused";
    const isReady = this.feed.isComplete && this.world.network.revision > 0 && this.clock.isKnown;
    return isReady && this.storeLook.knowsEnough ? undefined : "not-serving";
  }
}

function keyOf({ chaddr, xid }: Packet): string {
  return `${Buffer.from(chaddr).toString("hex")} ${xid}`;
}
