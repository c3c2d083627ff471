// What the packet path asks of the network: immutable, swapped whole between two packets.
import type { Ipv4, Mac, Packet, Prefix, Seconds } from "@leasehold/protocol";
import type { ClientQuirk } from "./client-quirks.ts";
import type { LeaseDocument } from "./document/lease-schema.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import type { AddressRange } from "./pools/address-range.ts";
import type { FixedAddress } from "./pools/fixed-addresses.ts";
import type { BootProfile } from "./profiles/boot-profile.ts";
import type { Identifier } from "./reservations/identifier.ts";
import type { BootSettings } from "./settings/boot-settings.ts";

export interface Network {
  /** The bucket revision of the document. */
  readonly revision: number;
  readonly document: NetworkDocument;
  /** In the order of the document. */
  readonly subnets: readonly Subnet[];
  /** Undefined when each node is to name its own address. */
  readonly serverIdentifier?: { readonly address: Ipv4; readonly mode: "floating" | "external" };
  /** Who is served by what is held while nothing can be stored. */
  readonly withoutQuorum: "reserved" | "renewals-only";
  /** What is not given is not limited. */
  readonly limits: NonNullable<NetworkDocument["limits"]>;
  readonly leasequeryPeers: ReadonlySet<Ipv4>;
  /** Of links that no subnet is on. */
  readonly subnetSelection: "relayed" | "any";
  /** Undefined: addresses are not looked for before they are offered. */
  readonly conflictProbe?: { readonly waitMs: number };
  /** What clients get wrong that is put up with: none of it where the document says `strict`. */
  readonly quirks: ReadonlySet<ClientQuirk>;
  /** For packets from the link itself: by the subnet's `interface`, else by an address that the interface has. */
  subnetOnLink(interfaceName: string, addresses: readonly Ipv4[]): Subnet | undefined;
  /**
   * For relayed packets: by the subnets' `relays`, else the subnet that holds giaddr (RFC 2131 §4.3.1). Not those of a VPN.
   */
  subnetOfRelay(giaddr: Ipv4): Subnet | undefined;
  subnetContaining(address: Ipv4): Subnet | undefined;
  /** The same as `subnetOfRelay` among the subnets of one VPN (RFC 6607), undefined being the global one. */
  subnetOfVss(vss: string | undefined, address: Ipv4): Subnet | undefined;
  subnet(id: string): Subnet | undefined;
  /** Of the document, or built in; a checked document names no other. */
  bootProfile(id: string): BootProfile | undefined;
  /** Whom the document says to have the address: a router, a relay agent, a server; undefined for all others. */
  fixedAt(address: Ipv4): FixedAddress | undefined;
  /** By rising index. Costs nothing in a document without classes. */
  classesOf(facts: ClientFacts): readonly ClientClass[];
  /**
   * What a client gets: defaults → shared network → subnet → pool → classes → reservation, the last one that says
   * something counts, for each option and each field by itself. Kept by subnet, pool and set of classes.
   * @param pool undefined outside the pools.
   * @param classes as `classesOf` gave them, or some of these.
   */
  settingsFor(
    subnet: Subnet,
    pool: Pool | undefined,
    classes: readonly ClientClass[],
    reservation: DocumentReservation | undefined,
  ): Settings;
}

export interface Subnet {
  readonly id: string;
  readonly prefix: Prefix;
  readonly interface?: string;
  readonly relays: readonly Ipv4[];
  readonly sharedNetwork?: string;
  /** The VPN that it is in, as the document spells it; undefined for the global one (RFC 6607). */
  readonly vss?: string;
  /** The subnets of its link: itself first, then the others of its shared network in the order of the document. */
  readonly link: readonly Subnet[];
  /** Whether a client that we know nothing of may be told NAK (RFC 2131 §4.3.2: "otherwise … MUST remain silent"). */
  readonly authoritative: boolean;
  /** By what a client is told apart. `mac` is right where firmware, loader and system must be one client. */
  readonly identity: Identity;
  /** What becomes of hosts that nobody knows. */
  readonly unknown: "lease" | "ignore" | "quarantine";
  readonly bootp: "off" | "static" | "dynamic";
  readonly rapidCommit: boolean;
  /** What a client gets whose reserved address here another one still holds. */
  readonly reservedAddressHeld: "wait" | "pool";
  /** Whether a client on this subnet's link may name another subnet itself, by option 82 or 118. */
  readonly subnetSelection: "relayed" | "any";
  /** What clients are offered that are told to do without IPv4 (RFC 8925 §3.3); a reserved address they get. */
  readonly ipv6OnlyOffer: "no-address" | "address";
  /** Outside the pools, for clients in no class. */
  readonly lease: LeaseTimes;
  /** By first address. */
  readonly pools: readonly Pool[];
  /** Encoded, for clients in no class; subnetMask and broadcastAddress are always there. */
  readonly options: ReadonlyMap<number, Uint8Array>;
  contains(address: Ipv4): boolean;
  poolOf(address: Ipv4): Pool | undefined;
  /** The document's reservation for this client here: by hardware address, option 61, UUID, relay, class, in this order. */
  reservationFor(facts: ClientFacts): DocumentReservation | undefined;
  /** As `reservationFor`, without those by class. */
  reservationByIdentity(facts: ClientFacts): DocumentReservation | undefined;
  /** Whether the document names a client here: somebody is known. */
  readonly hasReservations: boolean;
  /** The document's reservation of this address. */
  reservedAt(address: Ipv4): DocumentReservation | undefined;
}

