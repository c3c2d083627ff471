// Everything that this node knows, as decisions read it. The views are fed by io/; a network is swapped whole.

import type { Members } from "@leasehold/cluster";
import type { Problem } from "@leasehold/document";
import { Inventory } from "@leasehold/inventory";
import {
  BoundedMap,
  DEFAULT_POLICY,
  type Lease,
  type LeasePolicy,
  LeaseView,
  Offers,
  type World,
} from "@leasehold/leases";
import type { LinkView } from "@leasehold/link";
import { compileNetwork, type Network, type Subnet } from "@leasehold/network";
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import { type DhcpMembership, MembersOnLink } from "../cluster/dhcp-membership.ts";
import { LeasequeryIndex } from "../leasequery/lease-index.ts";
import { Alarms } from "../telemetry/alarms.ts";
import { networkWarnings } from "./network-warnings.ts";
import type { RecordedNonce } from "./recorded-nonce.ts";
import { SeenRelays } from "./seen-relays.ts";
import { StrayLeases } from "./stray-leases.ts";

/** Clients that this node can call by a FORCERENEW, at most. */
const NONCES_MAX = 50_000;

const NO_OPTIONS: ReadonlyMap<number, Uint8Array> = new Map();

/** How full a pool is, in addresses. */
export interface PoolUse {
  readonly size: number;
  readonly used: number;
  readonly declined: number;
}

export class NodeWorld implements World {
  readonly node: string;
  readonly view = new LeaseView();
  readonly offers = new Offers();
  readonly membership: DhcpMembership;
  readonly policy: LeasePolicy;
  /** What leasequeries ask for besides address and client. */
  readonly index = new LeasequeryIndex(this.view);
  inventory = new Inventory();
  readonly strays = new StrayLeases(this);
  network: Network = compileNetwork({ version: 1, subnets: [] }, 0);
  /** What the document says that works, and that a person should know of. */
  networkProblems: readonly Problem[] = [];
  /** From the moment at which its record came until it was in force. */
  networkLoadMs = 0;
  /** The one of the client that was heard of longest ago first; renewal-calls.ts keeps them. */
  readonly nonces = new BoundedMap<ClientId, RecordedNonce>(NONCES_MAX);
  readonly seenRelays = new SeenRelays();
  /** What a person should look at now. */
  readonly alarms = new Alarms();
  /** How full the pools are, by id: as they were looked at last. */
  readonly poolUse = new Map<string, PoolUse>();
  private readonly ownAddresses = new Set<Ipv4>();
  private readonly onLink: MembersOnLink;

  constructor(node: string, membership: DhcpMembership, policy: LeasePolicy = DEFAULT_POLICY) {
    this.node = node;
    this.membership = membership;
    this.policy = policy;
    this.onLink = new MembersOnLink(node, membership);
  }

  get members(): Members {
    return this.membership.members;
  }

  /** The members that clients of the subnet's link can reach. */
  membersOn(subnet: Subnet): Members {
    return this.onLink.of(subnet, this.network);
  }

  /** What this node can be reached by, now. */
  noteOwnLinks(links: readonly LinkView[], addresses: readonly Ipv4[]): void {
    this.ownAddresses.clear();
    for (const address of addresses) this.addOwnAddress(address);
    this.membership.noteOwnLinks(links);
  }

  addOwnAddress(address: Ipv4): void {
    this.ownAddresses.add(address);
    this.membership.addOwnAddress(address);
  }

  isSeenRelay(address: Ipv4): boolean {
    return this.seenRelays.known.has(address);
  }

  /** What a person should know of the network that is served. */
  get warnings(): readonly string[] {
    const nodes = [...this.ownAddresses, ...this.membership.addresses];
    return networkWarnings(this.network, this.networkProblems, { nodes, relays: this.seenRelays.all });
  }

  /** What the client of a lease is told, by option code. */
  optionsOf({ subnet: id, address }: Lease): ReadonlyMap<number, Uint8Array> {
    const subnet = this.network.subnet(id);
    return subnet === undefined
      ? NO_OPTIONS
      : this.network.settingsFor(subnet, subnet.poolOf(address), [], undefined).options;
  }

  isServer(address: Ipv4): boolean {
    return (
      this.ownAddresses.has(address) ||
      this.network.serverIdentifier?.address === address ||
      this.membership.isMember(address)
    );
  }
}
