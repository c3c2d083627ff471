// What may happen to an address: events, their fold, decisions, and the port to where they are stored.
export { BoundedMap } from "./bounded-map.ts";
export { decide } from "./decide/decide.ts";
export type { Decision, SilentReason, StoreState } from "./decide/decision.ts";
export { declineLimitReached } from "./decide/declines.ts";
export { entitlementTo, reservationOf } from "./decide/entitlement.ts";
export { conflictEvent } from "./decide/grant.ts";
export { whyNobodys } from "./decide/nobodys-address.ts";
export { DROPPED } from "./decide/offer-change.ts";
export { OFFERS_MAX, Offers } from "./decide/offers.ts";
export { releasesOfOlder } from "./decide/one-address.ts";
export { DEFAULT_POLICY, type LeasePolicy, type LeaseRequest, type World } from "./decide/request.ts";
export { heardSelection } from "./decide/selection.ts";
export { faultOfFields } from "./lease/event-faults.ts";
export { after, type Instant, instant, NO_REVISION, type Revision, revision } from "./lease/instant.ts";
export {
  isBound,
  isFreeFor,
  isRemoved,
  isUnreadable,
  LEASE_STATES,
  type Lease,
  type LeaseState,
  leaseAfter,
  leaseOf,
  type ShownState,
  shownState,
} from "./lease/lease.ts";
export {
  type ClientTrace,
  decodeLeaseEvent,
  encodeLeaseEvent,
  LEASE_EVENT_TYPES,
  type LeaseEvent,
  type LeaseEventType,
  leaseKey,
  NoEvent,
  parseLeaseEvent,
  type RelayTrace,
  readLeaseEvent,
} from "./lease/lease-event.ts";
export {
  type Append,
  type AppendResult,
  isOwn,
  type LeaseStore,
  type StoredEvent,
} from "./lease/lease-store.ts";
export { MemoryLeaseStore } from "./lease/memory-store.ts";
export { type Clearing, type ClearingOrder, clearingOf } from "./repair/clearing.ts";
export { isReasserted, Reassertion } from "./repair/reassertion.ts";
export { portKeyOf } from "./view/declined-index.ts";
export { LeaseView } from "./view/lease-view.ts";
