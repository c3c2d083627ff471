// A packet on its way through a node, and what the node is made of while it handles it.
import type { Decision, Instant, LeaseRequest, Revision } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Ipv4, Packet } from "@leasehold/protocol";
import type { Readiness } from "../cluster/readiness.ts";
import type { Arrival, Clocks, ProbeAnswer, ProbeTarget, ReadableLeaseStore } from "../ports.ts";
import type { ReplyContent } from "../reply/feature.ts";
import type { StoreHealth } from "../store/store-health.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { Events } from "../telemetry/events.ts";
import type { Faults } from "../telemetry/faults.ts";
import type { NodeWorld } from "../views/node-world.ts";
import type { DropReason } from "./drop-reason.ts";

export interface ServiceParts {
  readonly world: NodeWorld;
  readonly store: ReadableLeaseStore;
  readonly health: StoreHealth;
  readonly counters: Counters;
  readonly events: Pick<Events, "packet" | "decision" | "reply">;
  readonly faults: Pick<Faults, "count">;
  readonly clocks: Clocks;
  readonly readiness: Pick<Readiness, "refusal" | "isYielding">;
  readonly nextIntent: () => string;
  /** Whether somebody else uses an address; absent where it cannot be asked. */
  readonly probe?: ((address: Ipv4, target: ProbeTarget, waitMs: number) => Promise<ProbeAnswer>) | undefined;
  /** Told when the store has an older event of an address than this node has seen: it was replaced. */
  readonly noteStoreBehind?: ((address: Ipv4, seen: Revision) => void) | undefined;
  /** Octets that nobody can guess; absent: clients get no nonces, and are never told to renew (RFC 6704). */
  readonly randomOctets?: ((size: number) => Uint8Array) | undefined;
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
  state: ExchangeState;
  attempts: number;
  /** Addresses that nobody else was found to use. */
  probed: Set<Ipv4> | undefined;
}

/** Where an exchange stands; `since` by the steady clock. */
export type ExchangeState =
  | { readonly kind: "deciding" }
  /** Its address is probed before it is offered. */
  | { readonly kind: "probing"; readonly since: number }
  /** Its event is on its way to the store. */
  | { readonly kind: "storing"; readonly since: number }
  /** It is to be told NAK, and the stream's leader is asked first. */
  | { readonly kind: "verifying"; readonly since: number }
  /** It was answered by what was stored before; what it waited for is still on its way. */
  | { readonly kind: "answered"; readonly since: number }
  | { readonly kind: "done" };

export const DECIDING = { kind: "deciding" } as const;
export const DONE = { kind: "done" } as const;

/** What the service makes of a packet. */
export type DryRun =
  | DropReason
  | {
      readonly request: LeaseRequest;
      readonly decision: Decision;
      /** Undefined where it is silent. */
      readonly content: ReplyContent | undefined;
    };
