// decide(world, request, now, store): what should happen, from what this node knows. Pure: it reads the world and changes nothing.
import type { ClientQuirk } from "@leasehold/network";
import { type ClientId, type Ipv4, MessageType } from "@leasehold/protocol";
import type { Instant } from "../lease/instant.ts";
import { isBound, isFreeFor, type Lease } from "../lease/lease.ts";
import type { Append } from "../lease/lease-store.ts";
import { type Choice, chooseAddress, isKeptForKnown, keepsForKnown } from "./choose-address.ts";
import { type Decision, type RefuseReason, type StoreState, silent } from "./decision.ts";
import { declineLimitReached } from "./declines.ts";
import { type Entitlement, entitlementTo, hostOf, isKnown, settingsOf } from "./entitlement.ts";
import { acknowledge, conflictEvent, declineEvent, offer, releaseEvent } from "./grant.ts";
import { DROPPED, exhausted, NO_CHANGES } from "./offer-change.ts";
import type { LeaseRequest, World } from "./request.ts";

/** RFC 8925 §3.1. */
const IPV6_ONLY_PREFERRED = 108;

/** Same world, same request, same instant, same state of the store: same decision. */
export function decide(world: World, request: LeaseRequest, now: Instant, store: StoreState): Decision {
  const barred = decideBarred(world, request, store);
  if (barred !== undefined) return barred;
  switch (request.type) {
    case MessageType.DISCOVER:
      return decideDiscover(world, request, now, store);
    case MessageType.REQUEST:
      return decideRequest(world, request, now, store);
    case MessageType.RELEASE:
      return decideRelease(world, request, now);
    case MessageType.DECLINE:
      return decideDecline(world, request, now);
    case MessageType.INFORM:
      return decideInform(world, request);
    default:
      return silent("unsupported-message");
  }
}

/** Clients that the network document keeps out: by a class's policy, or because nobody knows them. */
function decideBarred(world: World, request: LeaseRequest, store: StoreState): Decision | undefined {
  const policy = request.classes.find((each) => each.policy !== undefined)?.policy;
  if (policy === "ignore") return silent("ignored");
  if (policy === "decommission") {
    // It shall drop its address: silence would let it keep that until it expires.
    const address = request.ciaddr || request.requestedAddress;
    return request.type === MessageType.REQUEST && isForUs(world, request) && address
      ? refuse(world, request, store, "decommissioned", address as Ipv4)
      : silent("decommissioned");
  }
  const isIgnored = request.link[0]!.unknown === "ignore" && !isKnown(world, request);
  return isIgnored ? silent("unknown-host") : undefined;
}

function decideInform(world: World, request: LeaseRequest): Decision {
  const subnet = request.link.find((each) => each.contains(request.ciaddr)) ?? request.link[0]!;
  const settings = settingsOf(world, request, subnet, subnet.poolOf(request.ciaddr));
  return { kind: "inform", subnet, host: hostOf(world, request), settings, offers: NO_CHANGES };
}

function decideDiscover(world: World, request: LeaseRequest, now: Instant, store: StoreState): Decision {
  const choice = chooseAddress(world, request, now);
  const { isIpv6OnlyCapable } = request;
  if (isIpv6OnlyCapable) {
    const noAddress = offerNoAddress(world, request, choice);
    if (noAddress !== undefined) return noAddress;
  }
  if ("reason" in choice) return silent(choice.reason, exhausted(choice.pools ?? [], now));
  // RFC 8925 §3.3: rapid commit is not honored for who is told to do without IPv4.
  const isTold = isIpv6OnlyCapable && choice.entitlement.settings.options.has(IPV6_ONLY_PREFERRED);
  if (request.commitAtOnce === undefined || isTold) return offer(world, request, now, store, choice);
  return acknowledge(world, request, now, store, choice.address, choice.entitlement);
}

/**
 * RFC 8925 §3.3: a client that can do without IPv4 SHOULD NOT be given an address of a pool where that is preferred, but 0.0.0.0.
 * A reserved address is no pool's: the administrator has given it. Where there is no address at all, it is told the same.
 */
function offerNoAddress(world: World, request: LeaseRequest, choice: Choice): Decision | undefined {
  const isReserved = "address" in choice && choice.entitlement.pool === undefined;
  const subnet = "address" in choice ? choice.entitlement.subnet : request.link[0]!;
  if (isReserved || ("address" in choice && subnet.ipv6OnlyOffer === "address")) return undefined;
  const { pool, settings } =
    "address" in choice
      ? choice.entitlement
      : { pool: undefined, settings: settingsOf(world, request, subnet, undefined) };
  if (!settings.options.has(IPV6_ONLY_PREFERRED)) return undefined;
  return {
    kind: "offer-no-address",
    subnet,
    pool,
    host: hostOf(world, request),
    settings,
    offers: NO_CHANGES,
  };
}

