// Keeps the world up to date: the three buckets, followed live, into leases, hosts and network.
import { type Follower, INVENTORY, LEASES, NETWORK, type Told } from "@leasehold/bus";
import type { Instant, Lease } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Mac } from "@leasehold/protocol";
import type { BucketNotice } from "../store-loss/store-keeping.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Follow } from "./follow.ts";
import { InventoryFeed } from "./inventory-feed.ts";
import { type LeaseRecord, takeIn } from "./lease-feed.ts";
import { NetworkView, type NetworkViewParts } from "./network-view.ts";
import type { NodeWorld } from "./node-world.ts";

export interface Views {
  readonly leases: Follower;
  readonly inventory: Follower;
  readonly network: Follower;
  /** Leases that a quorum has, as whoever stored them tells: this node, or another one, whose records are read first. */
  takeTold(told: Told): void;
  /** Looks after the network document. Never rejects. */
  tend(): Promise<void>;
  /** How many hosts the inventory's bucket has lost, that are served all the same. */
  readonly lostHosts: number;
  /** Why the network document in force is not what the store has; undefined when it is. */
  readonly documentDifference: string | undefined;
  /** While it cannot be known what a change would take away: without a document, nobody is served. */
  readonly isLoading: boolean;
  /** What is still missing before the node may answer; undefined when nothing is. */
  missing(): string | undefined;
  stop(): Promise<void>;
}

/** Who wants to know what came in: a network in force, a lease after the view was complete. */
export interface Notice {
  network(network: Network): void;
  lease(lease: Lease): void;
  readonly store: BucketNotice;
  /** Whether leases are in the view that the store does not have yet. */
  isRestoring(): boolean;
  /** Somebody removed the record of a lease that is known. */
  leaseRemoved(lease: Lease): void;
  /** The store of the leases was replaced: the view is about to be loaded again; and, later, it is. */
  leasesReplaced(): void;
  leasesLoaded(): void;
  /** Hardware addresses of a host that changed, before and after; undefined: the inventory is complete (again). */
  hosts(macs: readonly Mac[] | undefined): void;
}

export interface ViewsParts
  extends Pick<NetworkViewParts, "isConnected" | "documents" | "steady" | "inTurns"> {
  readonly world: NodeWorld;
  readonly follow: Follow;
  readonly telemetry: Telemetry;
  readonly notice: Notice;
  /** Stream time. */
  readonly now: () => Instant;
}

export function followAll(parts: ViewsParts): Views {
  const { world, telemetry, notice } = parts;
  const { faults, unreadable } = telemetry;
  const { follower: leases, take } = followLeases(parts);
  const { follower: inventory, feed } = followInventory(parts);
  const network = new NetworkView({
    ...parts,
    ...{ counters: telemetry.counters, log: telemetry.log, onTrouble: troubleOf(telemetry) },
    onWeaknesses: (weaknesses) => notice.store.weak(NETWORK, weaknesses),
    onNetwork: (inForce) => {
      notice.network(inForce);
      tellStrays(parts);
    },
    onMember: (key, value, revision) => {
      const wrong = notice.store.member(key, value, revision);
      if (wrong === undefined) unreadable.isWell(NETWORK, key);
      else unreadable.note(NETWORK, key, revision, `${wrong.found}, expected ${wrong.expected}`);
    },
    onReplaced: () => {
      unreadable.forget(NETWORK);
      notice.store.membersReplaced();
    },
  });
  const all = { leases, inventory, network: network.follower };
  return {
    ...all,
    get lostHosts() {
      return feed.lost.length;
    },
    get documentDifference() {
      return network.feed.difference;
    },
    tend: () => network.tend(),
    takeTold: ({ stream, at, first, writes }) => {
      if (!leases.told(stream, first, first + writes.length - 1)) return;
      for (const [i, { key, data }] of writes.entries())
        faults.guard(`taking in ${key}`, () => take({ key, data, revision: first + i, at }));
    },
    get isLoading() {
      if (!network.follower.complete) return true;
      return world.network.revision > 0 && !(leases.complete && inventory.complete);
    },
    missing: () => {
      if (leases.complete && inventory.complete && network.follower.complete) return network.missing;
      const loading = Object.entries(all).filter(([, follower]) => !follower.complete);
      return `loading ${loading.map(([name]) => name).join(", ")}`;
    },
    stop: async () => {
      await Promise.all([leases, inventory, network.follower].map((each) => each.stop()));
    },
  };
}

