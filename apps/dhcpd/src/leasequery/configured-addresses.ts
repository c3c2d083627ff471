// The addresses that this cluster manages: what a leasequery for "all configured IP addresses" is about (RFC 6926 §8.2), and
// what parts LEASEUNASSIGNED from LEASEUNKNOWN (RFC 4388 §6.4). These are the pools, and what is reserved outside of them.
import type { Inventory } from "@leasehold/inventory";
import type { Network, Pool } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";

type Configured = { readonly network: Network; readonly inventory: Inventory };

export function isConfigured({ network, inventory }: Configured, address: Ipv4): boolean {
  const subnet = network.subnetContaining(address);
  if (subnet === undefined) return false;
  return subnet.poolOf(address) !== undefined || inventory.ofAddress(address) !== undefined;
}

/** What is configured now, fixed: a query that runs for minutes tells each address once, whatever changes meanwhile. */
export class ConfiguredAddresses {
  private readonly network: Network;
  private readonly reserved: ReadonlySet<Ipv4>;

  constructor({ network, inventory }: Configured) {
    this.network = network;
    this.reserved = new Set(reservedOutsidePools(network, inventory));
  }

  has(address: Ipv4): boolean {
    return this.reserved.has(address) || this.poolOf(address) !== undefined;
  }

  *all(): Generator<Ipv4> {
    for (const { pools } of this.network.subnets) for (const pool of pools) yield* addressesOf(pool);
    yield* this.reserved;
  }

  private poolOf(address: Ipv4): Pool | undefined {
    return this.network.subnetContaining(address)?.poolOf(address);
  }
}

function* reservedOutsidePools(network: Network, inventory: Inventory): Generator<Ipv4> {
  for (const host of inventory.hosts()) {
    for (const { addresses } of host.interfaces) {
      for (const { address } of addresses) {
        const subnet = network.subnetContaining(address);
        if (subnet !== undefined && subnet.poolOf(address) === undefined) yield address;
      }
    }
  }
}

/** Without the pool's holes. */
function* addressesOf(pool: Pool): Generator<Ipv4> {
  for (let index = 0; index < pool.size; index++) yield pool.at(index);
}
