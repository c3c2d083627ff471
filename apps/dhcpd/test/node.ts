// A node without sockets and without NATS: the real service on the memory store, with a clock that stands still until it
// is moved, and a store that can be made slow, deaf or shut.
import { hostKey } from "@leasehold/inventory";
import {
  type Append,
  type AppendResult,
  type Instant,
  instant,
  leaseAfter,
  MemoryLeaseStore,
  type StoredEvent,
} from "@leasehold/leases";
import { compileNetwork, type NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Ipv4, type Packet } from "@leasehold/protocol";
import type { Heartbeat, NodeState } from "../src/cluster/heartbeat.ts";
import { Membership } from "../src/cluster/membership.ts";
import { DhcpService } from "../src/exchange/dhcp-service.ts";
import type { DropReason } from "../src/exchange/drop-reason.ts";
import type { ServiceParts } from "../src/exchange/exchange.ts";
import type { Clocks, Destination, Fault, ReadableLeaseStore } from "../src/ports.ts";
import { StoreHealth } from "../src/store/store-health.ts";
import { Counters } from "../src/telemetry/counters.ts";
import { NodeWorld } from "../src/views/node-world.ts";
import { alice, type Client, decoded, ip, packetOf, selecting, shownDestination, told, X } from "./wire.ts";

export const START = instant(Date.parse("2026-11-21T12:00:00Z"));
export const LEASE_SECONDS = 3600;
export const HELD = 2 * LEASE_SECONDS;

export const NETWORK: NetworkDocument = {
  version: 1,
  defaults: { lease: { seconds: LEASE_SECONDS, heldFactor: 2 }, options: { domainName: "hpc.example" } },
  subnets: [
    {
      ...{ id: "lan", prefix: "10.0.0.0/24", interface: "eth0", relays: ["10.9.0.1"] },
      options: { routers: ["10.0.0.1"], domainNameServers: ["10.0.0.2"] },
      pools: [{ range: "10.0.0.10-10.0.0.13" }],
    },
  ],
};

/** Time for a whole cluster; a node may differ from it by its skew. */
export class TestClock {
  ms: number = START;

  clocks(skewMs = 0): Clocks {
    return { now: () => instant(this.ms + skewMs), steady: () => this.ms - START };
  }

  /** Stream time. */
  now = (): Instant => instant(this.ms);

  pass(seconds: number): void {
    this.ms += seconds * 1000;
  }
}

export type DoorState =
  | "open"
  /** Nothing is stored or answered until `settle`. */
  | "slow"
  /** It stores and does not answer: the outcome is unknown. */
  | "deaf"
  /** It neither stores nor answers. */
  | "shut"
  /** It does not answer, and stores later, at `settle`. */
  | "late";

interface Waiting {
  readonly happen: (answers: boolean) => void;
  readonly fail: () => void;
  readonly since: number;
  isGivenUp: boolean;
}

/** As long as the JetStream store tries. */
const DEADLINE_MS = 12_000;
/** A write that nobody has answered for so long is not in any leader's queue any more. */
const FORGOTTEN_MS = 22_000;

/** One node's way to the store that it shares with the others. */
export class StoreDoor implements ReadableLeaseStore {
  state: DoorState = "open";
  readonly pending = 0;
  private store: MemoryLeaseStore;
  private readonly now: () => number;
  private waiting: Waiting[] = [];

