// What this boot server knows: the network document in force, hosts, and leases, as the buckets have them.
import type { Inventory } from "@leasehold/inventory";
import type { LeaseView } from "@leasehold/leases";
import type { Network } from "@leasehold/network";

export interface Knowledge {
  readonly network: Network;
  readonly inventory: Inventory;
  readonly leases: LeaseView;
}