/** RFC 2131 §4.3.2: the state of the client shows in which of option 54, option 50 and ciaddr it filled in. */
function decideRequest(world: World, request: LeaseRequest, now: Instant, store: StoreState): Decision {
  const quirk = quirkNeeded(request);
  if (quirk !== undefined && !world.network.quirks.has(quirk)) return silent("malformed");
  if (request.serverIdentifier !== undefined) return decideSelecting(world, request, now, store);
  if (request.ciaddr !== 0) return decideExisting(world, request, now, store, request.ciaddr);
  if (request.requestedAddress !== undefined) {
    return decideExisting(world, request, now, store, request.requestedAddress);
  }
  return silent("malformed");
}

/** A REQUEST that is none of table 4's rows, and the quirk that makes it one of them. */
function quirkNeeded(request: LeaseRequest): ClientQuirk | undefined {
  const { serverIdentifier, ciaddr, misplacedCiaddr, requestedAddress } = request;
  if (serverIdentifier !== undefined) return ciaddr || misplacedCiaddr ? "selecting-with-ciaddr" : undefined;
  return ciaddr === 0 || requestedAddress === undefined ? undefined : "renewing-with-requested-address";
}

function decideSelecting(world: World, request: LeaseRequest, now: Instant, store: StoreState): Decision {
  if (!world.isServer(request.serverIdentifier!)) {
    // RFC 2131 §4.3.2: the REQUEST that selects another server declines our offer.
    return silent("selected-another-server", DROPPED);
  }
  const address = selectedAddress(world, request, now);
  if (address === undefined) return refuse(world, request, store, "no-address-named", 0 as Ipv4);
  const entitlement = entitlementTo(world, request, address, now);
  if (entitlement === undefined) return refuse(world, request, store, "not-entitled", address);
  const lease = world.view.get(address);
  if (!isFreeFor(lease, request.client, now, world.policy.guardMs)) {
    return refuseHeld(world, request, now, store, lease!);
  }
  return (
    keptFrom(world, request, address, entitlement, now) ??
    acknowledge(world, request, now, store, address, entitlement)
  );
}

/**
 * Who takes an address that was not offered to it does not get what the pool keeps for known hosts. Another node may have offered it
 * and be about to answer, so that this is a silence and no NAK (I13).
 */
function keptFrom(
  world: World,
  request: LeaseRequest,
  address: Ipv4,
  { subnet, pool }: Entitlement,
  now: Instant,
): Decision | undefined {
  const { client } = request;
  if (pool === undefined || !keepsForKnown(world, subnet, pool)) return undefined;
  if (world.view.get(address)?.client === client) return undefined;
  if (offeredTo(world, client, now) === address || isKnown(world, request)) return undefined;
  if (!isKeptForKnown(world, subnet, pool, now)) return undefined;
  return silent("pool-exhausted", exhausted([pool.keptShare], now));
}

/** Option 50; of a client that leaves it out: what it has or is offered. */
function selectedAddress(world: World, request: LeaseRequest, now: Instant): Ipv4 | undefined {
  const { requestedAddress, client } = request;
  if (requestedAddress !== undefined) return requestedAddress;
  const hint = (request.misplacedCiaddr || request.ciaddr || undefined) as Ipv4 | undefined;
  if (hint !== undefined && world.view.get(hint)?.client === client) return hint;
  const isOfferMeant = world.network.quirks.has("selecting-without-requested-address");
  return (isOfferMeant ? offeredTo(world, client, now) : undefined) ?? hint;
}

/** Of which this node knows that it is on offer to the client: it offered it itself, or another node had to store its offer. */
function offeredTo(world: World, client: ClientId, now: Instant): Ipv4 | undefined {
  const stored = () => world.view.ofClient(client).find((lease) => isOffered(lease, now))?.address;
  return world.offers.to(client, now) ?? stored();
}

function isOffered({ state, heldUntil }: Lease, now: Instant): boolean {
  return state === "offered" && now < heldUntil;
}

/**
 * Within the guard it depends on a node's clock whether the address is free again, and another node that got the same REQUEST may be
 * giving it to this client right now: then NAK would contradict its ACK (I13).
 */
function refuseHeld(
  world: World,
  request: LeaseRequest,
  now: Instant,
  store: StoreState,
  lease: Lease,
): Decision {
  const certainUntil = lease.state === "declined" ? lease.heldUntil - world.policy.guardMs : lease.heldUntil;
  return now < certainUntil
    ? refuse(world, request, store, "held-by-another", lease.address)
    : silent("hold-is-ending");
}

/** INIT-REBOOT, RENEWING and REBINDING: the client believes that it has the address. */
function decideExisting(
  world: World,
  request: LeaseRequest,
  now: Instant,
  store: StoreState,
  address: Ipv4,
): Decision {
  if (!request.link.some((subnet) => subnet.contains(address))) {
    return refuse(world, request, store, "wrong-network", address);
  }
  const entitlement = entitlementTo(world, request, address, now);
  const lease = world.view.get(address);
  if (entitlement === undefined) return notAsBelieved(world, request, store, lease, "not-entitled", address);
  if (isBound(lease, now) && lease.client === request.client) {
    return acknowledge(world, request, now, store, address, entitlement);
  }
  if (!isFreeFor(lease, request.client, now, world.policy.guardMs)) {
    return entitlement.pool === undefined
      ? refuseHeld(world, request, now, store, lease!)
      : notAsBelieved(world, request, store, lease, "held-by-another", address);
  }
  // A reserved address needs no record: the inventory says whose it is. An ended lease of the client's own is given again.
  const isWantedAgain =
    lease?.client === request.client && world.network.quirks.has("ended-lease-wanted-again");
  if (entitlement.pool === undefined || isWantedAgain || isTakenOffer(world, request, address, now)) {
    return acknowledge(world, request, now, store, address, entitlement);
  }
  return notAsBelieved(world, request, store, lease, "no-such-lease", address);
}

