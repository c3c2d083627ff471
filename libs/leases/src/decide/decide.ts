// decide(world, request, now, store): what should happen, from what this node knows. Pure: it reads the world and changes nothing.
import type { ClientQuirk } from "@leasehold/network";
import { type ClientId, type Ipv4, MessageType, OptionCode } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, isFreeFor, type Lease } from "../lease/lease.ts";
import type { Append } from "../lease/lease-store.ts";
import { type Choice, chooseAddress, isKeptForKnown } from "./choose-address.ts";
import {
  type Decision,
  DROPPED,
  exhausted,
  NO_CHANGES,
  type RefuseReason,
  type StoreState,
  silent,
} from "./decision.ts";
import { declineLimitReached } from "./declines.ts";
import {
  type Entitlement,
  entitlementTo,
  hostOf,
  isKnown,
  type RequestContext,
  reservedFor,
  settingsOf,
} from "./entitlement.ts";
import {
  acknowledge,
  conflictEvent,
  type DecisionContext,
  declineEvent,
  offer,
  releaseEvent,
} from "./grant.ts";
import type { LeaseRequest, World } from "./request.ts";

/** Same world, same request, same instant, same state of the store: same decision. */
export function decide(world: World, request: LeaseRequest, now: Instant, store: StoreState): Decision {
  const host = hostOf(world, request);
  const reservation = reservedFor(host, world, request);
  const context: DecisionContext = { world, request, now, store, host, reservation };
  const barred = decideBarred(context);
  if (barred !== undefined) return barred;
  switch (request.type) {
    case MessageType.DISCOVER:
      return decideDiscover(context);
    case MessageType.REQUEST:
      return decideRequest(context);
    case MessageType.RELEASE:
      return decideRelease(context);
    case MessageType.DECLINE:
      return decideDecline(context);
    case MessageType.INFORM:
      return decideInform(context);
    default:
      return silent("unsupported-message");
  }
}

/** Clients that the network document keeps out: by a class's policy, or because no host is known for them. */
function decideBarred(context: DecisionContext): Decision | undefined {
  const { world, request } = context;
  const policy = request.classes.find((each) => each.policy !== undefined)?.policy;
  if (policy === "ignore") return silent("ignored");
  if (policy === "decommission") {
    // It shall drop its address: silence would let it keep that until it expires.
    const address = request.ciaddr || request.requestedAddress;
    return request.type === MessageType.REQUEST && isForUs(world, request) && address
      ? refuse(context, "decommissioned", address as Ipv4)
      : silent("decommissioned");
  }
  const isIgnored = request.link[0]!.unknown === "ignore" && !isKnown(context);
  return isIgnored ? silent("unknown-host") : undefined;
}

function decideInform(context: RequestContext): Decision {
  const { request, host } = context;
  const subnet = request.link.find((each) => each.contains(request.ciaddr)) ?? request.link[0]!;
  const settings = settingsOf(context, subnet, subnet.poolOf(request.ciaddr));
  return { kind: "inform", subnet, host, settings, offers: NO_CHANGES };
}

function decideDiscover(context: DecisionContext): Decision {
  const { request, now } = context;
  const choice = chooseAddress(context);
  const { isIpv6OnlyCapable } = request;
  if (isIpv6OnlyCapable) {
    const noAddress = offerNoAddress(context, choice);
    if (noAddress !== undefined) return noAddress;
  }
  if ("reason" in choice) return silent(choice.reason, exhausted(choice.pools ?? [], now));
  const { entitlement, isForeign } = choice;
  // RFC 8925 §3.3: rapid commit is not honored for a client that is to do without IPv4.
  const isToDoWithout = isIpv6OnlyCapable && entitlement.settings.options.has(OptionCode.ipv6OnlyPreferred);
  if (request.commitAtOnce === undefined || isToDoWithout) return offer(context, entitlement, isForeign);
  return acknowledge(context, entitlement);
}

/**
 * RFC 8925 §3.3: a client that can do without IPv4 SHOULD NOT be given an address of a pool where that is preferred, but 0.0.0.0.
 * A reserved address is no pool's: the administrator has given it. Where there is no address at all, the reply is the same.
 */
function offerNoAddress(context: RequestContext, choice: Choice): Decision | undefined {
  const entitlement = "entitlement" in choice ? choice.entitlement : undefined;
  const subnet = entitlement?.subnet ?? context.request.link[0]!;
  const pool = entitlement?.pool;
  if (entitlement !== undefined && (pool === undefined || subnet.ipv6OnlyOffer === "address"))
    return undefined;
  const settings = entitlement?.settings ?? settingsOf(context, subnet, undefined);
  if (!settings.options.has(OptionCode.ipv6OnlyPreferred)) return undefined;
  return { kind: "offer-no-address", subnet, pool, host: context.host, settings, offers: NO_CHANGES };
}

