// What the packet path asks of the network: immutable, swapped whole between two packets.
import type { Ipv4, Prefix, Seconds } from "@leasehold/protocol";
import type { NetworkDocument } from "./schema.ts";

export interface Network {
  /** The bucket revision of the document. */
  readonly revision: number;
  readonly document: NetworkDocument;
  /** In the order of the document. */
  readonly subnets: readonly Subnet[];
  /** Undefined when each node is to name its own address. */
  readonly serverIdentifier?: { readonly address: Ipv4; readonly mode: "floating" | "external" };
  /** For packets from the link itself: by the subnet's `interface`, else by an address that the interface has. */
  subnetOnLink(interfaceName: string, addresses: readonly Ipv4[]): Subnet | undefined;
  /** For relayed packets: by the subnets' `relays`, else the subnet that holds giaddr (RFC 2131 §4.3.1). */
  subnetOfRelay(giaddr: Ipv4): Subnet | undefined;
  subnetContaining(address: Ipv4): Subnet | undefined;
  subnet(id: string): Subnet | undefined;
  /** The subnets on one link with this one: itself first, then the others of its shared network. */
  linkOf(subnet: Subnet): readonly Subnet[];
}

export interface Subnet {
  readonly id: string;
  readonly prefix: Prefix;
  readonly interface?: string;
  readonly relays: readonly Ipv4[];
  readonly sharedNetwork?: string;
  /** Whether a client that we know nothing of may be told NAK (RFC 2131 §4.3.2: "otherwise … MUST remain silent"). */
  readonly authoritative: boolean;
  /** By what a client is told apart. `mac` is right where firmware, loader and system must be one client. */
  readonly identity: Identity;
  /** Outside the pools: for reserved addresses. */
  readonly lease: LeaseTimes;
  /** By first address. */
  readonly pools: readonly Pool[];
  /** Encoded, defaults and subnet merged; subnetMask and broadcastAddress are always there. */
  readonly options: ReadonlyMap<number, Uint8Array>;
  contains(address: Ipv4): boolean;
  poolOf(address: Ipv4): Pool | undefined;
}

export type Identity = "mac" | "clientId";

/** `first` … `last` are all leasable: the prefix's network and broadcast address are not among them. */
export interface Pool {
  /** `<subnet id>/<range as written>`. */
  readonly id: string;
  readonly subnet: string;
  readonly first: Ipv4;
  readonly last: Ipv4;
  readonly size: number;
  readonly for: "any" | "known" | "unknown" | (string & {});
  readonly allocate: "dynamic" | "reserved-only";
  readonly lease: LeaseTimes;
}

export interface LeaseTimes {
  /** What the client is told. */
  readonly seconds: Seconds;
  /** How much longer the store holds the address. */
  readonly heldFactor: number;
}
