// Everything that this node knows, as decisions read it. The views are fed by io/; a network is swapped whole.
import { Inventory } from "@leasehold/inventory";
import {
  DEFAULT_POLICY,
  type LeasePolicy,
  LeaseView,
  type Members,
  Offers,
  type World,
} from "@leasehold/leases";
import { compileNetwork, type Network } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import type { Membership } from "./membership.ts";

export class NodeWorld implements World {
  readonly node: string;
  readonly view = new LeaseView();
  readonly offers = new Offers();
  readonly membership: Membership;
  readonly policy: LeasePolicy;
  inventory = new Inventory();
  network: Network = compileNetwork({ version: 1, subnets: [] }, 0);
  storeReady = false;
  private readonly ownAddresses = new Set<Ipv4>();

  constructor(node: string, membership: Membership, policy: LeasePolicy = DEFAULT_POLICY) {
    this.node = node;
    this.membership = membership;
    this.policy = policy;
  }

  get members(): Members {
    return this.membership.members;
  }

  addOwnAddress(address: Ipv4): void {
    this.ownAddresses.add(address);
  }

  isServer(address: Ipv4): boolean {
    return (
      this.ownAddresses.has(address) ||
      this.network.serverIdentifier?.address === address ||
      this.membership.isMember(address)
    );
  }
}
