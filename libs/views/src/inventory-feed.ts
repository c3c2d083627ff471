// What the bucket's feed shows, into what this node knows of hosts.
import { hostIdOf, type Inventory } from "@leasehold/inventory";
import type { Mac } from "@leasehold/protocol";

/** A record of the bucket; `value` is undefined when its key was removed. */
export interface HostRecord {
  readonly key: string;
  readonly value: unknown;
  readonly revision: number;
}

export class InventoryFeed {
  private readonly inventory: Inventory;
  /** Ids of hosts that were known before the bucket was replaced, and that it has not shown since. */
  private readonly unseen = new Set<string>();

  constructor(inventory: Inventory) {
    this.inventory = inventory;
  }

  /** Takes a record in; the hardware addresses of its host, before and after, and why it cannot be read, if it cannot. */
  take({ key, value, revision }: HostRecord): {
    readonly macs: readonly Mac[];
    readonly unreadable?: string;
  } {
    const id = hostIdOf(key);
    const before = this.macsOf(id);
    if (id !== undefined) this.unseen.delete(id);
    const unreadable = this.inventory.apply(key, value, revision);
    const macs = [...before, ...this.macsOf(id)];
    return unreadable === undefined ? { macs } : { macs, unreadable };
  }

  /**
   * The bucket is another one, or an older one. What is known stays: its hosts were not removed by anybody, and a host that
   * is forgotten loses its address. Who fills the bucket again has the last word on each.
   */
  replaced(): void {
    for (const { id } of this.inventory.hosts()) this.unseen.add(id);
  }

  /** Hosts that this node serves though the bucket does not have them (any more). */
  get lost(): readonly string[] {
    return [...this.unseen];
  }

  private macsOf(id: string | undefined): Mac[] {
    return (id === undefined ? undefined : this.inventory.host(id))?.interfaces.map(({ mac }) => mac) ?? [];
  }
}
