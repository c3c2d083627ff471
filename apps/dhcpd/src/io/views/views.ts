// Keeps the world up to date: the three buckets, followed live, into leases, hosts and network.
import { type Bus, type Follower, followBucket, INVENTORY, LEASES, NETWORK, type Told } from "@leasehold/bus";
import type { Instant, Lease } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Mac } from "@leasehold/protocol";
import type { Logger } from "pino";
import type { BucketNotice } from "../../store-loss/store-keeping.ts";
import type { Counters } from "../../telemetry/counters.ts";
import type { Faults } from "../../telemetry/faults.ts";
import type { UnreadableRecords } from "../../telemetry/unreadable-records.ts";
import { InventoryFeed } from "../../views/inventory-feed.ts";
import { type LeaseRecord, takeIn } from "../../views/lease-feed.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { NetworkView } from "./network-view.ts";

export interface Views {
  readonly leases: Follower;
  readonly inventory: Follower;
  readonly network: Follower;
  /** Leases that a quorum has, as whoever stored them tells: this node, or another one, whose records are read first. */
  takeTold(told: Told): void;
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
  /** Stream time. */
  now(): Instant;
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

export function followAll(
  bus: Bus,
  world: NodeWorld,
  counters: Counters,
  faults: Faults,
  log: Logger,
  notice: Notice,
  unreadable: UnreadableRecords,
): Views {
  const trouble = (what: string) => {
    counters.count("trouble", "view");
    log.warn(what);
  };
  world.alarms.onRaised = ({ fields, sentence }) => log.warn(fields, sentence);
  const { follower: leases, take } = followLeases(bus, world, unreadable, trouble, log, notice);
  const { follower: inventory, feed } = followInventory(bus, world, unreadable, trouble, log, notice);
  const network = new NetworkView(bus, {
    ...{ world, counters, log, onTrouble: trouble },
    onWeaknesses: (weaknesses) => notice.store.weak(NETWORK, weaknesses),
    onNetwork: (inForce) => {
      notice.network(inForce);
      tellStrays(world, notice.now(), log);
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
    takeTold: ({ stream, at, first, writes }) => {
      if (!leases.told(stream, first, first + writes.length - 1)) return;
      for (const [i, { key, data }] of writes.entries()) {
        try {
          take({ key, data, revision: first + i, at });
        } catch (cause) {
          faults.count({ cause, during: `taking in ${key}` });
        }
      }
    },
    get isLoading() {
      if (!network.follower.complete) return true;
      return world.network.revision > 0 && !(leases.complete && inventory.complete);
    },
    missing: () => {
      // Asked for every packet.
      if (leases.complete && inventory.complete && network.follower.complete) return network.missing;
      const loading = Object.entries(all).filter(([, follower]) => !follower.complete);
      return `loading ${loading.map(([name]) => name).join(", ")}`;
    },
    stop: async () => {
      await Promise.all([leases, inventory, network].map((each) => each.stop()));
    },
  };
}

function followLeases(
  bus: Bus,
  world: NodeWorld,
  unreadable: UnreadableRecords,
  onTrouble: (what: string) => void,
  log: Logger,
  notice: Notice,
): { follower: Follower; take: (record: LeaseRecord) => void } {
  const take = (record: LeaseRecord) => {
    const taken = takeIn(world, record);
    if (typeof taken === "object" && "unreadable" in taken) {
      unreadable.note(LEASES, record.key, record.revision, taken.unreadable);
      return;
    }
    unreadable.isWell(LEASES, record.key);
    if (taken === "known") return;
    if ("removed" in taken) {
      log.warn({ address: record.key }, "somebody removed the record of a lease; it is written back");
      notice.leaseRemoved(taken.removed);
      return;
    }
    if (world.strays.look(taken, notice.now()) && follower.complete)
      log.warn({ address: record.key }, "a lease is in no subnet of the network document");
    if (follower.complete) notice.lease(taken);
  };
  const follower = followBucket(bus, LEASES, {
    onRecord: take,
    onReset: (reason) => {
      log.error({ reason }, "lease store was replaced; loading it again, and writing back what it has lost");
      notice.leasesReplaced();
      world.view.clear();
      world.index.clear();
      unreadable.forget(LEASES);
    },
    onComplete: () => {
      tellStrays(world, notice.now(), log);
      notice.leasesLoaded();
    },
    // What is put back into the view has still to be written.
    known: () => (notice.isRestoring() ? 0 : world.view.size),
    onWeaknesses: (weaknesses) => notice.store.weak(LEASES, weaknesses),
    onTrouble,
  });
  return { follower, take };
}

/** All are looked at again: after the network has changed, and when the leases are loaded. */
function tellStrays({ strays }: NodeWorld, now: Instant, log: Logger): void {
  void strays.lookAtAll(now).then(() => {
    const [leases, some] = [strays.countAt(now), strays.someAt(now)];
    if (leases > 0) log.warn({ leases, some }, "leases are in no subnet of the network document");
  });
}

function followInventory(
  bus: Bus,
  world: NodeWorld,
  unreadable: UnreadableRecords,
  onTrouble: (what: string) => void,
  log: Logger,
  notice: Notice,
): { follower: Follower; feed: InventoryFeed } {
  const feed = new InventoryFeed(world.inventory);
  const follower = followBucket(bus, INVENTORY, {
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
      log.error({ reason }, "inventory was replaced; loading it again");
      unreadable.forget(INVENTORY);
      feed.replaced();
    },
    onWeaknesses: (weaknesses) => notice.store.weak(INVENTORY, weaknesses),
    onTrouble,
  });
  return { follower, feed };
}

const LOST_HOSTS =
  "the inventory's store has lost hosts; they keep their addresses on this node until it is started again: let the syncer run";
