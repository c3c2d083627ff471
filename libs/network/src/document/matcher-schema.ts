// Matchers: what is looked for in a client, as data. Each has exactly one key (checks/classes.ts), so that there is no
// rule to remember about which key is meant together with which.

import { section } from "@leasehold/document";
import * as z from "zod";
import * as field from "./fields.ts";

export type PatternDocument =
  | string
  | { equals?: string | undefined; prefix?: string | undefined; contains?: string | undefined };

export interface RelayMatcherDocument {
  giaddr?: string | undefined;
  circuitId?: PatternDocument | undefined;
  remoteId?: PatternDocument | undefined;
  subscriberId?: PatternDocument | undefined;
  relayId?: PatternDocument | undefined;
}

export interface OptionMatcherDocument {
  name?: string | undefined;
  code?: number | undefined;
  exists?: boolean | undefined;
  equals?: unknown;
  prefix?: string | undefined;
  contains?: string | undefined;
}

export interface MatcherDocument {
  all?: MatcherDocument[] | undefined;
  any?: MatcherDocument[] | undefined;
  not?: MatcherDocument | undefined;
  known?: boolean | undefined;
  arch?: number | number[] | undefined;
  vendorClass?: PatternDocument | undefined;
  userClass?: PatternDocument | undefined;
  hostname?: PatternDocument | undefined;
  option?: OptionMatcherDocument | undefined;
  relay?: RelayMatcherDocument | undefined;
  mac?: string | string[] | undefined;
  macPrefix?: string | string[] | undefined;
  host?: string | string[] | undefined;
  hostType?: string | string[] | undefined;
  role?: string | string[] | undefined;
  subRole?: string | string[] | undefined;
  group?: string | string[] | undefined;
  label?: Record<string, string> | undefined;
  class?: string | undefined;
  subnet?: string | undefined;
}

const PATTERN = "text, or a mapping with one of equals, prefix, contains";
const pattern = z
  .union(
    [
      field.octets,
      section({
        equals: field.octets.optional().describe("All of it."),
        prefix: field.octets.optional().describe("What it begins with."),
        contains: field.octets.optional().describe("What stands anywhere in it."),
      }),
    ],
    { error: PATTERN },
  )
  .meta({
    id: "pattern",
    description:
      'Text alone means all of it, else one of `equals`, `prefix`, `contains`. Octets are written in hex: "0x0a1b", in quotes.',
  });

const names = field.oneOrMore(z.string().min(1).meta({ title: "a name" }), "a name, or a list of names");
const arch = field.wholeNumber(0, 65_535);

const option = section({
  name: z.string().optional().describe("The option by name, IANA's or the document's."),
  code: field.wholeNumber(1, 254).optional().describe("The option by number."),
  exists: z.boolean().optional().describe("Whether the client sends it."),
  equals: z.unknown().optional().describe("Its value, of the option's type; or text, or octets with 0x."),
  prefix: field.octets.optional().describe("What its octets begin with."),
  contains: field.octets.optional().describe("What stands anywhere in its octets."),
}).meta({
  id: "optionMatcher",
  description:
    "An option of the packet, by `name` or `code`, and one of `exists`, `equals`, `prefix`, `contains`.",
});

const relay = section({
  giaddr: field.addressOrPrefix.optional().describe("The relay agent's address, or a prefix that holds it."),
  circuitId: pattern.optional().describe("Sub-option 1 (RFC 3046): the relay's port."),
  remoteId: pattern.optional().describe("Sub-option 2 (RFC 3046): the far end of that port."),
  subscriberId: pattern.optional().describe("Sub-option 6 (RFC 3993)."),
  relayId: pattern.optional().describe("Sub-option 12 (RFC 6925): the relay agent itself."),
}).meta({ id: "relayMatcher", description: "What the relay agent says of the client." });

const label = z.record(z.string(), z.string(), { error: "a mapping of label names to their values" });

const LIST = { error: "one matcher at least" };

const shape: { [Key in keyof MatcherDocument]-?: z.ZodType<MatcherDocument[Key]> } = {
  get all() {
    return z.array(matcher).min(1, LIST).optional().describe("All of these match.");
  },
  get any() {
    return z.array(matcher).min(1, LIST).optional().describe("One of these matches.");
  },
  get not() {
    return matcher.optional().describe("This one does not match.");
  },
  known: z
    .boolean()
    .optional()
    .describe("Whether the inventory knows the client, or a reservation names it."),
  arch: field
    .oneOrMore(arch, "a whole number from 0 to 65535, or a list of them")
    .optional()
    .describe(
      "The client's architecture (option 93): 0 BIOS, 7 x86-64 UEFI, 11 arm64 UEFI, 16 x86-64 HTTP …",
    ),
  vendorClass: pattern.optional().describe("The vendor class that the client states (option 60)."),
  userClass: pattern.optional().describe("One of the user classes that the client states (option 77)."),
  hostname: pattern.optional().describe("The name that the client states (option 12); case does not count."),
  option: option.optional().describe("An option of the client's packet."),
  relay: relay
    .optional()
    .describe("Data from the relay agent (giaddr, option 82); all given keys must match."),
  mac: field
    .oneOrMore(field.mac, "a hardware address like a4:bf:01:38:ee:65, or a list of them")
    .optional()
    .describe("The client's hardware address."),
  macPrefix: field
    .oneOrMore(field.macPrefix, "the first octets of hardware addresses, like a4:bf:01, or a list of them")
    .optional()
    .describe("What its hardware address begins with."),
  host: names.optional().describe("The host's id in the inventory, or its host name there."),
  hostType: names.optional().describe("The host's type in the inventory: Node, NodeBMC …"),
  role: names.optional().describe("The host's role in the inventory."),
  subRole: names.optional().describe("The host's sub-role in the inventory."),
  group: names.optional().describe("A group that the host is in."),
  label: label.optional().describe("Labels that the host has in the inventory, all of them."),
  class: field.className.optional().describe("An earlier class of this list that the client is in."),
  subnet: z.string().min(1).optional().describe("The subnet that the client's packet came from."),
};

export const matcher: z.ZodType<MatcherDocument> = section(shape).meta({
  id: "matcher",
  description: "Identifies a client: exactly one of these keys.",
  minProperties: 1,
  maxProperties: 1,
});

/** What a matcher may have, one at a time. */
export const MATCHER_KEYS: readonly string[] = Object.keys(shape);
