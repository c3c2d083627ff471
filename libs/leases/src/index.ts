// What may happen to an address: events, their fold, decisions, and the port to where they are stored.
export { BoundedMap } from "./bounded-map.ts";
export { decide } from "./decide/decide.ts";
export { type Decision, DROPPED, type SilentReason, type StoreState } from "./decide/decision.ts";
export { declineLimitReached } from "./decide/declines.ts";
export { contextOf, entitlementTo, reservationOf, whyNobodys } from "./decide/entitlement.ts";
export { conflictEvent } from "./decide/grant.ts";
export { OFFERS_MAX, Offers } from "./decide/offers.ts";
export { releasesOfOlder, selectionReceived } from "./decide/one-address.ts";
export { DEFAULT_POLICY, type LeasePolicy, type LeaseRequest, type World } from "./decide/request.ts";
export { faultOfFields } from "./lease/event-faults.ts";
export { type Instant, instant, NO_REVISION, type Revision, revision } from "./lease/instant.ts";
export {
  after,
  isBound,
  isFreeFor,
  isReasserted,
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
  parseLeaseEvent,
  type RelayTrace,
} from "./lease/lease-event.ts";
export {
  type Append,
  type AppendResult,
  isOwn,
  type LeaseRecord,
  type LeaseStore,
  type StoredEvent,
  storedAs,
  storedEventOf,
} from "./lease/lease-store.ts";
export { MemoryLeaseStore } from "./lease/memory-store.ts";
export { type Clearing, type ClearingOrder, clearingOf } from "./repair/clearing.ts";
export { Reassertion } from "./repair/reassertion.ts";
export { portKeyOf } from "./view/declined-index.ts";
export { LeaseView } from "./view/lease-view.ts";
