// Compiled classes agree with a reading of the document that is as plain as can be.
import { decodeRelayAgent, formatIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientOf, octets } from "../../test/client.ts";
import { compileNetwork, type MatcherDocument } from "../index.ts";
import type { ClientFacts } from "../network.ts";

const few = fc.constantFrom("a", "b", "ab", "ba", "abc");
const pattern = fc.oneof(
  few,
  fc.oneof(...["equals", "prefix", "contains"].map((key) => few.map((text) => ({ [key]: text })))),
);
const oneOrMore = <T>(item: fc.Arbitrary<T>) =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));
const mac = fc.constantFrom("02:00:00:00:00:01", "02:00:00:00:00:02", "06:00:00:00:00:01");
const arch = fc.constantFrom(0, 7, 11);
const giaddr = fc.constantFrom("10.9.0.1", "10.9.0.2", "0.0.0.0");

const { matcher } = fc.letrec<{ matcher: MatcherDocument; list: MatcherDocument[] }>((tie) => ({
  list: fc.array(tie("matcher"), { minLength: 1, maxLength: 3 }),
  matcher: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ arch: oneOrMore(arch) }),
    fc.record({ known: fc.boolean() }),
    fc.record({ vendorClass: pattern }),
    fc.record({ relay: fc.record({ giaddr, circuitId: pattern }, { requiredKeys: [] }) }),
    fc.record({ mac: oneOrMore(mac) }),
    fc.record({ macPrefix: oneOrMore(fc.constantFrom("02", "02:00:00:00:00:02")) }),
    fc.record({ role: oneOrMore(few) }),
    fc.record({ group: oneOrMore(few) }),
    fc.record({ class: fc.constantFrom("c0", "c1", "c2") }),
    fc.record({ all: tie("list") }),
    fc.record({ any: tie("list") }),
    fc.record({ not: tie("matcher") }),
  ) as fc.Arbitrary<MatcherDocument>,
}));

const client = fc
  .record({
    mac,
    giaddr,
    vendorClass: fc.option(few),
    circuitId: fc.option(few),
    archs: fc.array(arch, { maxLength: 2 }),
    host: fc.option(fc.record({ role: few, groups: fc.array(few, { maxLength: 2 }) }), { nil: undefined }),
  })
  .map(({ vendorClass, circuitId, archs, host, ...sent }) => {
    const options = [
      ...(vendorClass === null ? [] : [[60, octets(vendorClass)] as const]),
      ...(archs.length === 0 ? [] : [[93, Uint8Array.from(archs.flatMap((one) => [0, one]))] as const]),
    ];
    return clientOf(
      { ...sent, options, ...(circuitId === null ? {} : { agent: { 1: circuitId } }) },
      { host },
    );
  });

test("a client is in the classes that a plain reading finds", () => {
  fc.assert(
    fc.property(
      fc.array(matcher, { maxLength: 4 }),
      fc.array(client, { minLength: 1 }),
      (matchers, clients) => {
        const classes = matchers.map((match, i) => ({ id: `c${i}`, match }));
        const network = compileNetwork({ version: 1, subnets: [], classes }, 1);
        for (const facts of clients) {
          const found = network.classesOf(facts);
          expect(found.map(({ id }) => id)).toEqual(plainClassesOf(matchers, facts));
          expect(network.classesOf(facts)).toBe(found);
        }
      },
    ),
  );
});

function plainClassesOf(matchers: readonly MatcherDocument[], facts: ClientFacts): string[] {
  const found: string[] = [];
  for (const [i, matcher] of matchers.entries()) if (holds(matcher, facts, found)) found.push(`c${i}`);
  return found;
}

function holds(matcher: MatcherDocument, facts: ClientFacts, found: readonly string[]): boolean {
  const { packet, host } = facts;
  const list = <T>(value: T | T[] | undefined): T[] => (Array.isArray(value) ? value : [value as T]);
  if (matcher.all) return matcher.all.every((one) => holds(one, facts, found));
  if (matcher.any) return matcher.any.some((one) => holds(one, facts, found));
  if (matcher.not) return !holds(matcher.not, facts, found);
  if (matcher.known !== undefined) return matcher.known === (host !== undefined);
  if (matcher.class) return found.includes(matcher.class);
  if (matcher.mac) return list(matcher.mac).includes(facts.mac);
  if (matcher.macPrefix) return list(matcher.macPrefix).some((prefix) => facts.mac.startsWith(prefix));
  if (matcher.role) return host !== undefined && list(matcher.role).includes(host.role!);
  if (matcher.group) return list(matcher.group).some((group) => host?.groups?.includes(group));
  if (matcher.vendorClass) return isLike(packet.get("vendorClassIdentifier"), matcher.vendorClass);
  if (matcher.arch !== undefined) {
    const sent = packet.get("clientSystemArchitecture") ?? [];
    return list(matcher.arch).some((one) => sent.includes(one));
  }
  const circuitId = decodeRelayAgent(packet.raw(82) ?? new Uint8Array(0)).get(1);
  const isPort =
    matcher.relay?.circuitId === undefined ||
    isLike(circuitId && new TextDecoder().decode(circuitId), matcher.relay.circuitId);
  const isRelay = matcher.relay?.giaddr === undefined || matcher.relay.giaddr === formatIpv4(packet.giaddr);
  return isPort && isRelay;
}

function isLike(text: string | undefined, pattern: NonNullable<MatcherDocument["vendorClass"]>): boolean {
  if (text === undefined) return false;
  if (typeof pattern === "string") return text === pattern;
  if (pattern.equals !== undefined) return text === pattern.equals;
  if (pattern.prefix !== undefined) return text.startsWith(pattern.prefix);
  return text.includes(pattern.contains!);
}
