// The network documents and hosts of a run, and how they reach the nodes: some time after they changed, and not while cut off.
import { hostKey } from "@leasehold/inventory";
import type { LeaseEvent } from "@leasehold/leases";
import { compileNetwork, type NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import { hostSet } from "../../apps/dhcpd/test/node.ts";
import type { Chance } from "./chance.ts";
import type { SimulatedClient } from "./client.ts";
import type { Life, SimulatedNode } from "./node.ts";
import type { Timeline } from "./timeline.ts";

const LAG_MS = [10, 900] as const;

interface HostRecord {
  readonly id: string;
  readonly event: unknown;
  readonly revision: number;
}

export class Configuration {
  private readonly timeline: Timeline;
  private readonly chance: Chance;
  private readonly nodes: () => readonly SimulatedNode[];
  private readonly documents: NetworkDocument[] = [];
  private readonly hosts = new Map<string, HostRecord>();
  private readonly reserved = new Set<string>();
  private hostRevision = 0;

  constructor(timeline: Timeline, chance: Chance, nodes: () => readonly SimulatedNode[]) {
    this.timeline = timeline;
    this.chance = chance;
    this.nodes = nodes;
  }

  documentOf(revision: number): NetworkDocument | undefined {
    return this.documents[revision - 1];
  }

  /** Whether an event was decided by what is in force now. */
  isOfNow({ network, inventory }: Pick<LeaseEvent, "network" | "inventory">): boolean {
    return network === this.documents.length && inventory === this.hostRevision;
  }

  /** Whether the address was reserved for the client at any time. */
  wasReserved(client: string, address: Ipv4): boolean {
    return this.reserved.has(`${client} ${formatIpv4(address)}`);
  }

  hasSubnet(id: string): boolean {
    return this.documents.at(-1)!.subnets.some((subnet) => subnet.id === id);
  }

  apply(document: NetworkDocument): void {
    this.documents.push(document);
    this.deliverToAll();
  }

  reserve({ id, name }: SimulatedClient, address: Ipv4, since: number): void {
    this.reserved.add(`${name} ${formatIpv4(address)}`);
    const host = hostOf(name);
    this.put(host, hostSet(host, id, formatIpv4(address), since));
  }

  remove({ name }: SimulatedClient): void {
    this.put(hostOf(name), undefined);
  }

  /** The newest document and hosts reach a node, as soon as it is connected. */
  deliver(life: Life, node: SimulatedNode): void {
    this.timeline.after(this.chance.between(...LAG_MS), () => {
      if (!life.process.isAlive) return;
      if (!node.door.isOpen) this.deliver(life, node);
      else life.process.enter("store", () => this.hand(life));
    });
  }

  private deliverToAll(): void {
    for (const node of this.nodes()) if (node.life) this.deliver(node.life, node);
  }

  private put(host: string, event: unknown): void {
    this.hosts.delete(host);
    this.hosts.set(host, { id: host, event, revision: ++this.hostRevision });
    this.deliverToAll();
  }

  private hand({ world, service }: Life): void {
    for (const { id, event, revision } of this.hosts.values()) {
      if (revision > world.inventory.revision) world.inventory.apply(hostKey(id), event, revision);
    }
    const revision = this.documents.length;
    if (world.network.revision === revision) return;
    world.network = compileNetwork(this.documents.at(-1)!, revision);
    service.noticeNetwork();
  }
}

function hostOf(name: string): string {
  return name.replace(" ", "-");
}
