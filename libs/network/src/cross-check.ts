// The rules between fields, one small check each. All are run, whatever the others found.
import { formatIpv4, formatPrefix } from "@leasehold/protocol";
import { type AddressRange, formatRange, leasablePart } from "./address-range.ts";
import { type Finding, formatPath } from "./problem.ts";
import { type Survey, type SurveyedPool, type SurveyedSubnet, survey } from "./survey.ts";

type Check = (survey: Survey) => readonly Finding[];

const CHECKS: readonly Check[] = [
  duplicateIds,
  hostBits,
  overlappingPrefixes,
  contestedLinks,
  reversedRanges,
  poolsOutsideTheirPrefix,
  overlappingPools,
  unknownClasses,
  serverInsideAPool,
];

export function crossCheck(value: unknown): readonly Finding[] {
  const surveyed = survey(value);
  return CHECKS.flatMap((check) => check(surveyed));
}

function duplicateIds({ subnets }: Survey): Finding[] {
  const first = new Map<string, SurveyedSubnet>();
  return subnets.flatMap((subnet) => {
    if (subnet.id === undefined) return [];
    const other = first.get(subnet.id);
    if (!other) first.set(subnet.id, subnet);
    return other
      ? [
          {
            path: [...subnet.path, "id"],
            found: `"${subnet.id}" again`,
            expected: `an id of its own (${formatPath(other.path)} has this one)`,
          },
        ]
      : [];
  });
}

function hostBits({ subnets }: Survey): Finding[] {
  return subnets.flatMap(({ path, prefix, hasHostBits }) =>
    prefix && hasHostBits
      ? [
          {
            path: [...path, "prefix"],
            found: "an address with host bits set",
            expected: "the network's own address",
            fix: `Write ${formatPrefix(prefix)} if that network was meant.`,
          },
        ]
      : [],
  );
}

function overlappingPrefixes({ subnets }: Survey): Finding[] {
  const known = subnets.flatMap(({ path, prefix }) =>
    prefix ? [{ path, prefix, first: prefix.address, last: prefix.broadcast }] : [],
  );
  return overlaps(known).map(([a, b]) => ({
    path: [...b.path, "prefix"],
    found: formatPrefix(b.prefix),
    expected: `a prefix apart from ${formatPrefix(a.prefix)} (${formatPath(a.path)})`,
    fix: "Give the two subnets separate prefixes: an address must belong to one subnet.",
  }));
}

/** Two subnets on one link need a shared network: else a client there could be meant for either. */
function contestedLinks({ subnets }: Survey): Finding[] {
  const claims = subnets.flatMap((subnet) => [
    ...(subnet.interface === undefined
      ? []
      : [{ subnet, link: `interface ${subnet.interface}`, path: [...subnet.path, "interface"] }]),
    ...subnet.relays.map((relay) => ({ subnet, link: `relay ${relay.text}`, path: relay.path })),
  ]);
  const first = new Map<string, SurveyedSubnet>();
  return claims.flatMap(({ subnet, link, path }) => {
    const other = first.get(link);
    if (!other) first.set(link, subnet);
    const isShared = other?.sharedNetwork !== undefined && other.sharedNetwork === subnet.sharedNetwork;
    if (!other || isShared) return [];
    const fix = "Give both the same sharedNetwork if they are on one link.";
    return [{ path, found: link, expected: `one that ${formatPath(other.path)} does not claim`, fix }];
  });
}

function reversedRanges({ subnets }: Survey): Finding[] {
  return poolsWithRange(subnets).flatMap(({ pool, range }) =>
    range.first > range.last
      ? [
          {
            path: [...pool.path, "range"],
            found: formatRange(range),
            expected: "the lower address first",
            fix: `Write ${formatRange({ first: range.last, last: range.first })}.`,
          },
        ]
      : [],
  );
}

function poolsOutsideTheirPrefix({ subnets }: Survey): Finding[] {
  return poolsWithRange(subnets).flatMap(({ subnet: { prefix }, pool, range }) => {
    if (!prefix || range.first > range.last) return [];
    const path = [...pool.path, "range"];
    const found = formatRange(range);
    if (range.first < prefix.address || range.last > prefix.broadcast) {
      return [{ path, found, expected: `addresses of the subnet's prefix ${formatPrefix(prefix)}` }];
    }
    if (leasablePart(range, prefix)) return [];
    return [
      { path, found, expected: "at least one address besides the network's and the broadcast address" },
    ];
  });
}

function overlappingPools({ subnets }: Survey): Finding[] {
  return subnets.flatMap((subnet) => {
    const ranges = poolsWithRange([subnet]).map(({ pool, range }) => ({ pool, ...range }));
    return overlaps(ranges.filter(({ first, last }) => first <= last)).map(([a, b]) => ({
      path: [...b.pool.path, "range"],
      found: formatRange(b),
      expected: `a range apart from ${formatRange(a)} (${formatPath(a.pool.path)})`,
    }));
  });
}

const BUILT_IN_CLASSES: ReadonlySet<string> = new Set(["any", "known", "unknown"]);

function unknownClasses({ subnets }: Survey): Finding[] {
  const pools = subnets.flatMap((subnet) => subnet.pools);
  return pools.flatMap((pool) =>
    pool.for === undefined || pool.for === "" || BUILT_IN_CLASSES.has(pool.for)
      ? []
      : [
          {
            path: [...pool.path, "for"],
            found: `"${pool.for}"`,
            expected: "any, known or unknown (the document defines no class)",
          },
        ],
  );
}

function serverInsideAPool({ subnets, serverIdentifier }: Survey): Finding[] {
  if (serverIdentifier === undefined) return [];
  return poolsWithRange(subnets).flatMap(({ pool, range }) =>
    range.first <= serverIdentifier && serverIdentifier <= range.last
      ? [
          {
            path: [...pool.path, "range"],
            found: `${formatRange(range)}, with the server identifier ${formatIpv4(serverIdentifier)} in it`,
            expected: "a range that leases no address of the servers",
          },
        ]
      : [],
  );
}

function poolsWithRange(subnets: readonly SurveyedSubnet[]) {
  return subnets.flatMap((subnet) =>
    subnet.pools.flatMap((pool: SurveyedPool) => (pool.range ? [{ subnet, pool, range: pool.range }] : [])),
  );
}

/** Pairs that share an address, each later one with the widest before it: the reader learns of every culprit once. */
function overlaps<T extends AddressRange>(ranges: readonly T[]): [T, T][] {
  const inOrder = ranges.map((range, order) => ({ range, order }));
  inOrder.sort((a, b) => a.range.first - b.range.first || b.range.last - a.range.last || a.order - b.order);
  const pairs: [T, T][] = [];
  let widest: { range: T; order: number } | undefined;
  for (const next of inOrder) {
    if (widest && next.range.first <= widest.range.last) {
      pairs.push(next.order > widest.order ? [widest.range, next.range] : [next.range, widest.range]);
    }
    if (!widest || next.range.last > widest.range.last) widest = next;
  }
  return pairs;
}
