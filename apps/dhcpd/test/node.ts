// A node without sockets and without NATS: the real one on the memory store, with a clock that stands still until it is moved, and a
// store that can be made slow, deaf or shut.

import type { NodeState } from "@leasehold/cluster";
import { hostKey } from "@leasehold/inventory";
import {
  encodeLeaseEvent,
  type Instant,
  instant,
  MemoryLeaseStore,
  type StoredEvent,
} from "@leasehold/leases";
import type { NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Packet } from "@leasehold/protocol";
import type { DhcpMembership } from "../src/cluster/dhcp-membership.ts";
import type { DhcpHeartbeat } from "../src/cluster/heartbeat.ts";
import type { DhcpService } from "../src/exchange/dhcp-service.ts";
import type { NodeCore } from "../src/node-core.ts";
import type { NodePorts } from "../src/node-ports.ts";
import type { Arrival, Destination, Fault } from "../src/ports.ts";
import type { Counters } from "../src/telemetry/counters.ts";
import type { NodeWorld } from "../src/views/node-world.ts";
import { BOOT_ID, MemoryCore } from "./memory-core.ts";
import { StoreDoor } from "./store-door.ts";
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

  /** Of a machine whose wall clock is right. */
  readonly steady = (): number => this.ms - START;

  /** Stream time. */
  now = (): Instant => instant(this.ms);

  pass(seconds: number): void {
    this.ms += seconds * 1000;
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
  readonly ports?: Partial<NodePorts>;
  /** What throws on purpose is kept in `faults`; else it is a mistake of ours, and fails the test. */
  readonly toleratesFaults?: boolean;
}

export class TestNode {
  readonly name: string;
  readonly address: string;
  readonly clock: TestClock;
  readonly store: MemoryLeaseStore;
  readonly door: StoreDoor;
  readonly core: NodeCore;
  readonly membership: DhcpMembership;
  readonly world: NodeWorld;
  readonly counters: Counters;
  readonly service: DhcpService;
  readonly replies: Reply[] = [];
  readonly lines: string[] = [];
  /** Mistakes of ours that were caught. */
  readonly faults: Fault[] = [];
  isConnected = true;
  /** Told of every reply. */
  onReply: (reply: Reply) => void = () => {};
  private readonly memory: MemoryCore;
  private readonly unseen: StoredEvent[] = [];
  /** The last word of each node that is heard again and again. */
  private readonly heard = new Map<string, DhcpHeartbeat>();

  constructor(setting: NodeSetting = {}) {
    this.name = setting.name ?? "n1";
    this.address = setting.address ?? "10.0.0.2";
    const clock = setting.clock ?? new TestClock();
    this.clock = clock;
    this.store = setting.store ?? new MemoryLeaseStore(clock.now);
    this.door = new StoreDoor(this.store, clock.now);
    const skewMs = setting.skewMs ?? 0;
    this.memory = new MemoryCore({
      ...{ name: this.name, address: ip(this.address), network: setting.network ?? NETWORK },
      machine: { steady: clock.steady, wall: () => clock.ms + skewMs },
      streamOffsetMs: START + skewMs,
      store: () => this.door,
      ports: { isConnected: () => this.isConnected, ...setting.ports },
    });
    this.core = this.memory.core;
    this.world = this.core.world;
    this.membership = this.world.membership;
    this.counters = this.core.telemetry.counters;
    this.service = this.memory.serving.service;
    this.core.telemetry.events.fault.subscribe((fault) => {
      this.faults.push(fault);
      if (!setting.toleratesFaults)
        queueMicrotask(() => {
          throw fault.cause;
        });
    });
    this.store.follow((stored) => {
      this.unseen.push(stored);
      if (setting.followsAtOnce ?? true) this.hearStore();
    });
  }

  /** The stream shows up to `count` of the events that this node has not seen. */
  hearStore(count = this.unseen.length): void {
    for (const stored of this.unseen.splice(0, count)) this.show(stored);
  }

  private show({ address, event, revision, at }: StoredEvent): void {
    const data = event && encodeLeaseEvent(event);
    this.memory.leases.show({ key: formatIpv4(address), data, revision, at });
  }

  /** The store is another one, and this node notices and has loaded it. */
  replaceStore(store: MemoryLeaseStore): void {
    this.door.replace(store);
    this.memory.leases.replace();
    store.follow((stored) => this.show(stored));
    this.memory.leases.load();
  }

  /** A packet arrives; what came of it at once, in words. */
  receive(bytes: Uint8Array, isBroadcast: boolean | undefined = true, sourcePort?: number): string[] {
    const before = this.replies.length;
    this.goOn();
    this.core.receive(Buffer.from(bytes), this.arrival(isBroadcast, sourcePort));
    return this.told(before);
  }

  /** By its one link. */
  arrival(isBroadcast: boolean | undefined = true, sourcePort?: number): Arrival {
    const addresses = [ip(this.address)];
    const send = (payload: Buffer, destination: Destination) => {
      // A reply is what lies in the buffer now: the service may use it again.
      const reply = { from: this.name, packet: decoded(Uint8Array.from(payload)), destination };
      this.replies.push(reply);
      this.onReply(reply);
      return true;
    };
    return { link: { interfaceName: "eth0", addresses, send }, isBroadcast, sourcePort };
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

  /** It beats on as long as time passes by `pass`. */
  hearBeat(of: { name: string; address: string }, state: NodeState = "serving", leasesPosition = 0): void {
    this.heard.set(of.name, { ...beatOf(of, state), leasesPosition });
    this.core.hear(of.name, this.heard.get(of.name)!);
  }

  /** Time passes, and the node notices. */
  pass(seconds: number): void {
    this.clock.pass(seconds);
    for (const [name, beat] of this.heard) this.core.hear(name, beat);
    this.goOn();
    this.core.tick();
  }

  /** Time passed for all, and the process did not stand still. */
  private goOn(): void {
    this.core.readiness.pause.tick(this.clock.steady(), this.clock.ms);
  }

  get steadyMs(): number {
    return this.clock.steady();
  }

  setHost(id: string, of: Client, address?: string): void {
    this.showHost(id, hostSet(id, of, address, this.clock.ms));
  }

  removeHost(id: string): void {
    this.showHost(id, undefined);
  }

  private showHost(id: string, event: unknown): void {
    this.memory.hosts.showValue(hostKey(id), event, this.world.inventory.revision + 1, this.clock.ms);
  }

  /** Another network document comes into force. */
  setNetwork(document: NetworkDocument): void {
    this.goOn();
    this.memory.showNetwork(document, this.world.network.revision + 1, this.clock.ms);
  }
}

export function beatOf(of: { name: string; address: string }, state: NodeState): DhcpHeartbeat {
  return {
    bootId: BOOT_ID,
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
