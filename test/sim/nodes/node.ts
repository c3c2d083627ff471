// A node of the simulated cluster: the core of apps/dhcpd, with simulated time, store and links as its ports. A crash ends its process,
// and all that it knew; the next one starts empty.
import type { CommitNotice } from "@leasehold/bus";
import { HANDOVER_MS } from "@leasehold/cluster";
import { DEFAULT_POLICY } from "@leasehold/leases";
import { clientIdOfHardware, formatIpv4, type Mac, MessageType, type Packet } from "@leasehold/protocol";
import type { Answer, Question } from "@leasehold/views";
import type { DhcpHeartbeat } from "../../../apps/dhcpd/src/cluster/heartbeat.ts";
import { NodeCore } from "../../../apps/dhcpd/src/node-core.ts";
import type { NodePorts } from "../../../apps/dhcpd/src/node-ports.ts";
import type { Serving } from "../../../apps/dhcpd/src/node-serving.ts";
import type { Destination, ProbeAnswer } from "../../../apps/dhcpd/src/ports.ts";
import { QUIET_LOG } from "../../../apps/dhcpd/test/quiet-log.ts";
import { decoded, ip } from "../../../apps/dhcpd/test/wire.ts";
import type { StoreDoor } from "../nats/door.ts";
import type { LeaseFeed } from "../nats/lease-feed.ts";
import { NodeStore, type StoreSurroundings } from "../nats/node-store.ts";
import { Process } from "./process.ts";

/** Whoever stands still for longer notices it: the time that it may be off, and two ticks. */
const PAUSE_NOTICED_MS = 2200;
/** As long as a node that stops waits for the store, at most. */
const UNDER_WAY_MS = 3000;
const USUAL_LAG_MS = [1, 20] as const;
const ARP_MS = 1;
const STRANGER = "02:00:00:00:00:fe" as Mac;

/** What is around a node. */
export interface Surroundings extends StoreSurroundings {
  /** It carries the floating address, for some seconds. */
  carry(by: SimulatedNode): void;
  beat(from: SimulatedNode, beat: DhcpHeartbeat): void;
  send(from: SimulatedNode, payload: Buffer, destination: Destination): void;
  blame(what: string): void;
  /** Whether a machine that is no client of ours answers for an address. */
  isUsedByStranger(address: string): boolean;
  /** Whether a link throws when it is to send that. */
  isUnsendable(payload: Buffer): boolean;
}

