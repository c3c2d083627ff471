// Subnets among each other: ids, prefixes, links, shared networks.

import { adviceFrom, type Finding, formatPath } from "@leasehold/document";
import { formatPrefix } from "@leasehold/protocol";
import { type Check, overlaps, repeated, repeatedIds } from "./check.ts";
import { textOf, textsUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const subnetChecks: readonly Check[] = [
  duplicateIds,
  hostBits,
  overlappingPrefixes,
  contestedLinks,
  unusedSharedNetworks,
];

function duplicateIds({ subnets, sharedNetworks }: Survey): Finding[] {
  return [...repeatedIds(subnets), ...repeatedIds(sharedNetworks)];
}

function hostBits({ subnets }: Survey): Finding[] {
  return subnets.flatMap(({ path, fields, prefix, hasHostBits }) =>
    prefix && hasHostBits
      ? [
          {
            path: [...path, "prefix"],
            found: `"${fields.prefix}", which has host bits`,
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
  const claims = subnets.flatMap((subnet) => {
    const { sharedNetwork, path: owner } = subnet;
    const vss = textOf(subnet.fields.vss) ?? "";
    const claim = (kind: string) =>
      textsUnder(subnet, kind === "relay" ? "relays" : kind).map(({ path, text }) => ({
        path,
        owner,
        sharedNetwork,
        link: `${kind} ${text}`,
        vss,
      }));
    return [...claim("interface"), ...claim("relay")];
  });
  return repeated(claims, ({ link, vss }) => `${link} ${vss}`).flatMap(({ thing, first }) =>
    first.sharedNetwork !== undefined && first.sharedNetwork === thing.sharedNetwork
      ? []
      : [
          {
            path: thing.path,
            found: thing.link,
            expected: `one that ${formatPath(first.owner)} does not claim`,
            fix: "Give both the same sharedNetwork if they are on one link.",
          },
        ],
  );
}

function unusedSharedNetworks({ sharedNetworks, subnets }: Survey): Finding[] {
  const used = subnets.flatMap(({ sharedNetwork }) => sharedNetwork ?? []);
  const meantBy = adviceFrom(used);
  return sharedNetworks.flatMap(({ path, fields }) => {
    const id = textOf(fields.id);
    if (id === undefined || used.includes(id)) return [];
    const meant = meantBy(id);
    return [
      {
        path: [...path, "id"],
        found: `"${id}"`,
        expected: "the sharedNetwork of a subnet",
        fix: meant
          ? `Write "${meant}" if that was meant.`
          : "Remove it, or name it in the subnets on that link.",
      },
    ];
  });
}
