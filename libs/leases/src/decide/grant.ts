// The events that decisions append, and when a promise needs none because the store holds the address for long enough.
import type { LeaseTimes } from "@leasehold/network";
import { formatIpv4, INFINITE_SECONDS } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, type Lease } from "../lease/lease.ts";
import type { ClientTrace, LeaseEvent, LeaseEventType, RelayTrace } from "../lease/lease-event.ts";
import type { Append } from "../lease/lease-store.ts";
import { type Decision, DROPPED, type Grant, type StoreState, silent } from "./decision.ts";
import { type Entitlement, entitlementTo, type RequestContext, settingsOf } from "./entitlement.ts";
import type { LeaseRequest, World } from "./request.ts";

/** Shorter than this a promise is of no use to a client. */
const SECONDS_MIN = 10;
/** A client that was not answered repeats a REQUEST within this time (RFC 2131 §4.1: 4 s, then 8 s). */
const REPEATED_WITHIN_MS = 15_000;
/** Above this share of a subnet in use, less is held beyond what clients were told, down to nothing when it is full. */
const CROWDED = 0.75;

/** With what is decided beside what is known: whether the store takes writes. */
export interface DecisionContext extends RequestContext {
  readonly store: StoreState;
}

/**
 * An OFFER writes nothing, unless the address is of another node's share (`isForeign`): then it is reserved first (docs/leases.md).
 */
export function offer(context: DecisionContext, entitlement: Entitlement, isForeign: boolean): Decision {
  const { world, request, now } = context;
  const { address, settings } = entitlement;
  const lease = world.view.get(address);
  // Without a store only what the REQUEST to come can be granted without a write.
  const isSafe = isBound(lease, now) && isServedWithoutQuorum(context, lease);
  if (context.store === "stored-only" && !isSafe) return silent("store-unavailable");
  const granted = grantTo(context, "OFFER", entitlement);
  if (!isForeign) return granted;
  // Not for longer than the lease would be, and not for less than the client holds already: see acknowledge().
  const heldSeconds = Math.max(
    leftFor(request, lease, now),
    Math.min(world.policy.storedOfferSeconds, settings.lease.seconds),
  );
  const terms = { address, subnet: entitlement.subnet.id, seconds: 0, heldSeconds, isReserved: false };
  return { ...granted, append: appendOf(context, "AddressOffered", terms) };
}

/** An ACK: without a write while what the store holds covers it, else after one. */
export function acknowledge(context: DecisionContext, entitlement: Entitlement): Decision {
  const { world, request, now, store } = context;
  const { address, subnet, pool } = entitlement;
  const lease = world.view.get(address);
  const isOwn = isBound(lease, now) && lease.client === request.client;
  const granted = grantTo(context, "ACK", entitlement);
  const { seconds } = granted;
  const isSpared = isOwn && isCertain(request, lease, now) && isUnchanged(lease, request);
  if (isSpared && covers(lease, now, seconds)) return granted;
  if (store === "stored-only") {
    const isSafe = isOwn && (isCertain(request, lease, now) || isServedWithoutQuorum(context, lease));
    return isSafe ? withinHeld(granted, lease, now) : silent("store-unavailable");
  }
  // What is held for a client is never shortened: a node whose view is behind may promise it all of what it knows.
  const heldSeconds = Math.max(leftFor(request, lease, now), heldFor(world, entitlement, seconds));
  const isReserved = pool === undefined || (isOwn && lease.isReserved);
  const terms = { address, subnet: subnet.id, seconds, heldSeconds, isReserved };
  return { ...granted, append: appendOf(context, isOwn ? "LeaseRenewed" : "LeaseGranted", terms) };
}

type Granted = Omit<Grant, "append">;

