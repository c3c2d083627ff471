// A node's core on a store in memory, and feeds that are filled by hand; it serves from the start. Tests and the bench have it.
import { type Change, INVENTORY, LEASES, NETWORK } from "@leasehold/bus";
import type { GroupCommitOptions } from "@leasehold/lease-store";
import type { LeaseRecord } from "@leasehold/leases";
import type { NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import { DOCUMENT_KEY } from "@leasehold/views";
import { HandFilledBucket } from "@leasehold/views/hand-filled-bucket";
import { NodeCore } from "../src/node-core.ts";
import type { NodePorts, StorePorts } from "../src/node-ports.ts";
import type { Serving } from "../src/node-serving.ts";
import type { MachineClocks, ReadableLeaseStore } from "../src/ports.ts";
import { QUIET_LOG } from "./quiet-log.ts";

/** One for all: a node that hears itself knows itself by it. */
export const BOOT_ID = "test";
const NO_DATA = new Uint8Array(0);

/** A bucket as it is followed; what it has, and when, is told by hand. */
export class MemoryFeed extends HandFilledBucket {
  /** A lease's record: octets, of which `value` is not read. */
  show(record: LeaseRecord): void {
    this.position = Math.max(this.position, record.revision);
    this.options.onRecord(record as Change);
  }

  /** A record of the other buckets, already read. */
  showValue(key: string, value: unknown, revision: number, at: number): void {
    this.position = Math.max(this.position, revision);
    this.options.onRecord({ key, value, revision, at, data: value === undefined ? undefined : NO_DATA });
  }
}

export interface MemoryCoreSetting {
  readonly name: string;
  readonly address: Ipv4;
  readonly machine: MachineClocks;
  /** Stream time less the steady clock's, ms. */
  readonly streamOffsetMs: number;
  readonly network: NetworkDocument;
  readonly networkRevision?: number;
  readonly store: (commits: GroupCommitOptions) => ReadableLeaseStore;
  readonly ports?: Partial<NodePorts>;
}

export class MemoryCore {
  readonly core: NodeCore;
  readonly serving: Serving;
  private readonly feeds = new Map<string, MemoryFeed>();

  constructor({
    name,
    address,
    machine,
    network,
    networkRevision = 1,
    store,
    ...setting
  }: MemoryCoreSetting) {
    const { streamOffsetMs, ports } = setting;
    this.core = new NodeCore({ ...QUIET_PORTS, self: name, machine, ...ports, intentPrefix: `${name}-` });
    const { clock, world } = this.core;
    const now = machine.steady();
    clock.sample(streamOffsetMs + now, now, now, machine.wall());
    world.addOwnAddress(address);
    this.serving = this.core.join(this.storePorts(store));
    this.leases.load();
    this.hosts.load();
    const at = streamOffsetMs + now;
    this.networks.showValue(`member.${name}`, { node: name, addresses: [formatIpv4(address)] }, 1, at);
    this.showNetwork(network, networkRevision, at);
    this.networks.load();
    const missing = this.serving.missing();
    if (missing !== undefined) throw new Error(`${name} does not serve: ${missing}`);
  }

  get leases(): MemoryFeed {
    return this.feeds.get(LEASES)!;
  }

  get hosts(): MemoryFeed {
    return this.feeds.get(INVENTORY)!;
  }

  get networks(): MemoryFeed {
    return this.feeds.get(NETWORK)!;
  }

  /** @throws Error when the document has problems. */
  showNetwork(document: NetworkDocument, revision: number, at: number): void {
    this.networks.showValue(DOCUMENT_KEY, document, revision, at);
    if (this.core.world.network.revision !== revision)
      throw new Error(`the document is not in force: ${this.serving.views.documentDifference}`);
  }

  private storePorts(store: MemoryCoreSetting["store"]): StorePorts {
    return {
      leases: (commits) => store(commits),
      follow: (bucket, options) => {
        const feed = new MemoryFeed(options);
        this.feeds.set(bucket, feed);
        return feed;
      },
      look: async () => ({ kind: "no-answer" }),
      putMember: async () => ({ ok: true }),
      leaseLog: { keys: async () => [], last: async () => undefined },
      documents: { kept: async () => [], put: async () => ({ ok: false }) },
      ask: async (node) => {
        throw new Error(`nobody asks ${node}`);
      },
      tell: () => {},
    };
  }
}

const NOTHING_WRONG = { views: [], addresses: [], texts: [], isAnyUp: true, problem: undefined };

const QUIET_PORTS: Omit<NodePorts, "self" | "machine" | "intentPrefix"> = {
  ...{ version: "0", api: "", bootId: BOOT_ID, log: QUIET_LOG },
  interfaces: { ...NOTHING_WRONG, discardQueued: () => 0 },
  carrier: { obstacle: () => "it is a test", carry: () => {}, announce: () => {}, drop: () => {} },
  isConnected: () => true,
  publish: () => {},
  // At once: what comes of a packet is seen when it has been handed in.
  soon: (step) => step(),
  later: (step) => void setImmediate(step),
  inTurns: async () => {
    throw new Error("a test has no long document");
  },
};