export type Identity = "mac" | "clientId";

/** The prefix's network and broadcast address, and the holes, are not among its addresses. */
export interface Pool {
  /** `<subnet id>/<ranges as written>`. */
  readonly id: string;
  readonly subnet: string;
  /** Disjoint, in rising order: what is leasable. */
  readonly ranges: readonly AddressRange[];
  /** The lowest and the highest address; all between them are leasable when there is one range. */
  readonly first: Ipv4;
  readonly last: Ipv4;
  /** How many addresses are leasable. */
  readonly size: number;
  /** The leasable addresses by number, 0 … size - 1, rising. */
  at(index: number): Ipv4;
  /** The number of an address that it contains. */
  indexOf(address: Ipv4): number;
  contains(address: Ipv4): boolean;
  readonly for: "any" | "known" | "unknown" | (string & {});
  readonly allocate: "dynamic" | "reserved-only";
  /** Whether it gives addresses to such a client: `isKnown(facts)`, and its classes. */
  serves(isKnown: boolean, classes: readonly ClientClass[]): boolean;
  /** The last so many free addresses are not for unknown hosts. */
  readonly keepForKnown: number;
  /** The document does not say so: it is a part of the pool, and for nothing while no host is known. */
  readonly isKeptByDefault: boolean;
  /** By this name that share is noted as all that is left, for a second. */
  readonly keptShare: string;
  /** For clients in no class. */
  readonly lease: LeaseTimes;
}

/** Of the document; the inventory has its own. */
export interface DocumentReservation {
  /** `<subnet id>/<what names the client>=<its value>`. */
  readonly id: string;
  /** What names the client. */
  readonly by: Identifier;
  /** Undefined: only settings are reserved. */
  readonly address?: Ipv4;
  readonly hostname?: string;
  /** As written; `settingsFor` has what comes of it. */
  readonly lease?: LeaseDocument;
}

export interface Settings {
  /** Encoded, by rising code; subnetMask and broadcastAddress are there unless `never` has them. */
  readonly options: ReadonlyMap<number, Uint8Array>;
  /** Codes of what is sent though option 55 does not name it, as far as it is set. */
  readonly unasked: ReadonlySet<number>;
  /** Codes of what is not sent, whoever asks for it, and not in `options`. */
  readonly never: ReadonlySet<number>;
  readonly lease: LeaseTimes;
  /** siaddr, sname, file. */
  readonly server: { readonly nextServer?: Ipv4; readonly name?: string; readonly file?: string };
  /** Undefined where the document says nothing of it. */
  readonly boot?: BootSettings;
}

export interface LeaseTimes {
  /** What a client is told that asks for no time. */
  readonly seconds: Seconds;
  /** What a client may ask for: minSeconds ≤ seconds ≤ maxSeconds. */
  readonly minSeconds: Seconds;
  readonly maxSeconds: Seconds;
  /** How much longer the store holds the address. */
  readonly heldFactor: number;
  /** When to renew and to rebind, as parts of the time that the client is told: t1 ≤ t2 < 1. */
  readonly t1: number;
  readonly t2: number;
  /** How long an address is out of use after a DECLINE; undefined: the document does not say. */
  readonly probationSeconds?: Seconds;
}

export interface ClientClass {
  /** The document's id; `ignore` for its list of that name; `vendor:PXEClient` for what its option definitions name. */
  readonly id: string;
  readonly policy?: "ignore" | "decommission";
  /** Its place: where several classes say something, the one with the highest index counts. */
  readonly index: number;
}

/** What matchers ask of a host of the inventory. */
export interface HostFacts {
  readonly id?: string | undefined;
  readonly hostname?: string | undefined;
  readonly type?: string | undefined;
  readonly role?: string | undefined;
  readonly subRole?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface ClientFacts {
  readonly packet: Packet;
  readonly mac: Mac;
  /** Undefined: the inventory does not know the client. */
  readonly host?: HostFacts | undefined;
  /** Where the packet came from; undefined: no subnet is configured for it. */
  readonly subnet?: Subnet | undefined;
  /** Option 82 of an earlier packet of the client, for one that comes now without its relay agent: a renewal by unicast. */
  readonly agent?: Uint8Array | undefined;
  /** The address of that relay agent. */
  readonly giaddr?: Ipv4 | undefined;
}
