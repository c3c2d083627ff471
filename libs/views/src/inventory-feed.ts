// Follows the bucket of the hosts into an inventory.
import { type Follower, INVENTORY } from "@leasehold/bus";
import { hostIdOf, type Inventory } from "@leasehold/inventory";
import type { Mac } from "@leasehold/protocol";
import type { ViewPorts } from "./ports.ts";

const LOST_HOSTS =
  "the store of the inventory has lost hosts; this node serves them from memory until it is restarted: start the syncer";

export interface InventoryParts extends ViewPorts {
  readonly inventory: Inventory;
  /** Hardware addresses of a host that changed, before and after; undefined: the inventory is complete (again). */
  readonly onHosts: (macs: readonly Mac[] | undefined) => void;
}

export interface InventoryView {
  readonly follower: Follower;
  readonly feed: InventoryFeed;
}

export function followInventory(parts: InventoryParts): InventoryView {
  const { inventory, follow, log, records, onHosts, onTrouble, onWeaknesses } = parts;
  const feed = new InventoryFeed(inventory);
  const follower = follow(INVENTORY, {
    onRecord: (change) => {
      const { macs, unreadable } = feed.take(change);
      if (unreadable === undefined) records.isWell(INVENTORY, change.key);
      else records.note(INVENTORY, change.key, change.revision, unreadable);
      if (follower.complete) onHosts(macs);
    },
    onComplete: () => {
      const { lost } = feed;
      if (lost.length > 0) log.error({ hosts: lost.length, some: lost.slice(0, 10) }, LOST_HOSTS);
      onHosts(undefined);
    },
    onReset: (reason) => {
      log.error({ reason }, "the inventory was replaced; loading it again");
      records.forget(INVENTORY);
      feed.replaced();
    },
    onWeaknesses: (weaknesses) => onWeaknesses(INVENTORY, weaknesses),
    onTrouble,
  });
  return { follower, feed };
}

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
