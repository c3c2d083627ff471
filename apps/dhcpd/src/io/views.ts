// Keeps the world up to date: the three buckets, followed live, into leases, hosts and network.
import {
  type Bus,
  type Follower,
  followBucket,
  INVENTORY,
  LEASES,
  NETWORK,
  reasonOf,
  type Told,
  type Wrong,
} from "@leasehold/bus";
import type { Lease } from "@leasehold/leases";
import { checkNetwork, compileNetwork, formatProblem, type Network } from "@leasehold/network";
import type { Mac } from "@leasehold/protocol";
import type { Logger } from "pino";
import type { Counters } from "../counters.ts";
import type { Faults } from "../faults.ts";
import { InventoryFeed } from "../inventory-feed.ts";
import { type LeaseRecord, takeIn } from "../lease-feed.ts";
import type { NodeWorld } from "../node-world.ts";
import type { UnreadableRecords } from "../unreadable-records.ts";

/** The key of the one network document. */
export const DOCUMENT = "document";

export interface Views {
  readonly leases: Follower;
  readonly inventory: Follower;
  readonly network: Follower;
  /** Leases that a quorum has, as whoever stored them tells: this node, or another one, whose records are read first. */
  takeTold(told: Told): void;
  /** What is still missing before the node may answer; undefined when nothing is. */
  missing(): string | undefined;
  stop(): Promise<void>;
}

/** Who wants to know what came in: a network in force, a lease after the view was complete. */
export interface Notice {
  network(network: Network): void;
  /** A record beside the document; says what is wrong with it. */
  member(key: string, value: unknown, revision: number): Wrong | undefined;
  lease(lease: Lease): void;
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
  const inventory = followInventory(bus, world, unreadable, trouble, log, notice);
  const network = followNetwork(bus, world, counters, unreadable, trouble, log, notice);
  const all = { leases, inventory, network };
  return {
    ...all,
    takeTold: ({ stream, at, first, writes }) => {
      if (!leases.told(stream, first, first + writes.length - 1)) return;
      for (const [i, { key, data }] of writes.entries())
        faults.guard(`taking in ${key}`, () => take({ key, data, revision: first + i, at }));
    },
    missing: () => {
      const loading = Object.entries(all).filter(([, follower]) => !follower.complete);
      if (loading.length > 0) return `loading ${loading.map(([name]) => name).join(", ")}`;
      return world.network.revision === 0
        ? "no network document yet: leasehold apply network.yaml"
        : undefined;
    },
    stop: async () => {
      await Promise.all(Object.values(all).map((follower) => follower.stop()));
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
    if (world.strays.look(taken) && follower.complete)
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
      tellStrays(world, log);
      notice.leasesLoaded();
    },
    onTrouble,
  });
  return { follower, take };
}

/** All are looked at again: after the network has changed, and when the leases are loaded. */
function tellStrays({ strays }: NodeWorld, log: Logger): void {
  void strays.lookAtAll().then(() => {
    if (strays.count > 0)
      log.warn(
        { leases: strays.count, some: strays.some },
        "leases are in no subnet of the network document",
      );
  });
}

function followInventory(
  bus: Bus,
  world: NodeWorld,
  unreadable: UnreadableRecords,
  onTrouble: (what: string) => void,
  log: Logger,
  notice: Notice,
): Follower {
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
    onTrouble,
  });
  return follower;
}

const LOST_HOSTS =
  "the inventory's store has lost hosts; they keep their addresses on this node until it is started again: let the syncer run";

function followNetwork(
  bus: Bus,
  world: NodeWorld,
  counters: Counters,
  unreadable: UnreadableRecords,
  onTrouble: (what: string) => void,
  log: Logger,
  notice: Notice,
): Follower {
  return followBucket(bus, NETWORK, {
    onRecord: (change) => {
      if (change.key !== DOCUMENT) {
        const wrong = notice.member(change.key, change.value, change.revision);
        if (wrong === undefined) unreadable.isWell(NETWORK, change.key);
        else
          unreadable.note(NETWORK, change.key, change.revision, `${wrong.found}, expected ${wrong.expected}`);
      }
      if (change.key !== DOCUMENT || change.data === undefined) return;
      const checked = checkNetwork(change.value);
      if (!checked.ok) {
        counters.count("trouble", "bad-network-document");
        const problems = checked.problems.map(formatProblem);
        log.error(
          { revision: change.revision, problems },
          "network document does not compile; the last good one stays",
        );
        return;
      }
      try {
        world.network = compileNetwork(checked.document, change.revision);
        world.networkProblems = checked.warnings;
        for (const warning of world.warnings)
          log.warn({ revision: change.revision, warning }, "network document");
        log.info({ revision: change.revision }, "network document in force");
        notice.network(world.network);
        tellStrays(world, log);
      } catch (cause) {
        counters.count("trouble", "bad-network-document");
        log.error(
          { revision: change.revision, reason: reasonOf(cause) },
          "network document does not compile; the last good one stays",
        );
      }
    },
    onTrouble,
  });
}
