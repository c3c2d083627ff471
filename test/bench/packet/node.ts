// One node of three, whole but for its sockets and its connection to NATS.

import type { LeaseRecord } from "@leasehold/leases";
import { formatIpv4, type Ipv4, parseIpv4 } from "@leasehold/protocol";
import type { DhcpHeartbeat } from "../../../apps/dhcpd/src/cluster/heartbeat.ts";
import type { ServiceLink } from "../../../apps/dhcpd/src/ports.ts";
import { MemoryCore } from "../../../apps/dhcpd/test/memory-core.ts";
import { beatOf as beatAs } from "../../../apps/dhcpd/test/node.ts";
import { document } from "./document.ts";
import { QueueStore } from "./queue-store.ts";

export const SERVER: Ipv4 = parseIpv4("10.255.0.11")!;
export const START: number = Date.parse("2026-11-21T12:00:00Z");

export class BenchNode {
  now: number = START;
  readonly store = new QueueStore(() => this.now);
  /** Addresses that were granted or offered since it was emptied, in the order of the replies. */
  readonly given: Ipv4[] = [];
  private readonly memory: MemoryCore;
  private readonly link: ServiceLink;

  constructor() {
    this.memory = new MemoryCore({
      ...{ name: "n1", address: SERVER, network: document, networkRevision: 7, streamOffsetMs: START },
      machine: { steady: () => this.now - START, wall: () => this.now },
      store: () => this.store,
      ports: { randomOctets: (size) => new Uint8Array(size) },
    });
    // As many listen as in a node with metrics.
    this.core.telemetry.events.reply.subscribe(() => {});
    for (const n of [2, 3]) this.core.hear(`n${n}`, beatOf(n));
    this.link = { interfaceName: "eth0", addresses: [SERVER], send: (payload) => this.send(payload) };
  }

  private get core() {
    return this.memory.core;
  }

  get counters() {
    return this.core.telemetry.counters;
  }

  get world() {
    return this.core.world;
  }

  receive(packet: Buffer): void {
    this.core.receive(packet, { link: this.link, isBroadcast: false, sourcePort: 67 });
  }

  hear(record: LeaseRecord): void {
    this.memory.leases.show(record);
  }

  /** Time passes, and the process has not stood still. */
  pass(ms: number): void {
    this.now += ms;
    this.core.readiness.pause.tick(this.now - START, this.now);
  }

  private send(payload: Buffer): boolean {
    this.given.push(payload.readUInt32BE(16) as Ipv4);
    return true;
  }
}

function beatOf(n: number): DhcpHeartbeat {
  const address = formatIpv4((SERVER + n - 1) as Ipv4);
  return beatAs({ name: `n${n}`, address }, "serving");
}
