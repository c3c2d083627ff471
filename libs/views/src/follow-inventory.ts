// Follows the bucket of the hosts into an inventory.
import { type Follower, INVENTORY } from "@leasehold/bus";
import type { Inventory } from "@leasehold/inventory";
import type { Mac } from "@leasehold/protocol";
import { InventoryFeed } from "./inventory-feed.ts";
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
