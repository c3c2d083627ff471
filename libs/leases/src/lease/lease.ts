// The state of one address: the fold of its events. As an event carries the state after it, the newest one is enough.
import { type ClientId, INFINITE_SECONDS, type Ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";
import type { Instant, Revision } from "./instant.ts";
import type { ClientTrace, LeaseEvent, LeaseEventType, RelayTrace } from "./lease-event.ts";
import type { StoredEvent } from "./lease-store.ts";

export const LEASE_STATES = ["offered", "bound", "released", "declined"] as const;
export type LeaseState = (typeof LEASE_STATES)[number];
/** As people are told: a binding whose time has passed is `expired` though nothing was written. */
export type ShownState = LeaseState | "expired" | "unreadable";

const STATE_AFTER: Record<LeaseEventType, LeaseState> = {
  AddressOffered: "offered",
  LeaseGranted: "bound",
  LeaseRenewed: "bound",
  LeaseReleased: "released",
  AddressDeclined: "declined",
};

export interface Lease {
  readonly address: Ipv4;
  readonly state: LeaseState;
  readonly client: ClientId;
  readonly mac: Mac | undefined;
  readonly subnet: string;
  readonly host: string | undefined;
  readonly hostname: string | undefined;
  readonly seconds: number;
  readonly heldSeconds: number;
  /** Stream time of the newest event. */
  readonly at: Instant;
  /** Until then the address is nobody else's. */
  readonly heldUntil: Instant;
  readonly revision: Revision;
  /** Nothing ends it early: neither a RELEASE nor a second address of the client (ADR 0010). */
  readonly isReserved: boolean;
  readonly xid: number | undefined;
  /** By which relay agent the client was heard last. */
  readonly relay: RelayTrace | undefined;
  readonly trace: ClientTrace | undefined;
  readonly node: string;
  readonly intent: string;
}

/** The lease after `event`, which the stream stored as `revision` at `at`. */
export function leaseAfter(event: LeaseEvent, revision: Revision, at: Instant): Lease {
  return {
    address: parseIpv4(event.address)!,
    state: STATE_AFTER[event.type],
    client: event.client,
    mac: event.mac,
    subnet: event.subnet,
    host: event.host,
    hostname: event.hostname,
    seconds: event.seconds,
    heldSeconds: event.heldSeconds,
    at,
    heldUntil: after(at, event.heldSeconds),
    revision,
    isReserved: event.reserved === true,
    xid: event.xid,
    relay: event.relay,
    trace: event.trace,
    node: event.node,
    intent: event.intent,
  };
}

/** `seconds` after `at`; an infinite lease never ends. */
export function after(at: Instant, seconds: number): Instant {
  return (seconds === INFINITE_SECONDS ? Number.POSITIVE_INFINITY : at + seconds * 1000) as Instant;
}

const UNREADABLE = "unreadable ";
const REMOVED = `${UNREADABLE}removed `;

/**
 * What stands for a record that cannot be read: nobody knows who has the address, so that nobody is given it, and no event is written
 * over the record, until a person has seen to it.
 */
export function unreadableLease(
  address: Ipv4,
  revision: Revision,
  at: Instant,
  mark: string = UNREADABLE,
): Lease {
  return {
    ...{
      address,
      state: "declined",
      client: `${mark}${address}` as ClientId,
      subnet: "",
      revision,
      at,
    },
    ...{ mac: undefined, host: undefined, hostname: undefined, relay: undefined, trace: undefined },
    ...{
      seconds: 0,
      heldSeconds: INFINITE_SECONDS,
      heldUntil: after(at, INFINITE_SECONDS),
      isReserved: false,
      xid: undefined,
    },
    ...{ node: "", intent: "" },
  };
}

/** No client has such an identity: those are hex. */
export function isUnreadable({ client }: Pick<Lease, "client">): boolean {
  return client.startsWith(UNREADABLE);
}

/**
 * What stands for a record that somebody removed, where nobody here knows what it was: nodes remove none, so that it may have been a
 * lease that its client still uses.
 */
export function removedLease(address: Ipv4, revision: Revision, at: Instant): Lease {
  return unreadableLease(address, revision, at, REMOVED);
}

/** Whether who knows more of the address may write over it. */
export function isRemoved({ client }: Pick<Lease, "client">): boolean {
  return client.startsWith(REMOVED);
}

/** What stands at an address by what its store says; undefined when its key was removed. */
export function leaseOf({ address, event, unreadable, revision, at }: StoredEvent): Lease | undefined {
  if (unreadable !== undefined) return unreadableLease(address, revision, at);
  return event && leaseAfter(event, revision, at);
}

const REASSERTED = "reasserted-";

/** True for a lease that was written back (docs/adr/0012): its client did not just ask for it. */
export function isReasserted({ intent }: Pick<Lease, "intent">): boolean {
  return intent.startsWith(REASSERTED);
}

/** The same from every node that writes it back, however often. */
export function reassertedIntent(lease: Pick<Lease, "intent">): string {
  return isReasserted(lease) ? lease.intent : REASSERTED + lease.intent;
}

/** True while the binding stands: granted, and what the store holds has not passed. */
export function isBound(lease: Lease | undefined, now: Instant): lease is Lease {
  return lease !== undefined && lease.state === "bound" && now < lease.heldUntil;
}

/**
 * Whether `client` may be given the address now. Others wait until what was held has passed, and `guardMs` more: the
 * largest difference of clocks and the time of a failover (I7). A declined address waits for everybody.
 */
export function isFreeFor(
  lease: Lease | undefined,
  client: ClientId,
  now: Instant,
  guardMs: number,
): boolean {
  if (lease === undefined || lease.state === "released") return true;
  if (lease.state === "declined") return now >= lease.heldUntil;
  return lease.client === client || now >= lease.heldUntil + guardMs;
}

export function shownState(lease: Lease, now: Instant): ShownState {
  if (isUnreadable(lease)) return "unreadable";
  return lease.state === "released" || now < lease.heldUntil ? lease.state : "expired";
}