/** RFC 2131 §4.3.2: the state of the client shows in which of option 54, option 50 and ciaddr it filled in. */
function decideRequest(context: DecisionContext): Decision {
  const { world, request } = context;
  const quirk = quirkNeeded(request);
  if (quirk !== undefined && !world.network.quirks.has(quirk)) return silent("malformed");
  if (request.serverIdentifier !== undefined) return decideSelecting(context);
  if (request.ciaddr !== 0) return decideExisting(context, request.ciaddr);
  if (request.requestedAddress !== undefined) return decideExisting(context, request.requestedAddress);
  return silent("malformed");
}

/** A REQUEST that is none of table 4's rows, and the quirk that makes it one of them. */
function quirkNeeded(request: LeaseRequest): ClientQuirk | undefined {
  const { serverIdentifier, ciaddr, misplacedCiaddr, requestedAddress } = request;
  if (serverIdentifier !== undefined) return ciaddr || misplacedCiaddr ? "selecting-with-ciaddr" : undefined;
  return ciaddr === 0 || requestedAddress === undefined ? undefined : "renewing-with-requested-address";
}

function decideSelecting(context: DecisionContext): Decision {
  const { world, request, now } = context;
  if (!world.isServer(request.serverIdentifier!)) {
    // RFC 2131 §4.3.2: the REQUEST that selects another server declines our offer.
    return silent("selected-another-server", DROPPED);
  }
  const address = selectedAddress(context);
  if (address === undefined) return refuse(context, "no-address-named", 0 as Ipv4);
  const entitlement = entitlementTo(context, address);
  if (entitlement === undefined) return refuse(context, "not-entitled", address);
  const lease = world.view.get(address);
  if (!isFreeFor(lease, request.client, now, world.policy.guardMs)) return refuseHeld(context, lease!);
  return keptFrom(context, entitlement, lease) ?? acknowledge(context, entitlement);
}

/**
 * A client that takes an address which was not offered to it does not get what the pool keeps for known hosts. Another node may have
 * offered it and be about to answer, so that this is a silence and no NAK (I13).
 */
function keptFrom(
  context: RequestContext,
  { address, subnet, pool }: Entitlement,
  lease: Lease | undefined,
): Decision | undefined {
  const { request, now } = context;
  if (pool === undefined || pool.keepForKnown === 0) return undefined;
  if (lease?.client === request.client || offeredTo(context) === address) return undefined;
  if (isKnown(context) || !isKeptForKnown(context, subnet, pool)) return undefined;
  return silent("pool-exhausted", exhausted([pool.keptShare], now));
}

/** Option 50; of a client that leaves it out: what it has or is offered. */
function selectedAddress(context: RequestContext): Ipv4 | undefined {
  const { world, request } = context;
  if (request.requestedAddress !== undefined) return request.requestedAddress;
  const hint = (request.misplacedCiaddr || request.ciaddr || undefined) as Ipv4 | undefined;
  if (hint !== undefined && world.view.get(hint)?.client === request.client) return hint;
  const isOfferMeant = world.network.quirks.has("selecting-without-requested-address");
  return (isOfferMeant ? offeredTo(context) : undefined) ?? hint;
}

/** What this node knows to be on offer to the client: its own offer, or that of another node, which had to store it. */
function offeredTo({ world, request, now }: RequestContext): Ipv4 | undefined {
  const { client } = request;
  return world.offers.to(client, now) ?? storedOffer(world, client, now);
}

function storedOffer({ view }: World, client: ClientId, now: Instant): Ipv4 | undefined {
  return view.ofClient(client).find(({ state, heldUntil }) => state === "offered" && now < heldUntil)
    ?.address;
}

/**
 * Within the guard it depends on a node's clock whether the address is free again, and another node that got the same REQUEST may be
 * giving it to this client right now: then NAK would contradict its ACK (I13).
 */
function refuseHeld(context: DecisionContext, { state, heldUntil, address }: Lease): Decision {
  const { now, world } = context;
  const certainUntil = state === "declined" ? heldUntil - world.policy.guardMs : heldUntil;
  return now < certainUntil ? refuse(context, "held-by-another", address) : silent("hold-is-ending");
}

