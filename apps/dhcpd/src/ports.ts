// What the rooms of this app ask of each other and of the machine: the clocks, the store, a link, and how a packet came in.
import type { Instant, LeaseStore, StoredEvent } from "@leasehold/leases";
import type { Destination } from "@leasehold/link";
import type { Ipv4, Mac } from "@leasehold/protocol";
import type { Logger } from "pino";

/** Where a node says in sentences what is the matter. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "isLevelEnabled">;

export type { Destination } from "@leasehold/link";

export interface Ingress {
  /** Of the interface that the packet came in by. */
  readonly interfaceName: string;
  readonly addresses: readonly Ipv4[];
  /** Whether it was sent to all; undefined where the socket cannot tell. */
  readonly isBroadcast?: boolean | undefined;
}

/**
 * A link as the service needs it; `send` reads the payload before it returns, and says whether the reply left. `source` is the address
 * that it should leave from; the answer to what was sent to one address leaves from that one all the same, as firewalls expect.
 */
export interface ServiceLink extends Ingress {
  send(payload: Buffer, destination: Destination, chaddr: Uint8Array, source?: Ipv4): boolean;
}

/** The machine's own. */
export interface MachineClocks {
  /** A steady clock in ms. */
  steady(): number;
  /** The one that people set, in ms since 1970. */
  wall(): number;
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