  constructor(store: MemoryLeaseStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  append(append: Append, settle: (result: AppendResult) => void): void {
    const unknown = () => settle({ kind: "unknown", reason: "the store did not answer in time" });
    switch (this.state) {
      case "open":
        this.store.append(append, settle);
        return;
      case "slow":
        this.wait((answers) => this.store.append(append, answers ? settle : () => {}), unknown);
        return;
      case "deaf":
        this.store.append(append, unknown);
        return;
      case "late":
        this.wait(() => this.store.append(append, () => {}), unknown);
        this.giveUp(0);
        return;
      case "shut":
        unknown();
        return;
      default:
        this.state satisfies never;
    }
  }

  async read(address: Ipv4): Promise<StoredEvent | undefined> {
    if (this.state === "shut" || this.state === "deaf") throw new Error("the store does not answer");
    if (this.state === "slow") await new Promise<unknown>((resolve, reject) => this.wait(resolve, reject));
    return this.store.log.findLast((stored) => stored.address === address);
  }

  /** Another store is behind the door from now on. */
  replace(store: MemoryLeaseStore): void {
    this.store = store;
  }

  /** What waited happens now, in the order in which it came; what was given up long ago was never taken in. */
  settle(): void {
    for (const { happen, isGivenUp, since } of this.waiting.splice(0)) {
      if (!isGivenUp || this.now() - since < FORGOTTEN_MS) happen(!isGivenUp);
    }
  }

  /** What has waited for longer than a real store lets it wait is given up; it may be stored all the same, later. */
  giveUp(afterMs = DEADLINE_MS): void {
    for (const waiting of this.waiting) {
      if (waiting.isGivenUp || this.now() - waiting.since < afterMs) continue;
      waiting.isGivenUp = true;
      waiting.fail();
    }
  }

  private wait(happen: Waiting["happen"], fail: () => void): void {
    this.waiting.push({ happen, fail, since: this.now(), isGivenUp: false });
  }
}

export interface Reply {
  readonly from: string;
  readonly packet: Packet;
  readonly destination: Destination;
}

interface NodeSetting {
  readonly name?: string;
  readonly address?: string;
  readonly network?: NetworkDocument;
  readonly store?: MemoryLeaseStore;
  readonly clock?: TestClock;
  readonly skewMs?: number;
  /** False: what the store holds is seen when `hearStore` is called, and no sooner. */
  readonly followsAtOnce?: boolean;
  /** What a node may do without. */
  readonly parts?: Partial<Pick<ServiceParts, "probe" | "randomOctets" | "trace" | "onReplied" | "boot">>;
  /** What throws on purpose is kept in `faults`; else it is a mistake of ours, and fails the test. */
  readonly toleratesFaults?: boolean;
}

export class TestNode {
  readonly name: string;
  readonly address: string;
  readonly clock: TestClock;
  readonly store: MemoryLeaseStore;
  readonly door: StoreDoor;
  readonly membership: Membership;
  readonly world: NodeWorld;
  readonly counters = new Counters();
  readonly service: DhcpService;
  readonly replies: Reply[] = [];
  readonly lines: string[] = [];
  /** Mistakes of ours that were caught. */
  readonly faults: Fault[] = [];
  isConnected = true;
  refusal: DropReason | undefined;
  isStandingBack = false;
  /** Told of every reply. */
  onReply: (reply: Reply) => void = () => {};
  private readonly clocks: Clocks;
  private readonly unseen: StoredEvent[] = [];
  private intents = 0;

  constructor(setting: NodeSetting = {}) {
    this.name = setting.name ?? "n1";
    this.address = setting.address ?? "10.0.0.2";
    this.clock = setting.clock ?? new TestClock();
    this.store = setting.store ?? new MemoryLeaseStore(this.clock.now);
    this.door = new StoreDoor(this.store, this.clock.now);
    this.membership = new Membership(this.name);
    this.world = new NodeWorld(this.name, this.membership);
    this.world.network = compileNetwork(setting.network ?? NETWORK, 1);
    this.world.addOwnAddress(ip(this.address));
    const clocks = this.clock.clocks(setting.skewMs);
    this.clocks = clocks;
    this.service = new DhcpService({
      ...{ world: this.world, store: this.door, counters: this.counters, clocks },
      health: new StoreHealth(() => this.isConnected),
      refusal: () => this.refusal,
      isStandingBack: () => this.isStandingBack,
      nextIntent: () => `${this.name}-${++this.intents}`,
      onFault: (fault) => {
        this.faults.push(fault);
        if (!setting.toleratesFaults) throw fault.cause;
      },
      ...setting.parts,
    });
    this.store.follow((stored) => {
      this.unseen.push(stored);
      if (setting.followsAtOnce ?? true) this.hearStore();
    });
  }

  /** The stream shows up to `count` of the events that this node has not seen. */
  hearStore(count = this.unseen.length): void {
    for (const { address, event, revision, at } of this.unseen.splice(0, count)) {
      if (event === undefined) {
        const removed = this.world.view.noteRemoved(address, revision, at);
        if (removed !== undefined) this.service.restoration.noteRemoved(removed);
        continue;
      }
      const lease = leaseAfter(event, revision, at);
      if (this.world.view.apply(lease)) this.service.noticeStored(lease);
    }
  }

