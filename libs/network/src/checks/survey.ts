// What the cross-checks need to know of a document that may be broken anywhere: each part that can be read is, so
// that one mistake hides no other.

import type { Path } from "@leasehold/document";
import { type Ipv4, ipv4, maskOf, type Prefix, parseIpv4 } from "@leasehold/protocol";
import { type AddressRange, parseAddressOrRange, parseRange } from "../pools/address-range.ts";
import { type Part, partAt, partsIn, partUnder, textOf, textsUnder } from "./parts.ts";

export interface SurveyedRange extends AddressRange {
  readonly path: Path;
}

export interface SurveyedPool extends Part {
  readonly ranges: readonly SurveyedRange[];
  readonly holes: readonly SurveyedRange[];
}

export interface SurveyedSubnet extends Part {
  readonly id: string | undefined;
  /** The prefix that the text stands for, host bits cleared. */
  readonly prefix: Prefix | undefined;
  readonly hasHostBits: boolean;
  readonly sharedNetwork: string | undefined;
  readonly pools: readonly SurveyedPool[];
  readonly reservations: readonly Part[];
  /** Those of them that say more than who gets which address: of thousands, few. */
  readonly reservationsWithSettings: readonly Part[];
}

export interface Survey {
  readonly root: Part;
  readonly subnets: readonly SurveyedSubnet[];
  readonly sharedNetworks: readonly Part[];
  readonly classes: readonly Part[];
  readonly definitions: readonly Part[];
  readonly serverIdentifier: Ipv4 | undefined;
  /** Everything that may have options, a lease and boot fields, without the reservations that have none. */
  readonly levels: readonly Part[];
}

export function survey(value: unknown): Survey {
  const root = partAt(value, []);
  const address = textOf(partUnder(partUnder(root, "cluster"), "serverIdentifier").fields.address);
  const subnets = partsIn(root, "subnets").map(surveySubnet);
  const sharedNetworks = partsIn(root, "sharedNetworks");
  const classes = partsIn(root, "classes");
  return {
    root,
    subnets,
    sharedNetworks,
    classes,
    definitions: partsIn(root, "optionDefinitions"),
    serverIdentifier: address === undefined ? undefined : parseIpv4(address),
    levels: [
      partUnder(root, "defaults"),
      ...sharedNetworks,
      ...subnets.flatMap((subnet) => [subnet, ...subnet.pools, ...subnet.reservationsWithSettings]),
      ...classes,
    ],
  };
}

const SETTINGS = ["options", "lease", "server", "boot", "alwaysSend", "neverSend"] as const;

function hasSettings({ fields }: Part): boolean {
  return SETTINGS.some((key) => fields[key] !== undefined);
}

function surveySubnet(subnet: Part): SurveyedSubnet {
  const reservations = partsIn(subnet, "reservations");
  return {
    ...subnet,
    id: textOf(subnet.fields.id),
    ...surveyPrefix(textOf(subnet.fields.prefix)),
    sharedNetwork: textOf(subnet.fields.sharedNetwork),
    pools: partsIn(subnet, "pools").map(surveyPool),
    reservations,
    reservationsWithSettings: reservations.filter(hasSettings),
  };
}

function surveyPrefix(written: string | undefined): { prefix: Prefix | undefined; hasHostBits: boolean } {
  const [addressText, lengthText] = written?.split("/") ?? [];
  const address = parseIpv4(addressText ?? "");
  const length = Number(lengthText);
  if (address === undefined || !Number.isInteger(length) || length < 0 || length > 32) {
    return { prefix: undefined, hasHostBits: false };
  }
  const mask = maskOf(length);
  const network = ipv4(address & mask);
  const prefix = { address: network, length, mask, broadcast: ipv4(network | ~mask) };
  return { prefix, hasHostBits: network !== address };
}

function surveyPool(pool: Part): SurveyedPool {
  const ranges = [...textsUnder(pool, "range"), ...textsUnder(pool, "ranges")];
  return {
    ...pool,
    ranges: ranges.flatMap(({ path, text }) => placed(path, parseRange(text))),
    holes: textsUnder(pool, "exclude").flatMap(({ path, text }) => placed(path, parseAddressOrRange(text))),
  };
}

function placed(path: Path, range: AddressRange | undefined): readonly SurveyedRange[] {
  return range ? [{ path, ...range }] : [];
}
