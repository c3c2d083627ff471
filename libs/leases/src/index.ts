// What may happen to an address: events, their fold, decisions, and the port to where they are stored.
export { BoundedMap } from "./bounded-map.ts";
export { type Clearing, type ClearingOrder, clearingOf } from "./clearing.ts";
export { decide } from "./decide.ts";
export type { Decision, SilentReason, StoreState } from "./decision.ts";
export { portKeyOf } from "./declined-index.ts";
export { declineLimitReached } from "./declines.ts";
export { entitlementTo, reservationOf } from "./entitlement.ts";
export { faultOfFields } from "./event-faults.ts";
export { conflictEvent } from "./grant.ts";
export { after, type Instant, instant, NO_REVISION, type Revision, revision } from "./instant.ts";
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
} from "./lease.ts";
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
} from "./lease-event.ts";
export { type Append, type AppendResult, isOwn, type LeaseStore, type StoredEvent } from "./lease-store.ts";
export { LeaseView } from "./lease-view.ts";
export { MemoryLeaseStore } from "./memory-store.ts";
export { whyNobodys } from "./nobodys-address.ts";
export { DROPPED } from "./offer-change.ts";
export { OFFERS_MAX, Offers } from "./offers.ts";
export { releasesOfOlder } from "./one-address.ts";
export { isReasserted, Reassertion } from "./reassertion.ts";
export { DEFAULT_POLICY, type LeasePolicy, type LeaseRequest, type World } from "./request.ts";
export { heardSelection } from "./selection.ts";