function grantTo(
  { world, request, now, host }: RequestContext,
  reply: "OFFER" | "ACK",
  { address, subnet, settings, pool }: Entitlement,
): Granted {
  const isOffer = reply === "OFFER";
  const until = (now + world.policy.offerMs) as Instant;
  return {
    kind: "grant",
    reply,
    address,
    subnet,
    host,
    settings,
    seconds: secondsFor(request, settings.lease),
    nonce: isOffer ? request.nonce && "to-come" : nonceOf(world, request),
    // What was on offer to it is its own with an ACK.
    offers: isOffer ? [{ kind: "offered", address, until, pool: pool?.id }] : DROPPED,
  };
}

/** RFC 6704 §3.1.3: a client that knows nonces gets one when none is recorded (MUST), and none when it only renews (SHOULD NOT). */
function nonceOf({ nonces }: World, { nonce, client }: LeaseRequest): "new" | "kept" | undefined {
  return nonce === "kept" && nonces?.has(client) ? "kept" : nonce && "new";
}

/** What the client asked for, within what the document allows; what the document says when it asked for nothing. */
function secondsFor({ requestedSeconds, commitAtOnce }: LeaseRequest, times: LeaseTimes): number {
  if (commitAtOnce?.seconds !== undefined) return commitAtOnce.seconds;
  if (requestedSeconds === undefined) return times.seconds;
  return Math.min(Math.max(requestedSeconds, times.minSeconds), times.maxSeconds);
}

/**
 * Whether the binding stands though this node's view may be behind. A client that renews uses the address, and one that
 * repeats the REQUEST that was granted wants it still. A client that starts anew may have released it through another
 * node, which has given it to somebody else since, or is about to: then only a write can tell (I1).
 */
function isCertain(request: LeaseRequest, lease: Lease, now: Instant): boolean {
  const isRepeated = request.xid !== undefined && request.xid === lease.xid;
  return request.ciaddr === lease.address || (isRepeated && now < lease.at + REPEATED_WITHIN_MS);
}

/**
 * Whether a client that starts anew is served by what is held: its address is reserved for it, and was when it was stored, so
 * that neither its own RELEASE nor a change of the inventory on the other side of a cut has given it to anybody (ADR 0010, I6).
 */
function isServedWithoutQuorum({ world, request, reservation }: RequestContext, lease: Lease): boolean {
  return (
    world.network.withoutQuorum === "reserved" &&
    lease.isReserved &&
    lease.client === request.client &&
    reservation?.address === lease.address
  );
}

function covers(lease: Lease, now: Instant, seconds: number): boolean {
  return seconds === INFINITE_SECONDS
    ? lease.heldUntil === Number.POSITIVE_INFINITY
    : now + seconds * 1000 <= lease.heldUntil;
}

function isUnchanged(lease: Lease, request: LeaseRequest): boolean {
  // A client that moves to another port of its relay agent is to be found there.
  const isMoved = request.relay !== undefined && relayOf(request, lease)?.agent !== lease.relay?.agent;
  const isRenamed = request.hostname !== undefined && request.hostname !== lease.hostname;
  return !isRenamed && lease.mac === request.mac && !isMoved;
}

/** How long the address is held for the client already. */
function leftFor(request: LeaseRequest, lease: Lease | undefined, now: Instant): number {
  const isOwn = lease?.client === request.client && lease.state !== "declined";
  return isOwn ? secondsLeft(lease, now) : 0;
}

function secondsLeft(lease: Lease, now: Instant): number {
  return Math.min(Math.max(0, Math.ceil((lease.heldUntil - now) / 1000)), INFINITE_SECONDS);
}

/** No quorum: no promise beyond what a quorum already holds (I5). */
function withinHeld(granted: Granted, lease: Lease, now: Instant): Decision {
  const left = Math.floor((lease.heldUntil - now) / 1000);
  return left < Math.min(SECONDS_MIN, granted.seconds)
    ? silent("store-unavailable")
    : { ...granted, seconds: Math.min(granted.seconds, left) };
}

