// Matchers as data to matchers as functions, once for each document. A kind of matcher is one entry of KINDS.
import { type Mac, OptionCode, parseIpv4, parseMac, parsePrefix, RelaySubOption } from "@leasehold/protocol";
import { listOf } from "../document/fields.ts";
import type {
  MatcherDocument,
  OptionMatcherDocument,
  RelayMatcherDocument,
} from "../document/matcher-schema.ts";
import type { ClientFacts, HostFacts } from "../network.ts";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import type { Evidence } from "./client-facts.ts";
import {
  beginningWith,
  compilePattern,
  containing,
  equalTo,
  type OctetTest,
  octetsOfText,
} from "./octet-pattern.ts";

export type Test = (evidence: Evidence) => boolean;

export interface MatcherContext {
  readonly options: OptionCatalogue;
  /** The index of an earlier class; undefined when there is none of this id. */
  classIndex(id: string): number | undefined;
  isKnown(facts: ClientFacts): boolean;
}

type Compile<Value> = (value: Value, context: MatcherContext) => Test;

const NEVER: Test = () => false;

const KINDS: { readonly [Key in keyof MatcherDocument]-?: Compile<NonNullable<MatcherDocument[Key]>> } = {
  all: (matchers, context) => {
    const tests = matchers.map((one) => compileMatcher(one, context));
    return (evidence) => tests.every((test) => test(evidence));
  },
  any: (matchers, context) => {
    const tests = matchers.map((one) => compileMatcher(one, context));
    return (evidence) => tests.some((test) => test(evidence));
  },
  not: (matcher, context) => {
    const test = compileMatcher(matcher, context);
    return (evidence) => !test(evidence);
  },
  known: (wanted, context) => (evidence) => context.isKnown(evidence.facts) === wanted,
  arch: (wanted) => {
    const archs = new Set(listOf(wanted));
    return (evidence) => evidence.architectures.some((arch) => archs.has(arch));
  },
  vendorClass: (pattern) => ofOption(OptionCode.vendorClassIdentifier, compilePattern(pattern)),
  userClass: (pattern) => {
    const test = compilePattern(pattern);
    return ({ facts }) => facts.packet.get("userClass")?.some((one) => test(octetsOf(one))) ?? false;
  },
  hostname: (pattern) => {
    const test = compilePattern(lowerCase(pattern));
    return ofOption(OptionCode.hostName, (octets) => test(octets.map(lowerOctet)));
  },
  option: compileOption,
  relay: compileRelay,
  mac: (wanted) => {
    const macs = new Set<Mac | undefined>(listOf(wanted).map(parseMac));
    return ({ facts }) => macs.has(facts.mac);
  },
  macPrefix: (wanted) => {
    const prefixes = listOf(wanted).map((prefix) => prefix.toLowerCase().replaceAll("-", ":"));
    return ({ facts }) => prefixes.some((prefix) => facts.mac.startsWith(prefix));
  },
  host: (wanted) => {
    const names = new Set<string | undefined>(listOf(wanted));
    return ({ facts: { host } }) => host !== undefined && (names.has(host.id) || names.has(host.hostname));
  },
  hostType: (wanted) => ofHost(wanted, ({ type }) => type),
  role: (wanted) => ofHost(wanted, ({ role }) => role),
  subRole: (wanted) => ofHost(wanted, ({ subRole }) => subRole),
  group: (wanted) => {
    const groups = new Set(listOf(wanted));
    return ({ facts }) => facts.host?.groups?.some((group) => groups.has(group)) ?? false;
  },
  label: (wanted) => {
    const labels = Object.entries(wanted);
    return ({ facts: { host } }) =>
      host !== undefined && labels.every(([key, value]) => host.labels?.[key] === value);
  },
  class: (id, context) => {
    const index = context.classIndex(id);
    return index === undefined ? NEVER : ({ matched }) => matched[index] === 1;
  },
  subnet:
    (id) =>
    ({ facts }) =>
      facts.subnet?.id === id,
};