export const nameOf = (index: number): string => `n${index + 1}`;
export const addressOf = (index: number): string => `10.0.0.${index + 2}`;

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
  lagMs: readonly [number, number] = USUAL_LAG_MS;
  isCutFromClients = false;
  /** So long it is busy with other things before it handles what came in, ms. */
  busyMs = 0;
  /** Until when its kernel has the cluster's floating address. */
  carriesUntil = 0;
  /** When it last went on after standing still for long. */
  resumedAt: { readonly lastSequence: number; readonly at: number } | undefined;
  life: Life | undefined;
  /** When each request was read first. */
  private readonly readAt = new Map<string, number>();
  /** And each message last. */
  private readonly heardAt = new Map<string, number>();
  private readonly around: Surroundings;
  private before: Life | undefined;
  private isStopping = false;
  private startsAgain = false;
  private pausedAt = 0;
  private lives = 0;

  constructor(index: number, around: Surroundings) {
    this.index = index;
    this.name = nameOf(index);
    this.address = addressOf(index);
    this.around = around;
    this.door = around.door;
    this.start();
  }

  start(): void {
    // One that stops is started when it has.
    this.startsAgain = this.isStopping;
    if (this.life !== undefined) return;
    this.life = new Life(this, this.around, ++this.lives, this.before);
  }

  crash(): void {
    if (this.life === undefined) return;
    this.life.end();
    this.before = this.life;
    this.life = undefined;
    this.resumedAt = undefined;
    this.isStopping = false;
    if (this.startsAgain) this.start();
  }

  pause(): void {
    if (this.life === undefined || this.life.process.isPaused) return;
    this.pausedAt = this.around.timeline.now;
    this.life.process.pause();
  }

  resume(): void {
    if (!this.life?.process.isPaused) return;
    const { timeline, stream } = this.around;
    if (timeline.now - this.pausedAt > PAUSE_NOTICED_MS) {
      this.resumedAt = { lastSequence: stream.lastSequence, at: timeline.now };
    }
    this.life.process.resume();
  }

  /** It leaves to the others what they hear, too; or does not any more. */
  drain(isOn: boolean): void {
    this.life?.process.enter("timers", () => (isOn ? this.life?.core.drain() : this.life?.core.undrain()));
  }

  /** As dhcp-node.ts stops: drains, finishes what is under way, says goodbye. */
  stop(): void {
    const { life } = this;
    if (life === undefined) return;
    this.isStopping = true;
    this.drain(true);
    life.process.after(HANDOVER_MS, () => life.core.readiness.draining.stop());
    life.process.after(HANDOVER_MS + UNDER_WAY_MS, () => {
      life.core.end();
      if (this.life === life) this.crash();
    });
  }

  /** What its wall clock shows. */
  wallMs(): number {
    const { now } = this.around.timeline;
    return now + this.clock.skewMs + this.clock.drift * (now - this.clock.since);
  }

  setClock(skewMs: number): void {
    this.clock = { skewMs, drift: 0, since: this.around.timeline.now };
  }

  /** Faster or slower by `rate`, ms a ms, which over a run stays within what clocks may differ by. */
  driftBy(rate: number): void {
    this.clock = { ...this.clock, drift: rate, since: this.around.timeline.now };
  }

  /** What is stored is seen here after up to `lagMs`; undefined: as soon as usual. */
  slowView(lagMs: number | undefined): void {
    this.lagMs = lagMs === undefined ? USUAL_LAG_MS : [lagMs / 2, lagMs];
  }

  receive(bytes: Buffer, isBroadcast: boolean): void {
    this.life?.process.enter("packets", () => this.life?.receive(bytes, isBroadcast));
  }

  /** Whether the request that a packet answers had been read when the node stood still. */
  isOfBefore(reply: Packet): boolean {
    return (this.readAt.get(keyOf(reply)) ?? 0) < (this.resumedAt?.at ?? 0);
  }

  /** How long ago it heard what a packet answers, ms. */
  ageOf(reply: Packet): number {
    const asked = reply.messageType === MessageType.OFFER ? MessageType.DISCOVER : MessageType.REQUEST;
    return this.around.timeline.now - (this.heardAt.get(`${keyOf(reply)} ${asked}`) ?? 0);
  }

  noteRead(bytes: Buffer): void {
    const packet = decoded(bytes);
    const key = keyOf(packet);
    this.heardAt.set(`${key} ${packet.messageType}`, this.around.timeline.now);
    if (packet.messageType === MessageType.REQUEST && !this.readAt.has(key))
      this.readAt.set(key, this.around.timeline.now);
  }

  hearBeat(node: string, beat: DhcpHeartbeat): void {
    this.life?.process.enter("store", () => this.life?.core.hear(node, beat));
  }
}

/** One process. */
export class Life {
  readonly process: Process;
  readonly core: NodeCore;
  readonly serving: Serving;
  private readonly node: SimulatedNode;
  private readonly around: Surroundings;
  private readonly store: NodeStore;
  private readonly startedAt: number;

  constructor(node: SimulatedNode, around: Surroundings, number: number, before?: Life) {
    const { timeline, chance, bug, stream } = around;
    this.node = node;
    this.around = around;
    this.startedAt = timeline.now;
    this.process = new Process(timeline, chance);
    this.core = new NodeCore(this.ports(number));
    this.core.telemetry.events.fault.subscribe(({ cause }) => this.noteFault(cause));
    if (bug?.isViewKept && before !== undefined) this.keep(before);
    this.store = new NodeStore({
      ...{ around, node, process: this.process, core: this.core },
      from: bug?.isViewKept && before !== undefined ? stream.lastSequence : undefined,
    });
    bug?.core?.(this.core);
    this.core.noteInterfaces();
    this.serving = this.core.join(bug?.storePorts?.(this.store.ports(), this.core) ?? this.store.ports());
    bug?.serving?.(this.serving, this.core);
    for (const { everyMs, run } of this.core.turns)
      this.process.after(chance.between(0, everyMs), () => this.process.every(everyMs, run));
  }

