// Mistakes that are planted on purpose, by wrapping what a node is given or replacing a part of it: the simulation must find
// each of them (simulation.test.ts). A line of docs/simulation.md for each.
import { INVENTORY } from "@leasehold/bus";
import { hostKey } from "@leasehold/inventory";
import {
  type Append,
  type AppendResult,
  type Lease,
  type LeaseEvent,
  type LeasePolicy,
  NO_REVISION,
  type Revision,
  type StoredEvent,
} from "@leasehold/leases";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { NodeCore } from "../../apps/dhcpd/src/node-core.ts";
import type { StorePorts } from "../../apps/dhcpd/src/node-ports.ts";
import type { Serving } from "../../apps/dhcpd/src/node-serving.ts";
import type { ReadableLeaseStore } from "../../apps/dhcpd/src/ports.ts";
import type { SimulatedStream } from "./nats/stream.ts";

export interface PlantedBug {
  readonly name: string;
  /** What it does wrong. */
  readonly breaks: string;
  /** What the simulation says of it, one of them. */
  readonly caughtAs: readonly string[];
  readonly policy?: Partial<LeasePolicy>;
  /** A process that is started again goes on with what the one before it knew, and follows from there on. */
  readonly isViewKept?: boolean;
  /** By `secs`, each 3 s let one more node answer. */
  readonly isSecsTrusted?: boolean;
  /** What goes wrong between nodes that publish together. */
  readonly sharing?: "answers-early" | "tells-early" | "skips-gaps";
  /** What goes wrong when the store has lost what it held. */
  readonly storeLoss?: "unnoticed";
  /** It takes a packet for one that comes when it gets round to it. */
  readonly isWaitOverlooked?: boolean;
  /** It takes the answer to its probe for none. */
  readonly isProbeUnheeded?: boolean;
  readonly intentPrefix?: string;
  /** The node is handed these ports in place of the real ones. */
  storePorts?(ports: StorePorts, core: NodeCore): StorePorts;
  /** The node is handed this store in place of the real one. */
  store?(store: ReadableLeaseStore, at: PlantedAt): ReadableLeaseStore;
  /** Changes a node before it knows the store, and when it does. */
  core?(core: NodeCore): void;
  serving?(serving: Serving, core: NodeCore): void;
}

