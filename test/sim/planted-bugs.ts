// Mistakes that are planted on purpose, by wrapping what a node is given or replacing a part of it: the simulation must find
// each of them (planted-bugs.test.ts). A line of docs/simulation.md for each.
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
import type { ServiceParts } from "../../apps/dhcpd/src/exchange/exchange.ts";
import type { ReadableLeaseStore } from "../../apps/dhcpd/src/ports.ts";
import type { SimulatedStream } from "./stream.ts";

export interface PlantedBug {
  readonly name: string;
  /** What it does wrong. */
  readonly breaks: string;
  /** What the simulation says of it, one of them. */
  readonly caughtAs: readonly string[];
  readonly policy?: Partial<LeasePolicy>;
  /** The process does not notice that it stood still. */
  readonly isPauseUnwatched?: boolean;
  /** It never asks what it missed. */
  readonly isPauseForGood?: boolean;
  /** A process that is started again goes on with what the one before it knew, and follows from there on. */
  readonly isViewKept?: boolean;
  /** By `secs`, each 3 s let one more node answer. */
  readonly isSecsTrusted?: boolean;
  /** What goes wrong between nodes that publish together. */
  readonly sharing?: "answers-early" | "tells-early" | "skips-gaps";
  /** What goes wrong when the store has lost what it held. */
  readonly storeLoss?: "unnoticed" | "served-at-once" | "not-written-back";
  plant?(parts: ServiceParts, stream: SimulatedStream): ServiceParts;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "ack-before-commit",
    breaks: "answers when the write has left, not when it is stored",
    caughtAs: ["I2", "I5"],
    plant: (parts) =>
      withAppend(parts, (append, settle, store) => {
        store.append(append, () => {});
        settle(asIfStored(append));
      }),
  },
  {
    name: "ack-on-unknown-outcome",
    breaks: "takes a write of which nobody knows for stored",
    caughtAs: ["I2", "I5", "I1"],
    plant: (parts) =>
      withAppend(parts, (append, settle, store) =>
        store.append(append, (result) => settle(result.kind === "unknown" ? asIfStored(append) : result)),
      ),
  },
  {
    name: "renewal-beyond-what-is-held",
    breaks: "renews for the whole time though the store takes no write",
    caughtAs: ["I2", "I5", "I1"],
    plant: (parts) =>
      withAppend(parts, (append, settle, store) =>
        store.append(append, (result) => {
          const isRenewal = append.event.type === "LeaseRenewed";
          settle(result.kind === "unknown" && isRenewal ? asIfStored(append) : result);
        }),
      ),
  },
  {
    name: "cas-on-the-client",
    breaks: "compares and swaps what the client has, so that two clients do not collide on an address",
    caughtAs: ["I1", "I7", "I2", "I11"],
    plant: (parts, stream) =>
      withAppend(parts, (append, settle, store) => {
        const newest = stream.newestOf(append.address);
        const isOthers = newest !== undefined && newest.event?.client !== append.event.client;
        store.append(isOthers ? { ...append, expected: newest.revision } : append, settle);
      }),
  },
  {
    name: "no-second-look-after-a-conflict",
    breaks: "repeats a write that lost against what stands there now, without deciding again",
    caughtAs: ["I1", "I7", "I2", "I11"],
    plant: (parts) =>
      withAppend(parts, (append, settle, store) => {
        store.append(append, (result) => {
          if (result.kind !== "conflict") settle(result);
          else store.append({ ...append, expected: result.current?.revision ?? NO_REVISION }, settle);
        });
      }),
  },
  {
    name: "reclaim-without-guard",
    breaks: "gives an address again as soon as its own clock says that the lease has ended",
    caughtAs: ["I7", "I1"],
    policy: { guardMs: 0 },
  },
  {
    name: "declined-address-in-use",
    breaks: "takes a declined address for one that was given back",
    caughtAs: ["I11"],
    plant: (parts) => {
      const { view } = parts.world;
      const apply = view.apply.bind(view);
      view.apply = (lease) => apply(lease.state === "declined" ? { ...lease, state: "released" } : lease);
      return parts;
    },
  },
  {
    name: "answers-after-a-pause",
    breaks: "answers what waited in its sockets while it stood still, by what it knew before",
    caughtAs: ["I8"],
    isPauseUnwatched: true,
  },
  {
    name: "old-view-after-a-restart",
    breaks: "serves after a restart by what it knew before, without the events in between",
    caughtAs: ["I4", "I12", "I3"],
    isViewKept: true,
  },
  {
    name: "nak-without-asking-the-leader",
    breaks: "refuses by its own view, which may be behind",
    caughtAs: ["I4"],
    plant: (parts) => {
      const { store, world } = parts;
      const read = async (address: Ipv4) => asStored(world.view.get(address));
      return { ...parts, store: storeOf(store, (append, settle) => store.append(append, settle), read) };
    },
  },
  {
    name: "nobody-served-without-a-majority",
    breaks: "leaves reserved hosts unanswered while the store takes no writes",
    caughtAs: ["I6"],
    plant: (parts) => {
      const { view } = parts.world;
      const apply = view.apply.bind(view);
      view.apply = (lease) => apply({ ...lease, isReserved: false });
      return parts;
    },
  },
  {
    name: "intents-that-repeat",
    breaks: "names its attempts as other nodes and other processes do, and takes their events for its own",
    caughtAs: ["I2", "I1", "I7"],
    plant: (parts) => {
      let count = 0;
      return { ...parts, nextIntent: () => String(++count) };
    },
  },
  {
    name: "second-address-kept",
    breaks: "does not give back the older address of a client that was given two",
    caughtAs: ["I3"],
    plant: (parts) =>
      withAppend(parts, (append, settle, store) => {
        const isOwnIdea = append.event.type === "LeaseReleased" && append.event.xid === undefined;
        if (!isOwnIdea) store.append(append, settle);
      }),
  },
  {
    name: "suspicious-for-good",
    breaks: "does not answer any more once it stood still",
    caughtAs: ["I4", "liveness"],
    isPauseForGood: true,
  },
  {
    name: "handed-batch-answered-early",
    breaks: "tells a node that what it handed in is stored when it has only been taken",
    caughtAs: ["I2", "I5"],
    sharing: "answers-early",
  },
  {
    name: "told-before-it-is-stored",
    breaks: "tells the other nodes of a batch when it has left, not when it is stored",
    caughtAs: ["I12", "I4", "I8", "I2"],
    sharing: "tells-early",
  },
  {
    name: "feed-that-rests-over-a-gap",
    breaks: "takes all for known up to what was told last, though something before it was not told",
    caughtAs: ["I12", "I4", "I8", "I3"],
    sharing: "skips-gaps",
  },
  {
    name: "silence-by-secs",
    breaks: "takes what a client says in `secs` for how long the first node has been silent",
    caughtAs: ["one offer"],
    isSecsTrusted: true,
  },
  {
    name: "emptied-store-unnoticed",
    breaks: "does not look whether the store has as much as it had, and so writes nothing back",
    caughtAs: ["I1", "I7", "I4", "I12"],
    storeLoss: "unnoticed",
  },
  {
    name: "served-before-it-knows",
    breaks: "serves by what the store has, though other nodes know more",
    caughtAs: ["I1", "I7", "I3", "I4"],
    storeLoss: "served-at-once",
  },
  {
    name: "older-store-believed",
    breaks: "loads a store again that has lost something, and forgets what it knew itself",
    caughtAs: ["I1", "I7", "I3", "I4"],
    storeLoss: "not-written-back",
  },
  {
    name: "one-boundary-a-batch",
    breaks: "lets what one client's reply throws end the batch, the other exchanges of it included",
    caughtAs: ["I15"],
    plant: (parts) => {
      const batch = new OneBatch();
      return {
        ...withAppend(parts, (append, settle, store) =>
          store.append(append, (result) => batch.do(() => settle(result))),
        ),
        faults: {
          count: (fault) => {
            parts.faults.count(fault);
            if (batch.isUnderWay) throw fault.cause;
          },
        },
      };
    },
  },
];

/** What is done in one go, in order, until something throws. */
class OneBatch {
  isUnderWay = false;
  private steps: (() => void)[] = [];

  do(step: () => void): void {
    if (this.steps.push(step) > 1) return;
    queueMicrotask(() => {
      const batch = this.steps;
      this.steps = [];
      this.isUnderWay = true;
      try {
        for (const each of batch) each();
      } catch {
        // As a process that goes on after an unhandled rejection.
      } finally {
        this.isUnderWay = false;
      }
    });
  }
}

type AppendWith = (append: Append, settle: (result: AppendResult) => void, store: ReadableLeaseStore) => void;

function withAppend(parts: ServiceParts, append: AppendWith): ServiceParts {
  const { store } = parts;
  const wrapped = storeOf(
    store,
    (each, settle) => append(each, settle, store),
    (address) => store.read(address),
  );
  return { ...parts, store: wrapped };
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
