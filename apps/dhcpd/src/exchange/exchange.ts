// A packet on its way through a node: where it stands, who waits, and what the node is made of while it handles it.
import type { Decision, Instant, LeaseRequest } from "@leasehold/leases";
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
  readonly events: Events;
  readonly faults: Pick<Faults, "count">;
  readonly clocks: Clocks;
  readonly readiness: Pick<Readiness, "refusal" | "isYielding">;
  readonly nextIntent: () => string;
  /** Whether somebody else uses an address; absent where it cannot be asked. */
  readonly probe?: ((address: Ipv4, target: ProbeTarget, waitMs: number) => Promise<ProbeAnswer>) | undefined;
  /** Octets that nobody can guess; absent: clients get no nonces, and are never told to renew (RFC 6704). */
  readonly randomOctets?: ((size: number) => Uint8Array) | undefined;
}

/** Names for attempts at a write, of which no two are alike: no other process has the prefix. */
export function intentsOf(prefix: string): () => string {
  let attempts = 0;
  return () => `${prefix}${(++attempts).toString(36)}`;
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

/** What becomes of a packet for its client. */
export type Ending =
  | { readonly kind: "reply"; readonly decision: Decision }
  | { readonly kind: "silent"; readonly reason: string }
  /** A mistake of ours. */
  | { readonly kind: "failed"; readonly cause: unknown };

/** What the service makes of a packet. */
export type DryRun =
  | DropReason
  | {
      readonly request: LeaseRequest;
      readonly decision: Decision;
      /** Undefined where it is silent. */
      readonly content: ReplyContent | undefined;
    };

/** Exchanges that wait for the store, or for whoever may use an address. The one place where an exchange changes its state. */
export class WaitingExchanges {
  /** The one that waits longest first. */
  private readonly byKey = new Map<string, Exchange>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): Exchange | undefined {
    return this.byKey.get(key);
  }

  enter(exchange: Exchange, state: ExchangeState): void {
    const { key, state: before } = exchange;
    exchange.state = state;
    // Its key may be another exchange's by now.
    const isKnown = isWaiting(before) && this.byKey.get(key) === exchange;
    if (!isWaiting(state)) {
      if (isKnown) this.byKey.delete(key);
    } else if (!isKnown || state.since !== before.since) {
      this.byKey.delete(key);
      this.byKey.set(key, exchange);
    }
  }

  /** It has its answer, and waits on. */
  noteAnswered(exchange: Exchange): void {
    const { state } = exchange;
    if (isWaiting(state)) this.enter(exchange, { kind: "answered", since: state.since });
  }

  /** Those without an answer that have waited for the store since then, or for longer. */
  unanswered(since: number): Exchange[] {
    const found: Exchange[] = [];
    for (const exchange of this.byKey.values()) {
      const { state } = exchange;
      if (!isWaiting(state) || state.since > since) break;
      if (state.kind === "storing" || state.kind === "verifying") found.push(exchange);
    }
    return found;
  }
}

type WaitingState = Exclude<ExchangeState, typeof DECIDING | typeof DONE>;

function isWaiting(state: ExchangeState): state is WaitingState {
  return "since" in state;
}
