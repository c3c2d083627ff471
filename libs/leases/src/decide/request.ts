// What a client asks for, as the decision sees it: no packet, no socket, no clock.

import type { Members } from "@leasehold/cluster";
import type { Inventory } from "@leasehold/inventory";
import type { ClientClass, LinkReservation, Network, Subnet } from "@leasehold/network";
import type { ClientId, Ipv4, Mac } from "@leasehold/protocol";
import type { ClientTrace, RelayTrace } from "../lease/lease-event.ts";
import type { LeaseView } from "../view/lease-view.ts";
import type { Offers } from "./offers.ts";

export interface LeaseRequest {
  /** Option 53. */
  readonly type: number;
  readonly client: ClientId;
  readonly mac: Mac;
  /** The subnets of the link that the packet came from; the first is where it arrived. */
  readonly link: readonly Subnet[];
  /** The classes that the network document puts the client in. */
  readonly classes: readonly ClientClass[];
  /** What the network document, as opposed to the inventory, reserves for the client on this link. */
  readonly reserved?: LinkReservation | undefined;
  /** The address that the client has: in RENEWING, REBINDING, INFORM and RELEASE. 0 in every other state, whatever the packet says. */
  readonly ciaddr: Ipv4;
  /** What stands in ciaddr of a packet of any other state: nothing but a hint. */
  readonly misplacedCiaddr?: Ipv4 | undefined;
  /** Option 50; not 0.0.0.0, which says nothing. */
  readonly requestedAddress: Ipv4 | undefined;
  /** Option 54; not 0.0.0.0. */
  readonly serverIdentifier: Ipv4 | undefined;
  /** Option 51. */
  readonly requestedSeconds?: number | undefined;
  /** The answer to this DISCOVER is an ACK: rapid commit (RFC 4039), or a BOOTP client, which knows no other. */
  readonly commitAtOnce?: { readonly seconds: number | undefined } | undefined;
  /** It can do without IPv4 (option 108 in option 55 of a DISCOVER), where the network document prefers that (RFC 8925). */
  readonly isIpv6OnlyCapable?: boolean;
  /**
   * What it asks of nonces, by which it would believe a FORCERENEW (RFC 6704); undefined: none. "kept": it only renews, and goes on
   * with the one that is recorded.
   */
  readonly nonce?: "new" | "kept" | undefined;
  readonly hostname: string | undefined;
  /** Of the packet; undefined when no packet asked. */
  readonly xid: number | undefined;
  readonly relay: RelayTrace | undefined;
  /** giaddr of the packet, where it has one. */
  readonly relayAddress?: Ipv4 | undefined;
  /** Undefined where no leasequery is answered. */
  readonly trace?: ClientTrace | undefined;
  /** A boot ROM: it gives up and boots from disk when it is told NAK while selecting (docs/leases.md). */
  readonly firmware: boolean;
  /** Names this attempt, in the event that may come of it. */
  readonly intent: string;
}

export interface LeasePolicy {
  /** How long after its end a lease of another client stays untouched: clock differences and failover (I7). */
  readonly guardMs: number;
  /** How long an offer stands in memory. */
  readonly offerMs: number;
  /** How long an offer that had to be stored keeps its address. */
  readonly storedOfferSeconds: number;
  /** How long a declined address is out of use, where the document does not say. */
  readonly probationSeconds: number;
}

export const DEFAULT_POLICY: LeasePolicy = {
  guardMs: 15_000,
  offerMs: 30_000,
  storedOfferSeconds: 60,
  probationSeconds: 86_400,
};

/** The state that a decision is made from: everything that this node knows. */
export interface World {
  readonly node: string;
  readonly view: LeaseView;
  readonly offers: Offers;
  readonly network: Network;
  readonly inventory: Inventory;
  readonly members: Members;
  /** Those that clients of the subnet's link can reach; absent: all. */
  membersOn?(subnet: Subnet): Members;
  readonly policy: LeasePolicy;
  /** Whether an address is one by which a member of the cluster is known (option 54). */
  isServer(address: Ipv4): boolean;
  /** The clients for which this node has recorded a nonce; absent: none. */
  readonly nonces?: { has(client: ClientId): boolean };
  /** Whether a relay agent was seen by this address, which the document may not name. Absent: none was. */
  isSeenRelay?(address: Ipv4): boolean;
}
