// A subnet of a checked document to lookups. Inheritance is settled here (defaults → shared network → subnet → pool), never on
// the packet path.
import {
  formatIpv4,
  formatPrefix,
  type Ipv4,
  type Prefix,
  parseIpv4,
  parsePrefix,
} from "@leasehold/protocol";
import type { Classes } from "./classes/client-class.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import type { InheritedDocument, SharedNetworkDocument, SubnetDocument } from "./document/subnet-schema.ts";
import type { ClientFacts, Subnet } from "./network.ts";
import { IANA_OPTIONS, type OptionCatalogue } from "./options/option-catalogue.ts";
import { byFirst } from "./pools/address-range.ts";
import { AddressTable } from "./pools/address-table.ts";
import { type CompiledPool, compilePool, poolId } from "./pools/compile-pool.ts";
import type { FixedAddress } from "./pools/fixed-addresses.ts";
import type { Reservations } from "./reservations/reservations.ts";
import { type Level, levelOf } from "./settings/level.ts";
import { leaseTimesOf, merge, settingsOf } from "./settings/merge.ts";

/** What only this package reads of a subnet. */
export interface CompiledSubnet extends Subnet {
  /** From the farthest to the nearest: prefix, defaults, shared network, subnet. */
  readonly levels: readonly Level[];
  link: readonly Subnet[];
}

export interface SubnetContext {
  readonly document: NetworkDocument;
  readonly options: OptionCatalogue;
  readonly classes: Classes;
  /** Of each subnet by its id. */
  readonly reservations: ReadonlyMap<string, Reservations>;
  /** Addresses that somebody has. */
  readonly fixed: ReadonlyMap<Ipv4, FixedAddress>;
}

/** Throws when the document was not checked. `link` is the subnet alone until the others are compiled. */
export function compileSubnet(subnet: SubnetDocument, context: SubnetContext): CompiledSubnet {
  const { document, classes } = context;
  const prefix = parsePrefix(subnet.prefix);
  if (prefix === undefined) throw new Error(`"${subnet.prefix}" is no prefix: the document was not checked.`);
  const shared = document.sharedNetworks?.find(({ id }) => id === subnet.sharedNetwork);
  const levels = levelsAround(subnet, prefix, shared, context);
  const settings = settingsOf(merge(levels), undefined);
  const pools = compilePools(subnet, prefix, levels, context);
  const pieces = pools.flatMap((pool) => pool.ranges.map(({ first, last }) => ({ pool, first, last })));
  const byAddress = new AddressTable(pieces, (piece) => piece);
  const reservations = context.reservations.get(subnet.id)!;
  const classesOf = (facts: ClientFacts) => classes.of(facts);
  const compiled: CompiledSubnet = {
    id: subnet.id,
    prefix,
    ...(subnet.interface === undefined ? {} : { interface: subnet.interface }),
    relays: (subnet.relays ?? []).flatMap((relay) => parseIpv4(relay) ?? []),
    ...(subnet.sharedNetwork === undefined ? {} : { sharedNetwork: subnet.sharedNetwork }),
    ...(subnet.vss === undefined ? {} : { vss: subnet.vss }),
    link: [],
    ...inheritedBy([subnet, shared, document.defaults]),
    bootp: subnet.bootp ?? document.bootp ?? "off",
    ipv6OnlyOffer: subnet.ipv6OnlyOffer ?? document.ipv6OnlyOffer ?? "no-address",
    subnetSelection: subnet.subnetSelection ?? document.subnetSelection ?? "relayed",
    reservedAddressHeld: subnet.reservedAddressHeld ?? document.reservedAddressHeld ?? "wait",
    rapidCommit: subnet.rapidCommit ?? document.rapidCommit ?? false,
    lease: settings.lease,
    options: settings.options,
    pools,
    levels,
    contains: (address) => address >= prefix.address && address <= prefix.broadcast,
    poolOf: (address) => byAddress.holding(address)?.pool,
    reservationFor: (facts) => reservations.of(facts, classesOf),
    reservationByIdentity: (facts) => reservations.byIdentity(facts),
    hasReservations: (subnet.reservations ?? []).some((one) => one.class === undefined),
    reservedAt: (address: Ipv4) => reservations.at(address),
  };
  compiled.link = [compiled];
  return compiled;
}

function inheritedBy(nearestFirst: readonly (InheritedDocument | undefined)[]) {
  const said = <Field extends keyof InheritedDocument>(field: Field) =>
    nearestFirst.find((level) => level?.[field] !== undefined)?.[field];
  return {
    authoritative: said("authoritative") ?? false,
    identity: said("identity") ?? ("mac" as const),
    unknown: said("unknown") ?? ("lease" as const),
  };
}

function levelsAround(
  subnet: SubnetDocument,
  prefix: Prefix,
  shared: SharedNetworkDocument | undefined,
  { document, options }: SubnetContext,
): readonly Level[] {
  const derived = {
    subnetMask: formatIpv4(prefix.mask),
    broadcastAddress: formatIpv4(prefix.broadcast),
  };
  return [
    levelOf(`prefix ${formatPrefix(prefix)}`, { options: derived }, IANA_OPTIONS),
    levelOf("defaults", document.defaults ?? {}, options),
    ...(shared ? [levelOf(`shared network ${shared.id}`, shared, options)] : []),
    levelOf(`subnet ${subnet.id}`, subnet, options),
  ].filter((level) => !level.isEmpty);
}

function compilePools(
  subnet: SubnetDocument,
  prefix: Prefix,
  levels: readonly Level[],
  { options, classes, fixed }: SubnetContext,
): readonly CompiledPool[] {
  const holes = Array.from(fixed.keys())
    .filter((address) => address >= prefix.address && address <= prefix.broadcast)
    .map((address) => ({ first: address, last: address }));
  const pools = (subnet.pools ?? []).flatMap((pool) => {
    const level = levelOf(`pool ${poolId(subnet.id, pool)}`, pool, options);
    const lease = leaseTimesOf(merge([...levels, level]));
    const classIndex = (id: string) => classes.indexOf(id);
    return compilePool(pool, { subnet: subnet.id, prefix, level, lease, classIndex, fixed: holes }) ?? [];
  });
  return pools.sort(byFirst);
}
