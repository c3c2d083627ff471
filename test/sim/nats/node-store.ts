// What a simulated node has of NATS, as apps/dhcpd/src/io/store/nats-store.ts makes it: three feeds, the store of the leases, and the other
// nodes. It is late, cut off, or answers nobody, as its door and the stream say.
import {
  type BatchForwarder,
  type Follower,
  type FollowOptions,
  type ForwarderOverNatsOptions,
  INVENTORY,
  LEASES,
  readForwarded,
  Wrong,
} from "@leasehold/bus";
import { type GroupCommitOptions, GroupCommits, LEASE_WRITES, type Timers } from "@leasehold/lease-store";
import { DOCUMENT_KEY } from "@leasehold/views";
import type { NodeCore } from "../../../apps/dhcpd/src/node-core.ts";
import type { StorePorts } from "../../../apps/dhcpd/src/node-ports.ts";
import type { ReadableLeaseStore } from "../../../apps/dhcpd/src/ports.ts";
import type { FoundStream } from "../../../apps/dhcpd/src/store/store-watch.ts";
import type { Chance } from "../chance.ts";
import type { Configuration } from "../configuration.ts";
import type { Process } from "../nodes/process.ts";
import type { PlantedBug } from "../planted-bugs.ts";
import type { Timeline } from "../timeline.ts";
import { BucketFeed } from "./bucket-feed.ts";
import type { Connection, StoreDoor } from "./door.ts";
import { LeaseFeed } from "./lease-feed.ts";
import type { Peer, Peers } from "./peers.ts";
import { sharedStore } from "./shared-store.ts";
import type { SimulatedStream } from "./stream.ts";

/** Of a document and of hosts. */
const LAG_MS = [10, 900] as const;

/** What is around a node's store. */
export interface StoreSurroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly stream: SimulatedStream;
  readonly configuration: Configuration;
  readonly door: StoreDoor;
  readonly bug: PlantedBug | undefined;
  /** Through which nodes ask, hand and tell each other. */
  readonly peers: Peers;
  /** They publish together and tell each other what is stored. */
  readonly isShared: boolean;
  /** What became of a batch that was forwarded to another node, or taken from one; and what was told. */
  noteShared(what: string): void;
}

export interface NodeStoreParts {
  readonly around: StoreSurroundings;
  readonly node: Peer & { readonly lagMs: readonly [number, number]; wallMs(): number };
  readonly process: Process;
  readonly core: NodeCore;
  /** What only a planted bug does: follow from there on. */
  readonly from: number | undefined;
}

export class NodeStore {
  leases: LeaseFeed | undefined;
  private readonly parts: NodeStoreParts;
  private readonly connection: Connection;
  private readonly enter: (run: () => void) => void;
  private batches: BatchForwarder | undefined;

  constructor(parts: NodeStoreParts) {
    const { around, process } = parts;
    this.parts = parts;
    this.enter = (run) => process.enter("store", run);
    this.connection = around.door.for(this.enter);
  }

  ports(): StorePorts {
    const { around, node } = this.parts;
    const { networks } = around.configuration;
    const put = async (key: string, value: unknown, expected: number) => this.put(key, value, expected);
    return {
      follow: (bucket, options) => this.follow(bucket, options),
      leases: (commits, forwarding) => this.open(commits, forwarding),
      look: () => this.look(),
      putMember: put,
      documents: {
        kept: async () => {
          const document = networks.get(DOCUMENT_KEY);
          return document === undefined ? [] : [{ ...document, data: undefined }];
        },
        put: (document, expected) => put(DOCUMENT_KEY, document, expected),
      },
      leaseLog: { keys: async () => [], last: async () => undefined },
      ask: (to, question) => around.peers.question(node, to, question, this.enter),
      tell: (notice) => around.peers.tell(node, notice),
    };
  }

  acceptForwarded(forwarded: Uint8Array, answer: (revision: number) => void): void {
    const { bug, stream } = this.parts.around;
    const isEarly = bug?.sharing === "answers-early";
    if (isEarly) answer(stream.lastSequence + 1);
    const read = readForwarded(forwarded, LEASE_WRITES);
    if (read instanceof Wrong) throw new Error(`a node handed on ${read.found}, expected ${read.expected}`);
    this.batches?.accept(read, isEarly ? () => {} : answer);
  }

  private follow(name: string, options: FollowOptions): Follower {
    const { around, process } = this.parts;
    const { door, chance, configuration } = around;
    if (name === LEASES) {
      this.leases = this.followLeases(options);
      return this.leases;
    }
    const bucket = name === INVENTORY ? configuration.hosts : configuration.networks;
    const lagMs = () => (door.isOpen ? chance.between(...LAG_MS) : undefined);
    return new BucketFeed({ bucket, process, options, lagMs });
  }

  private followLeases(options: FollowOptions): LeaseFeed {
    const { around, node, process, from } = this.parts;
    const { stream, timeline, door, chance, bug } = around;
    return new LeaseFeed({
      ...{ stream, timeline, process, options, from, connection: this.connection },
      lagMs: () => (door.isOpen && stream.isLed ? chance.between(...node.lagMs) : undefined),
      onCommitNotice: (isPaused) =>
        around.noteShared(isPaused ? "announced while the feed is paused" : "announced"),
      skipsGaps: bug?.sharing === "skips-gaps",
      overlooksLoss: bug?.storeLoss === "unnoticed",
    });
  }

  private open(commits: GroupCommitOptions, forwarding: ForwarderOverNatsOptions): ReadableLeaseStore {
    const { around, node, core } = this.parts;
    const { bug, peers, stream } = around;
    const { now, after } = this.timers();
    const shared = sharedStore({
      ...{ connection: this.connection, now, after, forwarding },
      ask: (to, forwarded, timeout) => peers.ask(node, to, forwarded, timeout, this.enter),
      isAlone: !around.isShared,
      onForwarded: (what) => around.noteShared(what),
      onSent: (writes) => {
        if (bug?.sharing === "tells-early") forwarding.onCommitted?.(stream.lastSequence + 1, writes, now());
      },
    });
    this.batches = shared.batches;
    const store = new GroupCommits(shared.stream, this.timers(), commits) as unknown as ReadableLeaseStore;
    return bug?.store?.(store, { core, stream }) ?? store;
  }

  private timers(): Timers {
    const { around, node, process, core } = this.parts;
    return {
      now: () => core.clocks.steady(),
      wall: () => node.wallMs(),
      after: (ms: number, run: () => void) => process.after(ms, run),
      soon: (run: () => void) => process.after(0, run),
      random: () => around.chance.fraction(),
    };
  }

  private async look(): Promise<FoundStream> {
    const found = await this.connection.look().catch(() => undefined);
    if (found === undefined) return { kind: "no-answer" };
    const { created } = this.leases!;
    return { kind: "stream", hasLeader: true, copies: 3, current: 3, created, ...found };
  }

  /** By compare-and-swap; rejects without a leader, as nobody answers. */
  private async put(key: string, value: unknown, expected: number) {
    const { stream, door, configuration } = this.parts.around;
    if (!stream.isTaking || !door.isOpen || door.isDeaf) throw new Error("no leader answers");
    const stored = configuration.networks.put(key, value, expected);
    return stored === undefined ? { ok: false as const } : { ok: true as const, revision: stored.revision };
  }
}
