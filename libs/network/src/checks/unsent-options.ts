// Warned of: what a document says of sending options and nothing comes of. A name in alwaysSend that no level gives a value, and
// a value that a level farther from the client never sends.

import { type Finding, formatPath, type Path } from "@leasehold/document";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import { packetCode } from "../settings/merge.ts";
import { catalogueOf } from "./options.ts";
import { itemsOf, type Part, partUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

/** These have a value without the document: of the prefix, of the inventory, of what the client says. */
const NEVER_WITHOUT_VALUE: ReadonlySet<string> = new Set([
  ...["subnetMask", "broadcastAddress", "hostName", "clientFqdn"],
]);

export function alwaysWithoutValue({ definitions, levels }: Survey): Finding[] {
  const catalogue = catalogueOf(definitions);
  const set = new Set(
    levels.flatMap((level) =>
      Object.keys(partUnder(level, "options").fields).map((name) => codeOf(name, catalogue)),
    ),
  );
  return levels.flatMap((level) =>
    itemsOf(level.fields.alwaysSend).flatMap((name, i) => {
      if (typeof name !== "string" || NEVER_WITHOUT_VALUE.has(name) || set.has(codeOf(name, catalogue)))
        return [];
      return [
        {
          path: [...level.path, "alwaysSend", i],
          found: `"${name}", which has no value anywhere in this document`,
          expected: "an option that some options: sets, as nothing is sent of this one",
        },
      ];
    }),
  );
}

function codeOf(name: string, catalogue: OptionCatalogue): number | undefined {
  const option = catalogue.option(name);
  return option && packetCode(option);
}

export function setAndNeverSent({ root, subnets, sharedNetworks, classes, levels }: Survey): Finding[] {
  const defaults = partUnder(root, "defaults");
  const ofSubnets = subnets.flatMap((subnet) => {
    const shared = sharedNetworks.filter(({ fields }) => fields.id === subnet.sharedNetwork);
    const around = [...shared, defaults];
    return [
      ...neverSentOf(subnet, around),
      ...[...subnet.pools, ...subnet.reservationsWithSettings].flatMap((one) =>
        neverSentOf(one, [subnet, ...around]),
      ),
    ];
  });
  const isAlwaysSomewhere = (name: string) =>
    levels.some((level) => places(level, "alwaysSend", name).length);
  return [
    ...sharedNetworks.flatMap((shared) => neverSentOf(shared, [defaults])),
    ...ofSubnets,
    ...classes.flatMap((one) => neverSentOf(one, [defaults], isAlwaysSomewhere)),
  ];
}

/** @param around from the nearest to the farthest. */
function neverSentOf(
  level: Part,
  around: readonly Part[],
  isExcused: (name: string) => unknown = () => false,
): Finding[] {
  const options = partUnder(level, "options");
  return Object.keys(options.fields).flatMap((name) => {
    const speaking = [level, ...around].find(
      (one) => places(one, "alwaysSend", name).length + places(one, "neverSend", name).length > 0,
    );
    if (speaking === undefined || speaking === level || isExcused(name)) return [];
    const [never] = places(speaking, "neverSend", name);
    if (never === undefined) return [];
    return [
      {
        path: [...options.path, name],
        found: `a value that is never sent (${formatPath(never)})`,
        expected: "an option that may be sent to those for whom it is set",
        fix: `Write alwaysSend: [${name}] beside these options if it is meant for them, or remove one of the two.`,
      },
    ];
  });
}

function places(level: Part, list: "alwaysSend" | "neverSend", name: string): Path[] {
  return itemsOf(level.fields[list]).flatMap((one, i) => (one === name ? [[...level.path, list, i]] : []));
}
