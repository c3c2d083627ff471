// One node of three, whole but for its sockets and its connection to NATS.

import { formatProblem } from "@leasehold/document";
import type { Instant } from "@leasehold/leases";
import { checkNetwork, compileNetwork } from "@leasehold/network";
import { formatIpv4, type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { Membership } from "../../../apps/dhcpd/src/cluster/membership.ts";
import { DhcpService } from "../../../apps/dhcpd/src/exchange/dhcp-service.ts";
import type { ServiceLink } from "../../../apps/dhcpd/src/ports.ts";
import { StoreHealth } from "../../../apps/dhcpd/src/store/store-health.ts";
import { Counters } from "../../../apps/dhcpd/src/telemetry/counters.ts";
import { RecentOutcomes } from "../../../apps/dhcpd/src/telemetry/recent-outcomes.ts";
import { type LeaseRecord, takeIn } from "../../../apps/dhcpd/src/views/lease-feed.ts";
import { NodeWorld } from "../../../apps/dhcpd/src/views/node-world.ts";
import { document } from "./document.ts";
import { QueueStore } from "./queue-store.ts";

export const SERVER: Ipv4 = parseIpv4("10.255.0.11")!;
export const START: number = Date.parse("2026-11-21T12:00:00Z");

export class BenchNode {
  now: number = START;
  readonly store = new QueueStore(() => this.now);
  readonly counters = new Counters();
  readonly world: NodeWorld;
  /** Addresses that were granted or offered since it was emptied, in the order of the replies. */
  readonly given: Ipv4[] = [];
  private readonly service: DhcpService;
  private readonly link: ServiceLink;
  private intents = 0;

  constructor() {
    const membership = new Membership("n1");
    for (const n of [2, 3]) membership.hear(`n${n}`, beatOf(n), 0);
    this.world = new NodeWorld("n1", membership);
    this.world.network = compiled();
    this.world.addOwnAddress(SERVER);
    const outcomes = new RecentOutcomes();
    this.service = new DhcpService({
      ...{ world: this.world, store: this.store, counters: this.counters },
      clocks: { now: () => this.now as Instant, steady: () => this.now - START },
      health: new StoreHealth(() => true),
      refusal: () => undefined,
      nextIntent: () => `n1-mfz8k3l2-${(++this.intents).toString(36)}`,
      randomOctets: (size) => new Uint8Array(size),
      trace: (outcome) => outcomes.note(outcome),
      onReplied: () => {},
    });
    this.link = { interfaceName: "eth0", addresses: [SERVER], send: (payload) => this.send(payload) };
  }

  receive(packet: Buffer): void {
    this.service.receive(packet, this.link, false, 67);
  }

  hear(record: LeaseRecord): void {
    const taken = takeIn(this.world, record);
    if (typeof taken === "object" && "revision" in taken) this.service.noticeStored(taken);
  }

  private send(payload: Buffer): boolean {
    this.given.push(payload.readUInt32BE(16) as Ipv4);
    return true;
  }
}

function beatOf(n: number) {
  return { node: `n${n}`, state: "serving", addresses: [formatIpv4((SERVER + n - 1) as Ipv4)] };
}

function compiled() {
  const checked = checkNetwork(document);
  if (!checked.ok) throw new Error(checked.problems.map(formatProblem).join("\n"));
  return compileNetwork(checked.document, 7);
}
