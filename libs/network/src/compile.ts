// A checked document to lookups. Inheritance is settled here (defaults → subnet → pool), never on the packet path.
import { type Ipv4, type Prefix, parseIpv4, parsePrefix, seconds } from "@leasehold/protocol";
import { leasablePart, parseRange } from "./address-range.ts";
import { AddressTable } from "./address-table.ts";
import type { LeaseTimes, Network, Pool, Subnet } from "./network.ts";
import { encodeWritten } from "./option-schema.ts";
import type { LeaseDocument, NetworkDocument, PoolDocument, SubnetDocument } from "./schema.ts";

const LEASE_DEFAULT = { seconds: 3600, heldFactor: 2 };
const IDENTITY_DEFAULT = "mac";

type Defaults = NonNullable<NetworkDocument["defaults"]>;

/** Compiles a document that `readNetwork` or `checkNetwork` let pass. */
export function compileNetwork(document: NetworkDocument, revision: number): Network {
  const subnets = document.subnets.map((subnet) => compileSubnet(subnet, document.defaults ?? {}));
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  const byInterface = firstOf(subnets, (subnet) =>
    subnet.interface === undefined ? [] : [subnet.interface],
  );
  const byRelay = firstOf(subnets, (subnet) => subnet.relays);
  const byAddress = new AddressTable(subnets, ({ prefix }) => ({
    first: prefix.address,
    last: prefix.broadcast,
  }));
  const links = new Map(subnets.map((subnet) => [subnet, linkOf(subnet, subnets)]));
  return {
    revision,
    document,
    subnets,
    ...compileServerIdentifier(document),
    subnetOnLink: (interfaceName, addresses) =>
      byInterface.get(interfaceName) ?? firstHolding(byAddress, addresses),
    subnetOfRelay: (giaddr) => byRelay.get(giaddr) ?? byAddress.holding(giaddr),
    subnetContaining: (address) => byAddress.holding(address),
    subnet: (id) => byId.get(id),
    linkOf: (subnet) => links.get(subnet) ?? [subnet],
  };
}

// Subnets of a shared network may claim one link together: the first in the document is its primary one.
function firstOf<K>(subnets: readonly Subnet[], keysOf: (subnet: Subnet) => readonly K[]): Map<K, Subnet> {
  const map = new Map<K, Subnet>();
  for (const subnet of subnets) {
    for (const key of keysOf(subnet)) if (!map.has(key)) map.set(key, subnet);
  }
  return map;
}

function linkOf(subnet: Subnet, all: readonly Subnet[]): readonly Subnet[] {
  if (subnet.sharedNetwork === undefined) return [subnet];
  return [subnet, ...all.filter((other) => other !== subnet && other.sharedNetwork === subnet.sharedNetwork)];
}

function firstHolding(table: AddressTable<Subnet>, addresses: readonly Ipv4[]): Subnet | undefined {
  for (const address of addresses) {
    const subnet = table.holding(address);
    if (subnet) return subnet;
  }
  return undefined;
}

function compileServerIdentifier(document: NetworkDocument): Pick<Network, "serverIdentifier"> {
  const wanted = document.cluster?.serverIdentifier;
  if (!wanted || wanted.mode === "per-node") return {};
  return {
    serverIdentifier: { mode: wanted.mode, address: checked(parseIpv4(wanted.address), wanted.address) },
  };
}

function compileSubnet(subnet: SubnetDocument, defaults: Defaults): Subnet {
  const prefix = checked(parsePrefix(subnet.prefix), subnet.prefix);
  const lease = mergeLease(subnet.lease, mergeLease(defaults.lease, LEASE_DEFAULT));
  const pools = (subnet.pools ?? []).map((pool) => compilePool(pool, subnet.id, prefix, lease));
  const byAddress = new AddressTable(pools, (pool) => pool);
  return {
    id: subnet.id,
    prefix,
    ...(subnet.interface === undefined ? {} : { interface: subnet.interface }),
    relays: (subnet.relays ?? []).map((relay) => checked(parseIpv4(relay), relay)),
    ...(subnet.sharedNetwork === undefined ? {} : { sharedNetwork: subnet.sharedNetwork }),
    authoritative: subnet.authoritative ?? defaults.authoritative ?? false,
    identity: subnet.identity ?? defaults.identity ?? IDENTITY_DEFAULT,
    lease: leaseTimes(lease),
    pools: pools.sort((a, b) => a.first - b.first),
    options: compileOptions(prefix, { ...defaults.options, ...subnet.options }),
    contains: (address) => address >= prefix.address && address <= prefix.broadcast,
    poolOf: (address) => byAddress.holding(address),
  };
}

function compilePool(pool: PoolDocument, subnet: string, prefix: Prefix, lease: WholeLease): Pool {
  const range = checked(parseRange(pool.range), pool.range);
  const { first, last } = checked(leasablePart(range, prefix), pool.range);
  return {
    id: `${subnet}/${pool.range.replaceAll(" ", "")}`,
    subnet,
    first,
    last,
    size: last - first + 1,
    for: pool.for ?? "any",
    allocate: pool.allocate ?? "dynamic",
    lease: leaseTimes(mergeLease(pool.lease, lease)),
  };
}

type WholeLease = { readonly seconds: number; readonly heldFactor: number };

function mergeLease(own: LeaseDocument | undefined, inherited: WholeLease): WholeLease {
  return { seconds: own?.seconds ?? inherited.seconds, heldFactor: own?.heldFactor ?? inherited.heldFactor };
}

function leaseTimes(lease: WholeLease): LeaseTimes {
  return { seconds: seconds(lease.seconds), heldFactor: lease.heldFactor };
}

// RFC 2132 §3.3: a mask stands before the routers. Codes in rising order keep that, and make the bytes repeatable.
function compileOptions(prefix: Prefix, written: Record<string, unknown>): ReadonlyMap<number, Uint8Array> {
  const all: Record<string, unknown> = {
    subnetMask: prefix.mask,
    broadcastAddress: prefix.broadcast,
    ...written,
  };
  const encoded = Object.entries(all).map(([name, value]) => encodeWritten(name, value));
  return new Map(encoded.sort(([a], [b]) => a - b));
}

function checked<T>(value: T | undefined, written: string): T {
  if (value === undefined) throw new Error(`"${written}" cannot be compiled: the document was not checked.`);
  return value;
}