  get world() {
    return this.core.world;
  }

  get service() {
    return this.serving.service;
  }

  get feed(): LeaseFeed {
    return this.store.leases!;
  }

  private ports(number: number): NodePorts {
    const { node, around, process } = this;
    const { bug, door, timeline, chance } = around;
    const { name: self, address } = node;
    return {
      ...{ self, version: "0", api: address, log: QUIET_LOG },
      bootId: String(timeline.now),
      intentPrefix: bug?.intentPrefix ?? `${self}-${number}-`,
      machine: { steady: () => timeline.now - this.startedAt, wall: () => node.wallMs() },
      interfaces: {
        views: [{ name: "eth0", state: "up", addresses: [address], mtu: 1500 }],
        ...{ addresses: [ip(address)], texts: [address], isAnyUp: true, problem: undefined },
        discardQueued: () => process.discardPackets(),
      },
      carrier: {
        obstacle: () => undefined,
        carry: () => around.carry(node),
        announce: () => {},
        drop: () => {
          node.carriesUntil = 0;
        },
      },
      isConnected: () => door.connected,
      publish: (beat) => around.beat(node, beat),
      probe: (address, _target, waitMs) => this.probe(formatIpv4(address), waitMs),
      randomOctets: (size) => Uint8Array.from({ length: size }, () => chance.below(256)),
      soon: (step) =>
        node.busyMs === 0 || bug?.isWaitOverlooked ? step() : process.after(node.busyMs, step),
      later: (step) => process.after(0, step),
      inTurns: async (steps) => {
        for (;;) {
          const step = steps.next();
          if (step.done) return step.value;
        }
      },
      policy: { ...DEFAULT_POLICY, ...bug?.policy },
    };
  }

  /** By ARP: who has the address answers at once; that nobody does is known after the wait. */
  private probe(address: string, waitMs: number): Promise<ProbeAnswer> {
    const { node, around, process } = this;
    const isAnswered = () => !node.isCutFromClients && around.isUsedByStranger(address);
    return new Promise((resolve) => {
      process.after(isAnswered() ? ARP_MS : waitMs, () => {
        const isHeeded = isAnswered() && !around.bug?.isProbeUnheeded;
        resolve(isHeeded ? { usedBy: STRANGER } : "free");
      });
    });
  }

  end(): void {
    this.process.isAlive = false;
    void this.serving.views.stop();
  }

  receive(bytes: Buffer, isBroadcast: boolean): void {
    this.node.noteRead(bytes);
    const send = (payload: Buffer, destination: Destination) => {
      if (this.around.isUnsendable(payload)) throw new PlannedFault("this reply cannot be sent");
      this.around.send(this.node, Buffer.from(payload), destination);
      return true;
    };
    const link = { interfaceName: "eth0", addresses: [ip(this.node.address)], send };
    const isForAll = isBroadcast && !this.isTrusted(bytes);
    const take = () => this.core.receive(bytes, { link, sourcePort: undefined, isBroadcast: isForAll });
    if (this.around.bug?.isWaitOverlooked) this.process.after(this.node.busyMs, take);
    else take();
  }

  acceptForwarded(forwarded: Uint8Array, answer: (revision: number) => void): void {
    this.store.acceptForwarded(forwarded, answer);
  }

  receiveCommitNotice(notice: CommitNotice): void {
    this.serving.receiveCommitNotice(notice);
  }

  answer(question: Question): Answer | undefined {
    return this.serving.answer(question);
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

  /** What only a planted bug does. */
  private keep(before: Life): void {
    for (const lease of before.world.view.all()) this.world.view.apply(lease);
  }
}

function keyOf({ chaddr, xid }: Packet): string {
  return `${Buffer.from(chaddr).toString("hex")} ${xid}`;
}
