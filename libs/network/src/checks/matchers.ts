// Matchers: one key each, and what they name is there: classes before them, subnets, options and values of their type.

import { type Advice, adviceFrom, describe, type Finding } from "@leasehold/document";
import { octetsOfValue } from "../classes/compile-matcher.ts";
import { MATCHER_KEYS } from "../document/matcher-schema.ts";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import { type Check, exactlyOneOf } from "./check.ts";
import { matchersOf, type PlacedMatcher } from "./matcher-tree.ts";
import { catalogueOf } from "./options.ts";
import { numberOf, type Part, partUnder, textOf } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const matcherChecks: readonly Check[] = [
  (survey) => matchersOf(survey).flatMap(oneKeyEach),
  classesBefore,
  subnetsThere,
  options,
];

const PATTERNS = ["vendorClass", "userClass", "hostname"] as const;
const RELAY_PATTERNS = ["circuitId", "remoteId", "subscriberId", "relayId"] as const;
const COMPARISONS = ["equals", "prefix", "contains"] as const;

function oneKeyEach(matcher: PlacedMatcher): Finding[] {
  const one = exactlyOneOf(MATCHER_KEYS, matcher, "a matcher with one key").map((finding) =>
    finding.found.endsWith("together")
      ? { ...finding, expected: "one key for each matcher", fix: "Put them into a list under all (or any)." }
      : finding,
  );
  // A key that is none is the schema's to tell, with the one that was meant.
  const isTold = one[0]?.path === matcher.path && Object.keys(matcher.fields).length > 0;
  const relay = partUnder(matcher, "relay");
  const patterns = [
    ...PATTERNS.map((key) => [key, matcher] as const),
    ...RELAY_PATTERNS.map((key) => [key, relay] as const),
  ];
  const unclear = patterns.flatMap(([key, part]) =>
    exactlyOneOf(COMPARISONS, partUnder(part, key), "a comparison"),
  );
  const isEmptyRelay = relay.isMapping && Object.keys(relay.fields).length === 0;
  return [
    ...(isTold ? [] : one),
    ...unclear,
    ...(isEmptyRelay ? exactlyOneOf(["giaddr", ...RELAY_PATTERNS], relay, "a field") : []),
  ];
}

function classesBefore(survey: Survey): Finding[] {
  const ids = survey.classes.map((part) => textOf(part.fields.id));
  const places = new Map(ids.map((id, i) => [id, i] as const).reverse()); // Of two, the first one.
  const meantBy = adviceFrom(ids.flatMap((id) => id ?? []));
  return matchersOf(survey).flatMap((matcher) => classBefore(matcher, ids, places, meantBy));
}

function classBefore(
  { path, fields, classIndex }: PlacedMatcher,
  ids: readonly (string | undefined)[],
  places: ReadonlyMap<string | undefined, number>,
  meantBy: Advice,
): Finding[] {
  const id = textOf(fields.class);
  if (id === undefined || id === "") return [];
  const index = places.get(id) ?? -1;
  if (index >= 0 && index < classIndex) return [];
  const at = [...path, "class"];
  if (index === classIndex) {
    return [
      { path: at, found: `"${id}", the class itself`, expected: "a class that stands before this one" },
    ];
  }
  if (index > classIndex) {
    const fix = `Move "${id}" before "${ids[classIndex]}": classes are looked at in their order.`;
    return [
      {
        path: at,
        found: `"${id}", which stands later`,
        expected: "a class that stands before this one",
        fix,
      },
    ];
  }
  const meantIndex = places.get(meantBy(id)) ?? classIndex;
  return [
    {
      path: at,
      found: `"${id}"`,
      expected: "the id of a class that stands before this one",
      ...fixFor(meantIndex < classIndex ? ids[meantIndex] : undefined),
    },
  ];
}

function subnetsThere(survey: Survey): Finding[] {
  const ids = survey.subnets.flatMap((subnet) => subnet.id ?? []);
  const meantBy = adviceFrom(ids);
  return matchersOf(survey).flatMap(({ path, fields }) => {
    const id = textOf(fields.subnet);
    if (id === undefined || id === "" || ids.includes(id)) return [];
    const expected = "the id of a subnet";
    return [{ path: [...path, "subnet"], found: `"${id}"`, expected, ...fixFor(meantBy(id)) }];
  });
}

function options(survey: Survey): Finding[] {
  const catalogue = catalogueOf(survey.definitions);
  const meantBy = adviceFrom(catalogue.names);
  return matchersOf(survey).flatMap((matcher) => {
    const option = partUnder(matcher, "option");
    return [
      ...exactlyOneOf(["name", "code"], option, "an option"),
      ...exactlyOneOf(["exists", ...COMPARISONS], option, "what to look for"),
      ...optionThere(option, catalogue, meantBy),
    ];
  });
}

function optionThere({ path, fields }: Part, catalogue: OptionCatalogue, meantBy: Advice): Finding[] {
  const name = textOf(fields.name);
  const option = name === undefined ? undefined : catalogue.option(name);
  if (name !== undefined && option === undefined) {
    return [
      {
        path: [...path, "name"],
        found: `"${name}"`,
        expected: "the name of an option",
        ...fixFor(meantBy(name)),
      },
    ];
  }
  if (option?.vendorClass !== undefined || option?.enterprise !== undefined) {
    const fix = "Look for it in the whole option with contains.";
    return [
      { path: [...path, "name"], found: `"${name}", a sub-option`, expected: "an option of the packet", fix },
    ];
  }
  if (fields.equals === undefined || octetsOfValue(fields.equals, option) !== undefined) return [];
  if (name === undefined && numberOf(fields.code) === undefined) return [];
  const expected = option?.expected ?? 'text, or octets in hex ("0x0a1b", in quotes)';
  return [{ path: [...path, "equals"], found: describe(fields.equals), expected }];
}

function fixFor(meant: string | undefined): { fix?: string } {
  return meant ? { fix: `Write "${meant}" if that was meant.` } : {};
}