/** It takes an offer, and does not say whose. */
function isTakenOffer(world: World, request: LeaseRequest, address: Ipv4, now: Instant): boolean {
  return (
    request.ciaddr === 0 &&
    world.network.quirks.has("selecting-without-server-identifier") &&
    offeredTo(world, request.client, now) === address
  );
}

/**
 * RFC 2131 §4.3.2: "If the DHCP server has no record of this client, then it MUST remain silent"; a server that is told to
 * be authoritative for the subnet says NAK, so that the client does not wait in vain.
 */
function notAsBelieved(
  world: World,
  request: LeaseRequest,
  store: StoreState,
  lease: Lease | undefined,
  reason: RefuseReason,
  address: Ipv4,
): Decision {
  const isKnown = lease?.client === request.client || world.view.ofClient(request.client).length > 0;
  if (!isKnown && !request.link[0]!.authoritative) return silent("unknown-lease");
  return refuse(world, request, store, reason, address);
}

function refuse(
  world: World,
  request: LeaseRequest,
  store: StoreState,
  reason: RefuseReason,
  address: Ipv4,
): Decision {
  // A NAK must rest on what a quorum knows.
  if (store === "stored-only") return silent("store-unavailable");
  const isSpared = request.firmware && world.network.quirks.has("firmware-spared-a-nak");
  if (isSpared && request.serverIdentifier !== undefined) return silent("firmware-must-not-be-refused");
  return { kind: "refuse", reason, address, offers: NO_CHANGES };
}

function decideRelease(world: World, request: LeaseRequest, now: Instant): Decision {
  const { quirks } = world.network;
  const { ciaddr, requestedAddress, serverIdentifier } = request;
  if (serverIdentifier === undefined && !quirks.has("release-without-server-identifier")) {
    return silent("malformed");
  }
  const address = ciaddr || (quirks.has("release-with-requested-address") ? requestedAddress : undefined);
  if (!address) return silent("malformed");
  const lease = heldLease(world, request, address as Ipv4, now);
  if (lease === undefined) return silent("not-the-owner");
  // A node that is cut off may serve its host on by what is held, so nobody else may have the address before that has passed.
  if (lease.isReserved) return silent("released");
  const append = releaseEvent(world, request, lease, now);
  return { kind: "silent", reason: "released", append, offers: NO_CHANGES };
}

/** RFC 2131 §4.3.3: the client found somebody else using the address, which must not be given out for a while. */
function decideDecline(world: World, request: LeaseRequest, now: Instant): Decision {
  const { quirks } = world.network;
  const { misplacedCiaddr, requestedAddress, serverIdentifier } = request;
  if (serverIdentifier === undefined && !quirks.has("decline-without-server-identifier")) {
    return silent("malformed");
  }
  const address = requestedAddress ?? (quirks.has("decline-with-ciaddr") ? misplacedCiaddr : undefined);
  if (!address) return silent("malformed");
  const append = declineOf(world, request, address, now);
  if (append === undefined) return silent("not-the-owner");
  if (declineLimitReached(world, request, now) !== undefined) return silent("too-many-declines");
  return { kind: "silent", reason: "declined", append, offers: NO_CHANGES };
}

function declineOf(world: World, request: LeaseRequest, address: Ipv4, now: Instant): Append | undefined {
  const held = heldLease(world, request, address, now);
  if (held !== undefined) return declineEvent(world, request, held, now);
  const { client } = request;
  const isTaken = world.network.quirks.has("decline-of-an-offer") && isForUs(world, request);
  if (!isTaken || offeredTo(world, client, now) !== address) return undefined;
  if (!isFreeFor(world.view.get(address), client, now, world.policy.guardMs)) return undefined;
  const entitlement = entitlementTo(world, request, address, now);
  return entitlement && conflictEvent(world, request, { address, ...entitlement });
}

/**
 * The lease that a client gives back. It is the client's own by its identity, and by nothing else: what else is missing in its
 * message is put up with, but nobody gives back what another one has.
 */
function heldLease(world: World, request: LeaseRequest, address: Ipv4, now: Instant): Lease | undefined {
  const lease = world.view.get(address);
  const isOwn = isBound(lease, now) && lease.client === request.client;
  return isOwn && isForUs(world, request) ? lease : undefined;
}

function isForUs(world: World, request: LeaseRequest): boolean {
  return request.serverIdentifier === undefined || world.isServer(request.serverIdentifier);
}
