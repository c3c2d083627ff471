// Whatever is in a document: it is read or refused with reasons, never with an exception; and what is let pass compiles.
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientOf } from "../test/client.ts";
import { checkNetwork, compileNetwork, diffNetworks, type Network, type NetworkDocument } from "./index.ts";

const settings = {
  options: { siteTag: "x", routers: ["10.0.0.1"] },
  lease: { seconds: 60 },
  server: { file: "f" },
};
const FULL: NetworkDocument = {
  version: 1,
  cluster: { serverIdentifier: { mode: "external", address: "10.0.0.2" } },
  optionDefinitions: [
    { name: "siteTag", code: 224, type: "text" },
    { name: "menu", vendorClass: "PXEClient", code: 9, type: "bytes" },
    { name: "modem", enterprise: 4491, code: 2, type: "text" },
  ],
  defaults: { ...settings, identity: "mac", unknown: "quarantine" },
  sharedNetworks: [{ id: "s", ...settings }],
  subnets: [
    {
      ...{
        id: "a",
        prefix: "10.0.0.0/24",
        relays: ["10.9.0.1"],
        sharedNetwork: "s",
        vss: "red",
        ...settings,
      },
      pools: [
        { ranges: ["10.0.0.10-10.0.0.19"], exclude: ["10.0.0.12"], for: "c", keepForKnown: 1, ...settings },
      ],
      reservations: [
        { mac: "02:00:00:00:00:01", address: "10.0.0.5", hostname: "h", ...settings },
        { circuitId: "0x0a", address: "10.0.0.6" },
        { class: "c" },
      ],
    },
  ],
  classes: [
    { id: "c", match: { all: [{ arch: [7] }, { not: { vendorClass: { prefix: "x" } } }] }, ...settings },
    { id: "d", match: { any: [{ class: "c" }, { relay: { circuitId: "p" } }, { label: { a: "b" } }] } },
    { id: "e", match: { option: { name: "siteTag", equals: "x" } }, policy: "ignore" },
  ],
  ignore: [{ macPrefix: "06" }],
  limits: { client: { packets: 1, perSeconds: 1 } },
  leasequery: { peers: ["10.0.0.3"] },
};

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    "",
    "x",
    0,
    -1,
    1e9,
    true,
    [],
    {},
    [null],
    { id: "a" },
    "10.0.0.5",
  ),
  fc.constantFrom<unknown>(
    "10.0.0.0/24",
    "10.0.0.9-10.0.0.1",
    "c",
    "any",
    { arch: 7 },
    "__proto__",
    "siteTag",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** The document with `value` in one of its places, by number. */
function damaged(document: unknown, place: number, value: unknown): unknown {
  let left = place;
  const walk = (node: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, walk(one)]));
  };
  return walk(document);
}

test("a damaged document is refused with reasons, or is good enough to compile and to serve", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(250), junk), { minLength: 1, maxLength: 4 }), (damages) => {
      const value = damages.reduce((document, [place, by]) => damaged(document, place, by), FULL as unknown);
      const checked = checkNetwork(value);
      if (checked.ok) serve(compileNetwork(checked.document, 1), checked.document);
      else expect(checked.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

function serve(network: Network, document: NetworkDocument): void {
  diffNetworks(FULL, document);
  for (const subnet of network.subnets) {
    const facts = clientOf({ agent: { 1: "p" } }, { subnet });
    const classes = network.classesOf(facts);
    for (const pool of [undefined, ...subnet.pools]) {
      const settings = network.settingsFor(subnet, pool, classes, subnet.reservationFor(facts));
      expect(settings.options.has(1)).toBe(true);
      expect(settings.lease.minSeconds).toBeLessThanOrEqual(settings.lease.maxSeconds);
    }
  }
}

test("and the whole one is good", () => {
  expect(checkNetwork(FULL)).toMatchObject({ ok: true });
});