export interface PlantedAt {
  readonly core: NodeCore;
  readonly stream: SimulatedStream;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "ack-before-commit",
    breaks: "answers when the write is sent, not when it is stored",
    caughtAs: ["I2", "I5"],
    store: (store) =>
      withAppend(store, (append, settle) => {
        store.append(append, () => {});
        settle(asIfStored(append));
      }),
  },
  {
    name: "ack-on-unknown-outcome",
    breaks: "treats a write with an unknown outcome as stored",
    caughtAs: ["I2", "I5", "I1"],
    store: (store) =>
      withAppend(store, (append, settle) =>
        store.append(append, (result) => settle(result.kind === "unknown" ? asIfStored(append) : result)),
      ),
  },
  {
    name: "renewal-beyond-what-is-held",
    breaks: "renews for the full lease time although the store takes no writes",
    caughtAs: ["I2", "I5", "I1"],
    store: (store) =>
      withAppend(store, (append, settle) =>
        store.append(append, (result) => {
          const isRenewal = append.event.type === "LeaseRenewed";
          settle(result.kind === "unknown" && isRenewal ? asIfStored(append) : result);
        }),
      ),
  },
  {
    name: "cas-on-the-client",
    breaks:
      "uses the revision of the client's lease for compare-and-swap, so that two clients do not conflict on an address",
    caughtAs: ["I1", "I7", "I2", "I11"],
    store: (store, { stream }) =>
      withAppend(store, (append, settle) => {
        const newest = stream.newestOf(append.address);
        const isOthers = newest !== undefined && newest.event?.client !== append.event.client;
        store.append(isOthers ? { ...append, expected: newest.revision } : append, settle);
      }),
  },
  {
    name: "no-second-look-after-a-conflict",
    breaks: "repeats a write after a conflict without deciding again",
    caughtAs: ["I1", "I7", "I2", "I11"],
    store: (store) =>
      withAppend(store, (append, settle) => {
        store.append(append, (result) => {
          if (result.kind !== "conflict") settle(result);
          else store.append({ ...append, expected: result.current?.revision ?? NO_REVISION }, settle);
        });
      }),
  },
  {
    name: "reclaim-without-guard",
    breaks: "gives an address to another client as soon as the lease has expired by its own clock",
    caughtAs: ["I7", "I1"],
    policy: { guardMs: 0 },
  },
  {
    name: "declined-address-in-use",
    breaks: "treats a declined address as released",
    caughtAs: ["I11"],
    core: ({ world }) => {
      const { view } = world;
      const apply = view.apply.bind(view);
      view.apply = (lease) => apply(lease.state === "declined" ? { ...lease, state: "released" } : lease);
    },
  },
  {
    name: "answers-after-a-pause",
    breaks: "after a pause, answers queued packets from its old state",
    caughtAs: ["I8"],
    core: ({ readiness }) => {
      readiness.pause.look = () => false;
    },
  },
  {
    name: "old-view-after-a-restart",
    breaks: "after a restart, serves from its old state, without the events in between",
    caughtAs: ["I4", "I12", "I3"],
    isViewKept: true,
  },
  {
    name: "nak-without-asking-the-leader",
    breaks: "sends a NAK based on its own view, which may lag behind",
    caughtAs: ["I4"],
    store: (store, { core }) => {
      const read = async (address: Ipv4) => asStored(core.world.view.get(address));
      return storeOf(store, (append, settle) => store.append(append, settle), read);
    },
  },
  {
    name: "nobody-served-without-a-majority",
    breaks: "does not answer reserved hosts while the store takes no writes",
    caughtAs: ["I6"],
    core: ({ world }) => {
      const { view } = world;
      const apply = view.apply.bind(view);
      view.apply = (lease) => apply({ ...lease, isReserved: false });
    },
  },
  {
    name: "intents-that-repeat",
    breaks: "uses the same attempt ids as other nodes and processes, and treats their events as its own",
    caughtAs: ["I2", "I1", "I7"],
    intentPrefix: "",
  },
  {
    name: "second-address-kept",
    breaks: "does not release the older address of a client that got two",
    caughtAs: ["I3"],
    store: (store) =>
      withAppend(store, (append, settle) => {
        const isOwnIdea = append.event.type === "LeaseReleased" && append.event.xid === undefined;
        if (!isOwnIdea) store.append(append, settle);
      }),
  },
  {
    name: "suspicious-for-good",
    breaks: "never answers again after a pause",
    caughtAs: ["I4", "liveness"],
    core: ({ readiness }) => {
      readiness.pause.verified = () => {};
    },
  },
  {
    name: "forwarded-batch-answered-early",
    breaks: "confirms a forwarded batch when it is accepted, not when it is stored",
    caughtAs: ["I2", "I5"],
    sharing: "answers-early",
  },
  {
    name: "told-before-it-is-stored",
    breaks: "announces a batch when it is sent, not when it is stored",
    caughtAs: ["I12", "I4", "I8", "I2"],
    sharing: "tells-early",
  },
  {
    name: "feed-that-rests-over-a-gap",
    breaks:
      "treats everything up to the last announced revision as known, although an earlier one was not announced",
    caughtAs: ["I12", "I4", "I8", "I3"],
    sharing: "skips-gaps",
  },
  {
    name: "silence-by-secs",
    breaks: "uses the client's `secs` as the time for which the first node has not answered",
    caughtAs: ["one offer"],
    isSecsTrusted: true,
  },
  {
    name: "emptied-store-unnoticed",
    breaks: "does not check whether the store has lost events, and writes nothing back",
    caughtAs: ["I1", "I7", "I4", "I12"],
    storeLoss: "unnoticed",
  },
  {
    name: "served-before-it-knows",
    breaks: "serves from the store although other nodes know more",
    caughtAs: ["I1", "I7", "I3", "I4"],
    serving: ({ keeping }) => {
      Object.defineProperty(keeping, "missing", { value: undefined });
    },
  },
  {
    name: "older-store-believed",
    breaks: "reloads a store that has lost events, and forgets its own state",
    caughtAs: ["I1", "I7", "I3", "I4"],
    serving: ({ service }) => {
      service.restoration.begin = () => {};
      service.restoration.loaded = () => {};
    },
  },
  {
    name: "deaf-while-it-drains",
    breaks: "accepts no packets while it drains, although some reach no other node",
    caughtAs: ["draining"],
    core: ({ readiness }) => {
      const refusal = readiness.refusal.bind(readiness);
      readiness.refusal = () => (readiness.draining.isOn ? "not-serving" : refusal());
    },
  },
  {
    name: "drains-and-answers",
    breaks: "announces that it drains, and still answers its share",
    caughtAs: ["draining"],
    core: ({ readiness }) => {
      readiness.isYielding = () => false;
    },
  },
  {
    name: "majority-of-those-it-hears",
    breaks: "counts only the nodes that it receives heartbeats from as members when it counts votes",
    caughtAs: ["one carrier"],
    core: ({ world: { membership } }) => {
      membership.sizeAt = (now) => membership.all(now).filter(({ isAlive }) => isAlive).length + 1;
    },
  },
  {
    name: "document-not-written-back",
    breaks: "serves by a document that the store has lost, and does not write it back",
    caughtAs: ["buckets"],
    storePorts: (ports) => ({
      ...ports,
      documents: { ...ports.documents, put: async () => ({ ok: false }) },
    }),
  },
  {
    name: "members-not-written-back",
    breaks: "does not write the records of the members again that the store has lost",
    caughtAs: ["buckets"],
    storePorts: (ports) => ({ ...ports, putMember: async () => ({ ok: false }) }),
  },
  {
    name: "hosts-forgotten-with-their-bucket",
    breaks: "takes hosts for removed that the bucket has lost",
    caughtAs: ["hosts", "I4"],
    storePorts: (ports, { world: { inventory } }) => ({
      ...ports,
      follow: (bucket, options) => {
        if (bucket !== INVENTORY) return ports.follow(bucket, options);
        const forget = () => {
          for (const { id } of [...inventory.hosts()]) inventory.apply(hostKey(id), undefined, 1);
        };
        return ports.follow(bucket, { ...options, onReset: forget });
      },
    }),
  },
  {
    name: "answers-however-late",
    breaks: "takes a packet for one that has just come when it gets round to it",
    caughtAs: ["in time"],
    isWaitOverlooked: true,
  },
  {
    name: "probe-unheeded",
    breaks: "offers an address although another machine answers its probe for it",
    caughtAs: ["probe"],
    isProbeUnheeded: true,
  },
  {
    name: "lease-counted-from-its-arrival",
    breaks:
      "counts the time of a lease that another node reports from its arrival, not from when it was stored",
    caughtAs: ["I2", "I5"],
    storePorts: (ports, { clocks }) => ({
      ...ports,
      ask: async (node, question) => {
        const { leases } = await ports.ask(node, question);
        return { leases: leases.map((lease) => ({ ...lease, at: clocks.now() })) };
      },
    }),
  },
  {
    name: "one-boundary-a-batch",
    breaks: "lets an exception in one client's reply abort the whole batch",
    caughtAs: ["I15"],
    store: (store, { core }) => {
      const batch = new OneBatch();
      core.telemetry.events.fault.subscribe(() => batch.fail());
      return withAppend(store, (append, settle) =>
        store.append(append, (result) => batch.do(() => settle(result))),
      );
    },
  },
];

