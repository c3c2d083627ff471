// Keeps the world up to date: the three buckets, followed live, into leases, hosts and network.
import { type CommitNotice, type Follower, NETWORK } from "@leasehold/bus";
import type { Instant } from "@leasehold/leases";
import { formatIpv4 } from "@leasehold/protocol";
import {
  followInventory,
  followLeases,
  NetworkView,
  type NetworkViewParts,
  type ViewPorts,
} from "@leasehold/views";
import type { BucketNotice } from "../store-loss/store-keeping.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { NodeWorld } from "./node-world.ts";

export interface Views {
  readonly leases: Follower;
  readonly inventory: Follower;
  readonly network: Follower;
  /** Leases that a quorum has, as whoever stored them tells: this node, or another one, whose records are read first. */
  applyCommitNotice(notice: CommitNotice): void;
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

export interface ViewsParts
  extends Pick<NetworkViewParts, "follow" | "isConnected" | "documents" | "steady" | "inTurns"> {
  readonly world: NodeWorld;
  readonly telemetry: Telemetry;
  /** What becomes of the buckets themselves. */
  readonly buckets: BucketNotice;
  /** Whether leases are in the view that the store does not have yet. */
  readonly isRestoring: () => boolean;
  /** Stream time. */
  readonly now: () => Instant;
}

export function followAll(parts: ViewsParts): Views {
  const { world, telemetry, buckets } = parts;
  const { faults, unreadable, counters, log, events } = telemetry;
  const ports = {
    ...{ follow: parts.follow, log, records: unreadable },
    onTrouble: (what: string) => {
      counters.count("anomalies", "view");
      log.warn(what);
    },
    onWeaknesses: (bucket: string, words: readonly string[]) => buckets.weak(bucket, words),
  };
  const { follower: leases, take } = followLeaseBucket(parts, ports);
  const { follower: inventory, feed } = followInventory({
    ...{ ...ports, inventory: world.inventory },
    onHosts: (macs) => events.hosts.tell({ macs }),
  });
  const network = followNetwork(parts, ports);
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
    applyCommitNotice: ({ stream, at, first, writes }) => {
      if (!leases.noteCommitted(stream, first, first + writes.length - 1)) return;
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

function followLeaseBucket(parts: ViewsParts, ports: ViewPorts): ReturnType<typeof followLeases> {
  const { world, telemetry, isRestoring, now } = parts;
  const { log, events } = telemetry;
  return followLeases({
    ...{ ...ports, leases: world },
    keeper: {
      isRestoring,
      leaseRemoved: (lease) => events.leases.tell({ kind: "removed", lease }),
      leasesReplaced: () => events.leases.tell({ kind: "replaced" }),
    },
    onLease: (lease, isLoaded) => {
      if (world.strays.look(lease, now()) && isLoaded)
        log.warn({ address: formatIpv4(lease.address) }, "a lease is in no subnet of the network document");
      if (isLoaded) events.lease.tell(lease);
    },
    onLoaded: () => {
      tellStrays(parts);
      events.leases.tell({ kind: "loaded" });
    },
  });
}

/** All are looked at again: after the network has changed, and when the leases are loaded. */
function tellStrays({ world: { strays }, now, telemetry: { log } }: ViewsParts): void {
  void strays.lookAtAll(now()).then(() => {
    const [leases, some] = [strays.countAt(now()), strays.someAt(now())];
    if (leases > 0) log.warn({ leases, some }, "leases are in no subnet of the network document");
  });
}

function followNetwork(parts: ViewsParts, ports: ViewPorts): NetworkView {
  const { world, telemetry, buckets } = parts;
  const { unreadable, counters, log, events } = telemetry;
  return new NetworkView({
    ...{ ...parts, ...ports },
    inForce: () => world.network,
    use: (network, warnings, loadMs) => {
      world.network = network;
      world.networkProblems = warnings;
      world.networkLoadMs = loadMs;
      for (const warning of world.warnings)
        log.warn({ revision: network.revision, warning }, "network document");
      events.network.tell(network);
      tellStrays(parts);
    },
    count: (what) => counters.count("anomalies", what),
    onMember: (key, value, revision) => {
      const wrong = buckets.member(key, value, revision);
      if (wrong === undefined) unreadable.isWell(NETWORK, key);
      else unreadable.note(NETWORK, key, revision, `${wrong.found}, expected ${wrong.expected}`);
    },
    onReplaced: () => {
      unreadable.forget(NETWORK);
      buckets.membersReplaced();
    },
  });
}
