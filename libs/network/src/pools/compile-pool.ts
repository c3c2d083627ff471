// A pool of the document to the addresses and clients that it serves.
import type { Prefix } from "@leasehold/protocol";
import type { PoolDocument } from "../document/subnet-schema.ts";
import type { ClientClass, LeaseTimes, Pool } from "../network.ts";
import type { Level } from "../settings/level.ts";
import {
  type AddressRange,
  leasablePart,
  parseAddressOrRange,
  parseRange,
  withoutHoles,
} from "./address-range.ts";
import { LeasableAddresses } from "./leasable-addresses.ts";

/** What only this package reads of a pool. */
export interface CompiledPool extends Pool {
  readonly level: Level;
}

export interface PoolContext {
  readonly subnet: string;
  readonly prefix: Prefix;
  readonly level: Level;
  readonly lease: LeaseTimes;
  /** Addresses that somebody has, by the document: in no pool, wherever they are. */
  readonly fixed: readonly AddressRange[];
  classIndex(id: string): number | undefined;
}

export function poolId(subnet: string, pool: PoolDocument): string {
  return `${subnet}/${rangesOf(pool).join(",").replaceAll(" ", "")}`;
}

export function rangesOf({ range, ranges }: PoolDocument): readonly string[] {
  return [...(range === undefined ? [] : [range]), ...(ranges ?? [])];
}

/** Undefined when nothing is left of it. */
export function compilePool(pool: PoolDocument, context: PoolContext): CompiledPool | undefined {
  const addresses = leasableAddressesOf(pool, context.prefix, context.fixed);
  if (addresses.size === 0) return undefined;
  const { for: wanted = "any", allocate = "dynamic" } = pool;
  const id = poolId(context.subnet, pool);
  return {
    id,
    subnet: context.subnet,
    ranges: addresses.ranges,
    first: addresses.first,
    last: addresses.last,
    size: addresses.size,
    at: (index) => addresses.at(index),
    indexOf: (address) => addresses.indexOf(address),
    contains: (address) => addresses.contains(address),
    for: wanted,
    allocate,
    keepForKnown: pool.keepForKnown ?? shareForKnown(wanted, addresses.size),
    isKeptByDefault: pool.keepForKnown === undefined,
    keptShare: `${id} for unknown hosts`,
    serves: allocate === "dynamic" ? servedBy(wanted, context) : () => false,
    lease: context.lease,
    level: context.level,
  };
}

/** The part of a pool that is kept for known hosts where the document does not say how much. */
const SHARE_FOR_KNOWN = 1 / 20;
/** To count them takes time that a pool of a million would make long. */
const SHARE_MAX = 1024;

function shareForKnown(wanted: string, size: number): number {
  return wanted === "known" || wanted === "unknown"
    ? 0
    : Math.min(Math.floor(size * SHARE_FOR_KNOWN), SHARE_MAX);
}

/** Without the holes, the addresses that somebody has, and the prefix's network and broadcast address. */
export function leasableAddressesOf(
  pool: PoolDocument,
  prefix: Prefix,
  fixed: readonly AddressRange[] = [],
): LeasableAddresses {
  const ranges = rangesOf(pool).flatMap((text) => {
    const range = parseRange(text);
    return (range && leasablePart(range, prefix)) ?? [];
  });
  const holes = (pool.exclude ?? []).flatMap((text) => parseAddressOrRange(text) ?? []);
  return new LeasableAddresses(withoutHoles(ranges, [...holes, ...fixed]));
}

function servedBy(wanted: string, { classIndex }: PoolContext): Pool["serves"] {
  if (wanted === "any") return () => true;
  if (wanted === "known") return (isKnown) => isKnown;
  if (wanted === "unknown") return (isKnown) => !isKnown;
  const index = classIndex(wanted);
  return (_isKnown, classes: readonly ClientClass[]) => classes.some((one) => one.index === index);
}