/** What is done in one go, in order, until something throws. */
class OneBatch {
  private isUnderWay = false;
  private hasFailed = false;
  private steps: (() => void)[] = [];

  do(step: () => void): void {
    if (this.steps.push(step) > 1) return;
    queueMicrotask(() => {
      const batch = this.steps;
      this.steps = [];
      this.isUnderWay = true;
      this.hasFailed = false;
      for (const each of batch) if (!this.hasFailed) each();
      this.isUnderWay = false;
    });
  }

  /** The rest of what is under way is not done. */
  fail(): void {
    if (this.isUnderWay) this.hasFailed = true;
  }
}

type AppendWith = (append: Append, settle: (result: AppendResult) => void) => void;

function withAppend(store: ReadableLeaseStore, append: AppendWith): ReadableLeaseStore {
  return storeOf(store, append, (address) => store.read(address));
}

function storeOf(
  store: ReadableLeaseStore,
  append: ReadableLeaseStore["append"],
  read: ReadableLeaseStore["read"],
): ReadableLeaseStore {
  return {
    append,
    read,
    get pending() {
      return store.pending;
    },
  };
}

function asIfStored({ expected }: Append): AppendResult {
  return { kind: "stored", revision: (expected + 1) as Revision };
}

function asStored(lease: Lease | undefined): StoredEvent | undefined {
  if (lease === undefined) return undefined;
  const type = EVENT_OF[lease.state];
  const { address, revision, at } = lease;
  return {
    address,
    revision,
    at,
    event: { ...lease, type, v: 1, address: formatIpv4(address), network: 1, inventory: 1 } as LeaseEvent,
  };
}

const EVENT_OF: Record<Lease["state"], LeaseEvent["type"]> = {
  offered: "AddressOffered",
  bound: "LeaseGranted",
  released: "LeaseReleased",
  declined: "AddressDeclined",
};