  /** The store is another one, and this node notices and has loaded it. */
  replaceStore(store: MemoryLeaseStore): void {
    this.door.replace(store);
    this.service.restoration.begin();
    this.world.view.clear();
    store.follow(({ event, revision, at }) => this.world.view.apply(leaseAfter(event!, revision, at)));
    this.service.restoration.loaded();
  }

  /** A packet arrives; what came of it at once, in words. */
  receive(bytes: Uint8Array, isBroadcast: boolean | undefined = true, sourcePort?: number): string[] {
    const before = this.replies.length;
    const addresses = [ip(this.address)];
    const send = (payload: Buffer, destination: Destination) => {
      // A reply is what lies in the buffer now: the service may use it again.
      const reply = { from: this.name, packet: decoded(Uint8Array.from(payload)), destination };
      this.replies.push(reply);
      this.onReply(reply);
      return true;
    };
    this.service.receive(bytes, { interfaceName: "eth0", addresses, send }, isBroadcast, sourcePort);
    return this.told(before);
  }

  /** The same, when all that does not wait for the store has happened. */
  async answer(bytes: Uint8Array, isBroadcast: boolean | undefined = true): Promise<string[]> {
    const before = this.replies.length;
    this.receive(bytes, isBroadcast);
    await settled();
    return this.told(before);
  }

  private told(from: number): string[] {
    return this.replies.slice(from).map(({ packet }) => told(packet));
  }

  /** All that was sent, and where to. */
  get sent(): string[] {
    return this.replies.map(
      ({ packet, destination }) => `${told(packet)} → ${shownDestination(destination)}`,
    );
  }

  /** What the store holds, in words. */
  get stored(): string[] {
    return this.store.log.map(
      ({ event, address }) =>
        `${event!.type} ${formatIpv4(address)} ${event!.seconds}/${event!.heldSeconds} s`,
    );
  }

  counted(group: Parameters<Counters["of"]>[0]): Record<string, number> {
    return Object.fromEntries(this.counters.of(group));
  }

  hearBeat(of: { name: string; address: string }, state: NodeState = "serving", leasesPosition = 0): void {
    this.membership.hear(of.name, { ...beatOf(of, state), leasesPosition }, this.steadyMs);
  }

  /** Time passes, and the node notices. */
  pass(seconds: number): void {
    this.clock.pass(seconds);
    this.service.tick();
  }

  get steadyMs(): number {
    return this.clocks.steady();
  }

  setHost(id: string, of: Client, address?: string): void {
    const event = hostSet(id, of, address, this.clock.ms);
    this.world.inventory.apply(hostKey(id), event, this.world.inventory.revision + 1);
  }

  removeHost(id: string): void {
    this.world.inventory.apply(hostKey(id), undefined, this.world.inventory.revision + 1);
  }

  /** Another network document comes into force. */
  setNetwork(document: NetworkDocument): void {
    this.world.network = compileNetwork(document, this.world.network.revision + 1);
    this.service.noticeNetwork();
  }
}

export function beatOf(of: { name: string; address: string }, state: NodeState): Heartbeat {
  return {
    ...{ node: of.name, version: "0", state, addresses: [of.address], api: "", networkRevision: 1 },
    ...{ leasesPosition: 0, inventoryRevision: 0, hosts: 0, leases: 0, counters: {} },
  };
}

/** What the inventory says of a host with one interface, and with an address that it has had since then. */
export function hostSet(id: string, of: Client, address: string | undefined, sinceMs: number) {
  const since = new Date(sinceMs).toISOString();
  const addresses = address === undefined ? [] : [{ address, since }];
  const host = { hostname: id, interfaces: [{ mac: of.mac, since, addresses }] };
  return { type: "HostSet", v: 1, id, source: "test", host, observedAt: since };
}

/** A node on which alice has been granted X. */
export function leased(): TestNode {
  const node = new TestNode();
  node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 1 })));
  node.replies.length = 0;
  return node;
}

/** Two nodes of one cluster with one store; the second sees what the first stored only when it is told. */
export function pair(): [TestNode, TestNode] {
  const clock = new TestClock();
  const first = new TestNode({ clock });
  const second = new TestNode({
    ...{ name: "n2", address: "10.0.0.3", clock, store: first.store, followsAtOnce: false },
  });
  first.hearBeat(second);
  second.hearBeat(first);
  return [first, second];
}

/** After everything that is not held up: promises only, no time passes. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