/** INIT-REBOOT, RENEWING and REBINDING: the client believes that it has the address. */
function decideExisting(context: DecisionContext, address: Ipv4): Decision {
  const { world, request, now } = context;
  if (!request.link.some((subnet) => subnet.contains(address))) {
    return refuse(context, "wrong-network", address);
  }
  const entitlement = entitlementTo(context, address);
  const lease = world.view.get(address);
  if (entitlement === undefined) return notAsBelieved(context, "not-entitled", address);
  const isOwn = lease?.client === request.client;
  if (isOwn && isBound(lease, now)) return acknowledge(context, entitlement);
  const isReserved = entitlement.pool === undefined;
  if (!isFreeFor(lease, request.client, now, world.policy.guardMs)) {
    return isReserved ? refuseHeld(context, lease!) : notAsBelieved(context, "held-by-another", address);
  }
  // A reserved address needs no record: the inventory says whose it is. An ended lease of the client's own is given again.
  const isWantedAgain = isOwn && world.network.quirks.has("ended-lease-wanted-again");
  return isReserved || isWantedAgain || isTakenOffer(context, address)
    ? acknowledge(context, entitlement)
    : notAsBelieved(context, "no-such-lease", address);
}

/** It takes an offer, and does not say whose. */
function isTakenOffer(context: RequestContext, address: Ipv4): boolean {
  return (
    context.request.ciaddr === 0 &&
    context.world.network.quirks.has("selecting-without-server-identifier") &&
    offeredTo(context) === address
  );
}

/**
 * RFC 2131 §4.3.2: "If the DHCP server has no record of this client, then it MUST remain silent"; a server that is told to
 * be authoritative for the subnet says NAK, so that the client does not wait in vain.
 */
function notAsBelieved(context: DecisionContext, reason: RefuseReason, address: Ipv4): Decision {
  const { world, request } = context;
  const hasRecord = world.view.ofClient(request.client).length > 0;
  if (!hasRecord && !request.link[0]!.authoritative) return silent("unknown-lease");
  return refuse(context, reason, address);
}

function refuse({ world, request, store }: DecisionContext, reason: RefuseReason, address: Ipv4): Decision {
  // A NAK must rest on what a quorum knows.
  if (store === "stored-only") return silent("store-unavailable");
  const isSpared = request.firmware && world.network.quirks.has("firmware-spared-a-nak");
  if (isSpared && request.serverIdentifier !== undefined) return silent("firmware-must-not-be-refused");
  return { kind: "refuse", reason, address, offers: NO_CHANGES };
}

function decideRelease(context: RequestContext): Decision {
  const { quirks } = context.world.network;
  const { ciaddr, requestedAddress, serverIdentifier } = context.request;
  if (serverIdentifier === undefined && !quirks.has("release-without-server-identifier")) {
    return silent("malformed");
  }
  const address = ciaddr || (quirks.has("release-with-requested-address") ? requestedAddress : undefined);
  if (!address) return silent("malformed");
  const lease = heldLease(context, address as Ipv4);
  if (lease === undefined) return silent("not-the-owner");
  // A node that is cut off may serve its host on by what is held, so nobody else may have the address before that has passed.
  if (lease.isReserved) return silent("released");
  const append = releaseEvent(context, lease);
  return { kind: "silent", reason: "released", append, offers: NO_CHANGES };
}

/** RFC 2131 §4.3.3: the client found that another machine uses the address, which must not be given out for a while. */
function decideDecline(context: RequestContext): Decision {
  const { world, request, now } = context;
  const { quirks } = world.network;
  const { misplacedCiaddr, requestedAddress, serverIdentifier } = request;
  if (serverIdentifier === undefined && !quirks.has("decline-without-server-identifier")) {
    return silent("malformed");
  }
  const address = requestedAddress ?? (quirks.has("decline-with-ciaddr") ? misplacedCiaddr : undefined);
  if (!address) return silent("malformed");
  const append = declineOf(context, address);
  if (append === undefined) return silent("not-the-owner");
  if (declineLimitReached(world, request, now) !== undefined) return silent("too-many-declines");
  return { kind: "silent", reason: "declined", append, offers: NO_CHANGES };
}

function declineOf(context: RequestContext, address: Ipv4): Append | undefined {
  const held = heldLease(context, address);
  if (held !== undefined) return declineEvent(context, held);
  const { world, request, now } = context;
  const isTaken = world.network.quirks.has("decline-of-an-offer") && isForUs(world, request);
  if (!isTaken || offeredTo(context) !== address) return undefined;
  if (!isFreeFor(world.view.get(address), request.client, now, world.policy.guardMs)) return undefined;
  const entitlement = entitlementTo(context, address);
  return entitlement && conflictEvent(context, entitlement);
}

/**
 * The lease that a client gives back. It is the client's own by its identity, and by nothing else: what else is missing in its
 * message is put up with, but nobody gives back what another one has.
 */
function heldLease({ world, request, now }: RequestContext, address: Ipv4): Lease | undefined {
  const lease = world.view.get(address);
  const isOwn = isBound(lease, now) && lease.client === request.client;
  return isOwn && isForUs(world, request) ? lease : undefined;
}

function isForUs(world: World, request: LeaseRequest): boolean {
  return request.serverIdentifier === undefined || world.isServer(request.serverIdentifier);
}
