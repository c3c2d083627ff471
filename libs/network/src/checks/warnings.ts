// What a document may say, and is told about all the same: it is in force, but does less than whoever wrote it may think.

import type { Finding } from "@leasehold/document";
import { formatIpv4, type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { formatRange, withoutHoles } from "../pools/address-range.ts";
import { describeFixed, type FixedAddress, fixedAddresses } from "../pools/fixed-addresses.ts";
import type { Check } from "./check.ts";
import { routesWithoutDefault } from "./classless-routes.ts";
import { routersOffTheLink } from "./far-routers.ts";
import { textOf } from "./parts.ts";
import type { Survey, SurveyedPool } from "./survey.ts";
import { alwaysWithoutValue, setAndNeverSent } from "./unsent-options.ts";

/** For a document without problems. */
export const WARNINGS: readonly Check[] = [
  poolsOverFixedAddresses,
  reservedFixedAddresses,
  routesWithoutDefault,
  routersOffTheLink,
  alwaysWithoutValue,
  setAndNeverSent,
];

type Fixed = readonly (readonly [Ipv4, FixedAddress])[];

function poolsOverFixedAddresses(surveyed: Survey): Finding[] {
  const fixed: Fixed = [...fixedAddresses(surveyed)].sort(([a], [b]) => a - b);
  return surveyed.subnets.flatMap(({ pools, prefix }) => {
    // Everybody knows that a prefix has these two: a pool over a whole prefix is told nothing.
    const isEnd = (address: Ipv4) => address === prefix?.address || address === prefix?.broadcast;
    return pools.flatMap((pool) =>
      poolWarnings(
        pool,
        fixed.filter(([address]) => !isEnd(address)),
      ),
    );
  });
}

function poolWarnings(pool: SurveyedPool, fixed: Fixed): Finding[] {
  const { ranges, holes } = pool;
  const left = withoutHoles(ranges, holes);
  const isLeft = (address: Ipv4) => left.some(({ first, last }) => first <= address && address <= last);
  const covered = fixed.filter(([address]) => isLeft(address));
  const isEmpty =
    withoutHoles(
      left,
      covered.map(([address]) => ({ first: address, last: address })),
    ).length === 0;
  return covered.map(([address, one]) => {
    const range = ranges.find(({ first, last }) => first <= address && address <= last)!;
    const rest = isEmpty ? "; nothing is left of the pool" : "";
    return {
      path: range.path,
      found: `${formatRange(range)}, with ${formatIpv4(address)} in it, which is ${describeFixed(one)}`,
      expected: `a range without it: the address is not given from the pool${rest}`,
      fix: `Exclude it: exclude: [${formatIpv4(address)}].`,
    };
  });
}

function reservedFixedAddresses(surveyed: Survey): Finding[] {
  const fixed = fixedAddresses(surveyed);
  return surveyed.subnets.flatMap(({ reservations }) =>
    reservations.flatMap(({ path, fields }) => {
      const address = parseIpv4(textOf(fields.address) ?? "");
      const one = address === undefined ? undefined : fixed.get(address);
      if (address === undefined || !one?.isNobodys) return [];
      return [
        {
          path: [...path, "address"],
          found: `${formatIpv4(address)}, which is ${describeFixed(one)}`,
          expected: "an address that nobody has: this one is not given to the client",
        },
      ];
    }),
  );
}