/** A matcher with no key, which no checked document has, matches nobody. */
export function compileMatcher(matcher: MatcherDocument, context: MatcherContext): Test {
  for (const [key, value] of Object.entries(matcher)) {
    if (value !== undefined) return (KINDS[key as keyof MatcherDocument] as Compile<unknown>)(value, context);
  }
  return NEVER;
}

function ofOption(code: number, test: OctetTest): Test {
  return (evidence) => {
    const octets = evidence.raw(code);
    return octets !== undefined && test(octets);
  };
}

function ofHost(wanted: string | readonly string[], field: (host: HostFacts) => string | undefined): Test {
  const values = new Set<string | undefined>(listOf(wanted));
  return ({ facts: { host } }) => host !== undefined && values.has(field(host));
}

function compileOption(matcher: OptionMatcherDocument, { options }: MatcherContext): Test {
  const option = matcher.name === undefined ? undefined : options.option(matcher.name);
  const code = matcher.code ?? option?.code;
  if (code === undefined) return NEVER;
  if (matcher.exists !== undefined) {
    const { exists } = matcher;
    return ({ facts }) => facts.packet.has(code) === exists;
  }
  if (matcher.equals !== undefined) {
    const wanted = octetsOfValue(matcher.equals, option);
    return wanted === undefined ? NEVER : ofOption(code, equalTo(wanted));
  }
  if (matcher.prefix !== undefined) return ofOption(code, beginningWith(octetsOfText(matcher.prefix)));
  return ofOption(code, containing(octetsOfText(matcher.contains ?? "")));
}

/**
 * The octets of a value to compare with: `0x` and hex for any option, else a value of the option's type, else text.
 * Undefined when it is none of these.
 */
export function octetsOfValue(
  value: unknown,
  option: { encode(value: unknown): Uint8Array | undefined } | undefined,
): Uint8Array | undefined {
  if (typeof value === "string" && /^0x/i.test(value)) return octetsOfText(value);
  const encoded = option?.encode(value);
  if (encoded !== undefined) return encoded;
  return typeof value === "string" && value !== "" ? octetsOfText(value) : undefined;
}

const RELAY_FIELDS = ["circuitId", "remoteId", "subscriberId", "relayId"] as const;
const RELAY_CODES = {
  circuitId: RelaySubOption.circuitId,
  remoteId: RelaySubOption.remoteId,
  subscriberId: RelaySubOption.subscriberId,
  relayId: RelaySubOption.relayAgentIdentifier,
} as const;

function compileRelay(matcher: RelayMatcherDocument): Test {
  const tests = RELAY_FIELDS.flatMap((field): Test[] => {
    const pattern = matcher[field];
    if (pattern === undefined) return [];
    const test = compilePattern(pattern);
    return [
      (evidence) => {
        const octets = evidence.relaySubOption(RELAY_CODES[field]);
        return octets !== undefined && test(octets);
      },
    ];
  });
  if (matcher.giaddr !== undefined) tests.push(fromRelay(matcher.giaddr));
  return (evidence) => tests.every((test) => test(evidence));
}

function fromRelay(written: string): Test {
  const address = parseIpv4(written);
  if (address !== undefined) return ({ giaddr }) => giaddr === address;
  const prefix = parsePrefix(written);
  if (prefix === undefined) return NEVER;
  return ({ giaddr }) => giaddr !== 0 && giaddr >= prefix.address && giaddr <= prefix.broadcast;
}

const octetsOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** RFC 1123 §2.1, RFC 1035 §2.3.3: ASCII letters of a name are the same in both cases. */
const lowerOctet = (octet: number): number => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet);

function lowerCase(pattern: NonNullable<MatcherDocument["hostname"]>) {
  if (typeof pattern === "string") return pattern.toLowerCase();
  return Object.fromEntries(Object.entries(pattern).map(([key, text]) => [key, text?.toLowerCase()]));
}
