// A packet on its way through a node, and what the node is made of while it handles it.
import type { Instant, LeaseRequest, LeaseStore, Revision, StoredEvent } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Ipv4, Mac, Packet } from "@leasehold/protocol";
import type { Counters } from "./counters.ts";
import type { Destination } from "./destination.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Whence } from "./lease-request.ts";
import type { NodeWorld } from "./node-world.ts";
import type { Outcome } from "./recent-outcomes.ts";
import type { StoreHealth } from "./store-health.ts";

/**
 * A link as the service needs it; `send` reads the payload before it returns, and says whether the reply left. `source` is the address
 * that it should leave from; the answer to what was sent to one address leaves from that one all the same, as firewalls expect.
 */
export interface ServiceLink extends Whence {
  send(payload: Buffer, destination: Destination, chaddr: Uint8Array, source?: Ipv4): boolean;
}

export interface Clocks {
  /** Stream time, as well as this node can tell. */
  now(): Instant;
  /** A steady clock in ms, for waiting and for measuring. */
  steady(): number;
}

/** The store, and a look at what its leader has. */
export interface ReadableLeaseStore extends LeaseStore {
  read(address: Ipv4): Promise<StoredEvent | undefined>;
}

/** By whom an address is used: a hardware address, or whoever answered an ICMP echo. */
export type ProbeAnswer = "free" | "unknown" | { readonly usedBy: Mac | "icmp" };

export interface ProbeTarget {
  /** The interface on whose link the address is; undefined behind a relay. */
  readonly interfaceName: string | undefined;
  readonly clientMac: Mac;
}

/** Something of ours threw where nothing may. It ends what it happened in, and nothing else (I15). */
export interface Fault {
  readonly cause: unknown;
  /** What the node was about to do, in words for the log. */
  readonly during: string;
  /** The packet that was being handled. */
  readonly packet?: Uint8Array | undefined;
}

export interface ServiceParts {
  readonly world: NodeWorld;
  readonly store: ReadableLeaseStore;
  readonly health: StoreHealth;
  readonly counters: Counters;
  readonly clocks: Clocks;
  /** Why no packet may be answered now; undefined when the node serves. */
  readonly refusal: () => DropReason | undefined;
  /** Whether it drains: what the others heard, too, is theirs to answer. Absent: it never does. */
  readonly isStandingBack?: () => boolean;
  readonly nextIntent: () => string;
  /** Whether somebody else uses an address; absent where it cannot be asked. */
  readonly probe?: ((address: Ipv4, target: ProbeTarget, waitMs: number) => Promise<ProbeAnswer>) | undefined;
  /** Told when the store has an older event of an address than this node has seen: it was replaced. */
  readonly noteStoreBehind?: ((address: Ipv4, seen: Revision) => void) | undefined;
  /** Told what became of each packet that could be read. */
  readonly trace?: ((outcome: Outcome) => void) | undefined;
  /** Octets that nobody can guess; absent: clients get no nonces, and are never told to renew (RFC 6704). */
  readonly randomOctets?: ((size: number) => Uint8Array) | undefined;
  /** Told of each exchange that ended in a reply, in ms. */
  readonly onReplied?: (type: string, ms: number) => void;
  /** Told of a mistake of ours that was caught; it must not throw. */
  readonly onFault?: ((fault: Fault) => void) | undefined;
}

/** How a packet came in. */
export interface Arrival {
  readonly link: ServiceLink;
  /** Undefined where the socket cannot tell. */
  readonly isBroadcast: boolean | undefined;
  /** The UDP port that it was sent from. */
  readonly sourcePort: number | undefined;
  /** When, by the steady clock, in ms: it may have waited for its turn. Undefined: now. */
  readonly at?: number | undefined;
}

export interface Exchange {
  readonly packet: Packet;
  readonly arrival: Arrival;
  /** The packet as it is read by `network`. */
  request: LeaseRequest;
  network: Network;
  /** When the packet came, or its newest copy. */
  receivedAt: number;
  /** How often it came. */
  times: number;
  /** When it came first, in stream time. */
  readonly arrivedAt: Instant;
  /** Of a request and its copies. */
  readonly key: string;
  /** Since when it waits for the store, on the steady clock. */
  waitsSince: number;
  attempts: number;
  /** It was answered by what was held, while its write still waits. */
  isAnswered: boolean;
  /** Addresses that nobody else was found to use. */
  probed: Set<Ipv4> | undefined;
}
