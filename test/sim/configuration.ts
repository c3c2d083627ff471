// The network documents, hosts and members of a run, in their buckets.
import { hostKey } from "@leasehold/inventory";
import type { LeaseEvent } from "@leasehold/leases";
import type { NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import { DOCUMENT_KEY } from "@leasehold/views";
import { hostSet } from "../../apps/dhcpd/test/node.ts";
import type { SimulatedClient } from "./clients/client.ts";
import { type BucketRecord, SimulatedBucket } from "./nats/bucket.ts";

export class Configuration {
  readonly hosts: SimulatedBucket;
  readonly networks: SimulatedBucket;
  /** Every document that was ever in the bucket, by its revision. */
  private readonly documents = new Map<number, NetworkDocument>();
  private readonly reserved = new Set<string>();
  private lostHosts: BucketRecord[] = [];

  constructor(now: () => number) {
    this.hosts = new SimulatedBucket(now);
    this.networks = new SimulatedBucket(now);
    this.networks.follow(() => this.noteDocument());
  }

  documentOf(revision: number): NetworkDocument | undefined {
    return this.documents.get(revision);
  }

  /** Whether an event was decided by what is in force now. */
  isOfNow({ network, inventory }: Pick<LeaseEvent, "network" | "inventory">): boolean {
    return network === this.networks.get(DOCUMENT_KEY)?.revision && inventory === this.hosts.lastRevision;
  }

  /** Whether the address was reserved for the client at any time. */
  wasReserved(client: string, address: Ipv4): boolean {
    return this.reserved.has(`${client} ${formatIpv4(address)}`);
  }

  hasSubnet(id: string): boolean {
    const document = [...this.documents.values()].at(-1)!;
    return document.subnets.some((subnet) => subnet.id === id);
  }

  apply(document: NetworkDocument): void {
    this.networks.put(DOCUMENT_KEY, document);
  }

  addMember(name: string, address: string): void {
    this.networks.put(`member.${name}`, { node: name, addresses: [address] });
  }

  reserve({ id, name }: SimulatedClient, address: Ipv4, since: number): void {
    this.reserved.add(`${name} ${formatIpv4(address)}`);
    const host = hostOf(name);
    this.hosts.put(hostKey(host), hostSet(host, id, formatIpv4(address), since));
  }

  remove({ name }: SimulatedClient): void {
    this.hosts.put(hostKey(hostOf(name)), undefined);
  }

  loseNetworks(): void {
    this.networks.empty();
  }

  /** Until whoever fills the bucket has seen to it. */
  loseHosts(): void {
    this.lostHosts = this.hosts.after(0);
    this.hosts.empty();
  }

  refillHosts(): void {
    for (const { key, value } of this.lostHosts.splice(0))
      if (this.hosts.get(key) === undefined) this.hosts.put(key, value);
  }

  get areHostsLost(): boolean {
    return this.lostHosts.length > 0;
  }

  /** What the bucket of the document lacks of what it had. */
  missing(members: readonly string[]): string[] {
    const keys = [DOCUMENT_KEY, ...members.map((name) => `member.${name}`)];
    return keys.filter((key) => this.networks.get(key)?.value === undefined);
  }

  private noteDocument(): void {
    const record = this.networks.get(DOCUMENT_KEY);
    if (record?.value !== undefined) this.documents.set(record.revision, record.value as NetworkDocument);
  }
}

function hostOf(name: string): string {
  return name.replace(" ", "-");
}