function troubleOf({ counters, log }: Telemetry) {
  return (what: string) => {
    counters.count("trouble", "view");
    log.warn(what);
  };
}

function followLeases(parts: ViewsParts): { follower: Follower; take: (record: LeaseRecord) => void } {
  const { world, follow, telemetry, notice, now } = parts;
  const { unreadable, log } = telemetry;
  const take = (record: LeaseRecord) => {
    const taken = takeIn(world, record);
    if (typeof taken === "object" && "unreadable" in taken) {
      unreadable.note(LEASES, record.key, record.revision, taken.unreadable);
      return;
    }
    unreadable.isWell(LEASES, record.key);
    if (taken === "known") return;
    if ("removed" in taken) {
      log.warn({ address: record.key }, "the record of a lease was removed by hand; writing it back");
      notice.leaseRemoved(taken.removed);
      return;
    }
    if (world.strays.look(taken, now()) && follower.complete)
      log.warn({ address: record.key }, "a lease is in no subnet of the network document");
    if (follower.complete) notice.lease(taken);
  };
  const follower = follow(LEASES, {
    onRecord: take,
    onReset: (reason) => {
      log.error(
        { reason },
        "the lease store was replaced; loading it again, and writing back what it has lost",
      );
      notice.leasesReplaced();
      world.view.clear();
      world.index.clear();
      unreadable.forget(LEASES);
    },
    onComplete: () => {
      tellStrays(parts);
      notice.leasesLoaded();
    },
    // What is put back into the view has still to be written.
    known: () => (notice.isRestoring() ? 0 : world.view.size),
    onWeaknesses: (weaknesses) => notice.store.weak(LEASES, weaknesses),
    onTrouble: troubleOf(telemetry),
  });
  return { follower, take };
}

/** All are looked at again: after the network has changed, and when the leases are loaded. */
function tellStrays({ world: { strays }, now, telemetry: { log } }: ViewsParts): void {
  void strays.lookAtAll(now()).then(() => {
    const [leases, some] = [strays.countAt(now()), strays.someAt(now())];
    if (leases > 0) log.warn({ leases, some }, "leases are in no subnet of the network document");
  });
}

function followInventory(parts: ViewsParts): { follower: Follower; feed: InventoryFeed } {
  const { world, follow, telemetry, notice } = parts;
  const { unreadable, log } = telemetry;
  const feed = new InventoryFeed(world.inventory);
  const follower = follow(INVENTORY, {
    onRecord: (change) => {
      const { macs, unreadable: reason } = feed.take(change);
      if (reason === undefined) unreadable.isWell(INVENTORY, change.key);
      else unreadable.note(INVENTORY, change.key, change.revision, reason);
      if (follower.complete) notice.hosts(macs);
    },
    onComplete: () => {
      const { lost } = feed;
      if (lost.length > 0) log.error({ hosts: lost.length, some: lost.slice(0, 10) }, LOST_HOSTS);
      notice.hosts(undefined);
    },
    onReset: (reason) => {
      log.error({ reason }, "the inventory was replaced; loading it again");
      unreadable.forget(INVENTORY);
      feed.replaced();
    },
    onWeaknesses: (weaknesses) => notice.store.weak(INVENTORY, weaknesses),
    onTrouble: troubleOf(telemetry),
  });
  return { follower, feed };
}

const LOST_HOSTS =
  "the store of the inventory has lost hosts; this node serves them from memory until it is restarted: start the syncer";
