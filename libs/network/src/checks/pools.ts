// Pools: inside their subnet, apart from each other and from the servers, for classes that there are.

import { adviceFrom, type Finding, formatPath } from "@leasehold/document";
import { formatIpv4, formatPrefix } from "@leasehold/protocol";
import { formatRange, leasablePart, withoutHoles } from "../pools/address-range.ts";
import { type Check, exactlyOneOf, overlaps } from "./check.ts";
import { textOf } from "./parts.ts";
import type { Survey, SurveyedPool, SurveyedRange, SurveyedSubnet } from "./survey.ts";

export const poolChecks: readonly Check[] = [
  rangeOrRanges,
  reversedRanges,
  outsideTheirPrefix,
  overlapping,
  holesOutside,
  nothingLeft,
  keptFromNobody,
  unknownClasses,
  serverInside,
];

const eachPool = <T>(
  { subnets }: Survey,
  visit: (pool: SurveyedPool, subnet: SurveyedSubnet) => readonly T[],
) => subnets.flatMap((subnet) => subnet.pools.flatMap((pool) => visit(pool, subnet)));

const isInOrder = ({ first, last }: SurveyedRange): boolean => first <= last;

function rangeOrRanges(survey: Survey): Finding[] {
  return eachPool(survey, (pool) =>
    pool.isMapping && pool.fields.range === undefined && pool.fields.ranges === undefined
      ? [
          {
            path: [...pool.path, "range"],
            found: "nothing",
            expected: "a range like 10.77.16.0-10.77.31.255",
          },
        ]
      : exactlyOneOf(["range", "ranges"], pool, "addresses"),
  );
}

function reversedRanges(survey: Survey): Finding[] {
  return eachPool(survey, ({ ranges, holes }) =>
    [...ranges, ...holes].flatMap((range) =>
      isInOrder(range)
        ? []
        : [
            {
              path: range.path,
              found: formatRange(range),
              expected: "the lower address first",
              fix: `Write ${formatRange({ first: range.last, last: range.first })}.`,
            },
          ],
    ),
  );
}

function outsideTheirPrefix(survey: Survey): Finding[] {
  return eachPool(survey, ({ ranges }, { prefix }) =>
    ranges.flatMap((range) =>
      !prefix || !isInOrder(range) || (range.first >= prefix.address && range.last <= prefix.broadcast)
        ? []
        : [
            {
              path: range.path,
              found: formatRange(range),
              expected: `addresses of the subnet's prefix ${formatPrefix(prefix)}`,
            },
          ],
    ),
  );
}

function overlapping({ subnets }: Survey): Finding[] {
  return subnets.flatMap(({ pools }) =>
    overlaps(pools.flatMap(({ ranges }) => ranges).filter(isInOrder)).map(([a, b]) => ({
      path: b.path,
      found: formatRange(b),
      expected: `a range apart from ${formatRange(a)} (${formatPath(a.path)})`,
    })),
  );
}

function holesOutside(survey: Survey): Finding[] {
  return eachPool(survey, ({ ranges, holes }) =>
    holes.flatMap((hole) =>
      !isInOrder(hole) || ranges.some((range) => range.first <= hole.first && hole.last <= range.last)
        ? []
        : [{ path: hole.path, found: shown(hole), expected: "addresses of the pool's range" }],
    ),
  );
}

function nothingLeft(survey: Survey): Finding[] {
  return eachPool(survey, ({ ranges, holes, path }, { prefix }) => {
    if (!prefix || ranges.length === 0 || !ranges.every(isInOrder)) return [];
    if (ranges.some(({ first, last }) => first < prefix.address || last > prefix.broadcast)) return [];
    const leasable = ranges.flatMap((range) => leasablePart(range, prefix) ?? []);
    if (withoutHoles(leasable, holes.filter(isInOrder)).length > 0) return [];
    return [
      {
        path: ranges[0]?.path ?? path,
        found: ranges.map(formatRange).join(", ") + (holes.length > 0 ? " without what is excluded" : ""),
        expected: "at least one address besides the network's and the broadcast address",
      },
    ];
  });
}

function keptFromNobody(survey: Survey): Finding[] {
  return eachPool(survey, ({ path, fields: { keepForKnown, for: wanted } }) =>
    typeof keepForKnown === "number" && keepForKnown > 0 && (wanted === "known" || wanted === "unknown")
      ? [
          {
            path: [...path, "keepForKnown"],
            found: `addresses kept for known hosts in a pool for ${wanted} ones`,
            expected: "a pool that serves both",
          },
        ]
      : [],
  );
}

const BUILT_IN: readonly string[] = ["any", "known", "unknown"];

function unknownClasses(survey: Survey): Finding[] {
  const ids = survey.classes.flatMap(({ fields }) => textOf(fields.id) ?? []);
  const meantBy = adviceFrom([...BUILT_IN, ...ids]);
  return eachPool(survey, ({ path, fields }) => {
    const wanted = textOf(fields.for);
    if (wanted === undefined || wanted === "" || BUILT_IN.includes(wanted) || ids.includes(wanted)) return [];
    const meant = meantBy(wanted);
    const classes = ids.length > 0 ? "the id of a class" : "(the document defines no class)";
    return [
      {
        path: [...path, "for"],
        found: `"${wanted}"`,
        expected: ids.length > 0 ? `any, known, unknown or ${classes}` : `any, known or unknown ${classes}`,
        ...(meant ? { fix: `Write "${meant}" if that was meant.` } : {}),
      },
    ];
  });
}

function serverInside(survey: Survey): Finding[] {
  const { serverIdentifier: server } = survey;
  if (server === undefined) return [];
  return eachPool(survey, ({ ranges, holes }) =>
    withoutHoles(ranges.filter(isInOrder), holes.filter(isInOrder)).some(
      ({ first, last }) => first <= server && server <= last,
    )
      ? [
          {
            path: ranges.find(({ first, last }) => first <= server && server <= last)!.path,
            found: `${ranges.map(formatRange).join(", ")}, with the server identifier ${formatIpv4(server)} in it`,
            expected: "a range that leases no address of the servers",
            fix: `Exclude it: exclude: [${formatIpv4(server)}].`,
          },
        ]
      : [],
  );
}

function shown(range: SurveyedRange): string {
  return range.first === range.last ? formatIpv4(range.first) : formatRange(range);
}
