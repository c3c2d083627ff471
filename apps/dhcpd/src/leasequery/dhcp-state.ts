// The state of an address in the words of RFC 6926 §6.2.7 (option 156), and since when it has been in it.
import type { Instant, Lease } from "@leasehold/leases";

export const DhcpState = {
  AVAILABLE: 1,
  ACTIVE: 2,
  EXPIRED: 3,
  RELEASED: 4,
  ABANDONED: 5,
  RESET: 6,
  /** Never told: the nodes of a cluster are one server, and what is free is free on all of them. */
  REMOTE: 7,
  TRANSITIONING: 8,
} as const;
export type DhcpState = (typeof DhcpState)[keyof typeof DhcpState];

export function dhcpStateOf(lease: Lease | undefined, now: Instant): DhcpState {
  if (lease === undefined) return DhcpState.AVAILABLE;
  switch (lease.state) {
    case "bound":
      return now < lease.heldUntil ? DhcpState.ACTIVE : DhcpState.EXPIRED;
    case "released":
      // Nobody asked for it in a packet: a node let go of a client's second address, or an operator did.
      return lease.xid === undefined ? DhcpState.RESET : DhcpState.RELEASED;
    case "declined":
      return now < lease.heldUntil ? DhcpState.ABANDONED : DhcpState.AVAILABLE;
    case "offered":
      return now < lease.heldUntil ? DhcpState.TRANSITIONING : DhcpState.AVAILABLE;
    default:
      return lease.state satisfies never;
  }
}

/** When that state began; for an address that nobody ever had, before every time that a query can name. */
export function stateSince(lease: Lease | undefined, now: Instant): Instant {
  if (lease === undefined) return 0 as Instant;
  if (lease.state !== "released" && now >= lease.heldUntil) return lease.heldUntil;
  return (lease.trace?.since as Instant | undefined) ?? lease.at;
}
