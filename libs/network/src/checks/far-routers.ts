// Warned of: routers that no client of the subnet can reach, as they are not on its link. Mostly a line that was copied from
// another subnet. A host whose mask is 255.255.255.255 is told elsewhere how it gets to its router.

import type { Finding } from "@leasehold/document";
import { formatIpv4, formatPrefix, type Ipv4, ipv4, type Prefix, parseIpv4 } from "@leasehold/protocol";
import { type Part, partUnder } from "./parts.ts";
import type { Survey, SurveyedSubnet } from "./survey.ts";

export function routersOffTheLink({ subnets }: Survey): Finding[] {
  return subnets.flatMap((subnet) => {
    if (subnet.prefix === undefined || subnet.prefix.length === 32) return [];
    const onLink = subnets
      .filter((one) => one === subnet || isBeside(one, subnet))
      .flatMap(({ prefix }) => prefix ?? []);
    return [subnet, ...subnet.pools, ...subnet.reservationsWithSettings].flatMap((level) =>
      farRouters(level, subnet.prefix!, onLink),
    );
  });
}

function isBeside(one: SurveyedSubnet, other: SurveyedSubnet): boolean {
  return one.sharedNetwork !== undefined && one.sharedNetwork === other.sharedNetwork;
}

function farRouters(level: Part, own: Prefix, onLink: readonly Prefix[]): Finding[] {
  const { path, fields } = partUnder(level, "options");
  // With a mask, or classless routes, of its own it may be meant: only who wrote it knows what is on the link then.
  if (fields.subnetMask !== undefined || fields.classlessStaticRoutes !== undefined) return [];
  const written = fields.routers;
  return [written].flat().flatMap((text, i) => {
    const router = typeof text === "string" ? parseIpv4(text) : undefined;
    if (router === undefined || onLink.some((prefix) => isIn(router, prefix))) return [];
    return [
      {
        path: [...path, "routers", ...(Array.isArray(written) ? [i] : [])],
        found: `${formatIpv4(router)}, which is not in ${formatPrefix(own)}`,
        expected: "a router on the clients' own link: they cannot reach another one",
      },
    ];
  });
}

function isIn(address: Ipv4, { address: network, mask }: Prefix): boolean {
  return ipv4(address & mask) === network;
}