function heldFor(world: World, { settings, subnet, pool }: Entitlement, seconds: number): number {
  if (seconds === INFINITE_SECONDS) return INFINITE_SECONDS;
  const extra = settings.lease.heldFactor - 1;
  if (pool === undefined) return Math.ceil(seconds * (1 + extra));
  const size = subnet.pools.reduce((sum, each) => sum + each.size, 0);
  const room = Math.max(0, 1 - world.view.heldIn(subnet.id) / size) / (1 - CROWDED);
  return Math.ceil(seconds * (1 + extra * Math.min(1, room)));
}

/**
 * The address is anybody's now. What was held is kept in mind, for the case that the client itself comes back: a node whose
 * view is behind may let it renew until then, so what it is granted next is not held for less.
 */
export function releaseEvent(context: RequestContext, lease: Lease): Append {
  const { address, subnet } = lease;
  const heldSeconds = secondsLeft(lease, context.now);
  return appendOf(context, "LeaseReleased", { address, subnet, seconds: 0, heldSeconds, isReserved: false });
}

export function declineEvent(context: RequestContext, lease: Lease): Append {
  const { world, request, now } = context;
  const { address } = lease;
  const subnet = request.link.find((each) => each.contains(address)) ?? request.link[0]!;
  const settings =
    entitlementTo(context, address)?.settings ?? settingsOf(context, subnet, subnet.poolOf(address));
  // A document that says nothing: not for less than is held, see releaseEvent().
  const heldSeconds =
    settings.lease.probationSeconds ?? Math.max(world.policy.probationSeconds, secondsLeft(lease, now));
  const terms = { address, subnet: lease.subnet, seconds: 0, heldSeconds, isReserved: false };
  return appendOf(context, "AddressDeclined", terms);
}

/** Another machine, which was not given the address, was found to use it: out of use for a while, as after a DECLINE. */
export function conflictEvent(
  context: RequestContext,
  { address, subnet, settings }: Pick<Grant, "address" | "subnet" | "settings">,
): Append {
  const heldSeconds = settings.lease.probationSeconds ?? context.world.policy.probationSeconds;
  const terms = { address, subnet: subnet.id, seconds: 0, heldSeconds, isReserved: false };
  return appendOf(context, "AddressDeclined", terms);
}

type Terms = Pick<Lease, "address" | "subnet" | "seconds" | "heldSeconds" | "isReserved">;

function appendOf({ world, request, host }: RequestContext, type: LeaseEventType, terms: Terms): Append {
  const { address, subnet, seconds, heldSeconds, isReserved } = terms;
  const before = world.view.get(address);
  const going = before?.client === request.client ? before : undefined;
  // All fields, also those that are undefined: events of one shape are made and read at half the cost.
  const event: LeaseEvent = {
    type,
    v: 1,
    address: formatIpv4(address),
    client: request.client,
    mac: request.mac,
    subnet,
    host: host?.id,
    hostname: request.hostname ?? (type === "LeaseRenewed" ? going?.hostname : undefined),
    seconds,
    heldSeconds,
    relay: relayOf(request, going),
    trace: traceOf(request, type, before),
    xid: request.xid,
    node: world.node,
    network: world.network.revision,
    inventory: world.inventory.revision,
    intent: request.intent,
    reserved: isReserved ? true : undefined,
  };
  return { address, expected: world.view.revisionOf(address), event };
}

/** RFC 6925 §5: who renews without its relay agent is where it was; so is who comes by the same agent, which adds no option 82. */
function relayOf({ relay, ciaddr }: LeaseRequest, before: Lease | undefined): RelayTrace | undefined {
  const known = before?.relay;
  if (relay === undefined) return known;
  const isSame = ciaddr !== 0 && relay.agent === undefined && relay.giaddr === known?.giaddr;
  return isSame ? known : relay;
}

/** A renewal goes on with the binding that the grant began: what it leaves out is as it was. */
function traceOf(
  { trace }: LeaseRequest,
  type: LeaseEventType,
  before: Lease | undefined,
): ClientTrace | undefined {
  if (trace === undefined || type !== "LeaseRenewed" || before === undefined) return trace;
  return { ...before.trace, ...trace, since: before.trace?.since ?? before.at };
}
