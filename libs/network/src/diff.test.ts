import fc from "fast-check";
import { expect, test } from "vitest";
import { networkOf } from "../test/client.ts";
import { diffNetworks, type NetworkDocument } from "./index.ts";

const BEFORE: NetworkDocument = {
  version: 1,
  defaults: { lease: { seconds: 3600 } },
  subnets: [
    {
      id: "a",
      prefix: "10.0.0.0/24",
      pools: [{ range: "10.0.0.10-10.0.0.20" }, { range: "10.0.0.30-10.0.0.40" }],
    },
    { id: "b", prefix: "10.0.1.0/24", options: { routers: ["10.0.1.1"] } },
  ],
};

test("what goes, what comes, what changes; one line each", () => {
  const after: NetworkDocument = {
    version: 1,
    defaults: { lease: { seconds: 600 } },
    subnets: [
      { id: "c", prefix: "10.0.2.0/24" },
      { id: "a", prefix: "10.0.0.0/24", pools: [{ range: "10.0.0.30-10.0.0.40", for: "known" }] },
    ],
  };
  expect(diffNetworks(BEFORE, after)).toEqual([
    '- subnets[a].pools[10.0.0.10-10.0.0.20].range: "10.0.0.10-10.0.0.20"',
    '- subnets[b].id: "b"',
    '- subnets[b].prefix: "10.0.1.0/24"',
    '- subnets[b].options.routers: ["10.0.1.1"]',
    "~ defaults.lease.seconds: 3600 → 600",
    '+ subnets[c].id: "c"',
    '+ subnets[c].prefix: "10.0.2.0/24"',
    '+ subnets[a].pools[10.0.0.30-10.0.0.40].for: "known"',
  ]);
});

test("another order of the same subnets is no change, and everything is new to an empty store", () => {
  expect(diffNetworks(BEFORE, { ...BEFORE, subnets: BEFORE.subnets.toReversed() })).toEqual([]);
  expect(diffNetworks(undefined, BEFORE)).toHaveLength(9);
});

test("classes, reservations and definitions are told apart by what they are", () => {
  const document = (classes: string[], reservations: string[]) =>
    networkOf(`version: 1
optionDefinitions: [{ name: tag, code: 224, type: text }]
classes: [${classes.join(", ")}]
subnets: [{ id: a, prefix: 10.0.0.0/24, reservations: [${reservations.join(", ")}] }]`).document;
  const [arm, uefi] = [
    "{ id: arm, match: { any: [{ arch: 10 }, { arch: 11 }] } }",
    "{ id: uefi, match: { arch: 7 } }",
  ];
  const [one, port] = [
    "{ mac: 02:00:00:00:00:01, address: 10.0.0.1 }",
    "{ circuitId: ge-1, address: 10.0.0.2 }",
  ];
  const before = document([arm, uefi], [one, port]);
  expect(diffNetworks(before, document([arm, uefi], [port, one]))).toEqual([]);
  expect(diffNetworks(before, document([uefi, arm], [one, port]))).toEqual([
    "~ order of classes: arm, uefi → uefi, arm",
  ]);
  expect(diffNetworks(before, document([arm.replace("10", "9"), uefi], [one]))).toEqual([
    '- subnets[a].reservations[circuitId ge-1].circuitId: "ge-1"',
    '- subnets[a].reservations[circuitId ge-1].address: "10.0.0.2"',
    '~ classes[arm].match: {"any":[{"arch":10},{"arch":11}]} → {"any":[{"arch":9},{"arch":11}]}',
  ]);
});

/** What a document says, each line by its path. */
function lines(value: unknown, path = ""): [string, string][] {
  const names = Array.isArray(value) ? value.map(nameOf) : [];
  const isKeyed = names.length > 0 && new Set(names).size === names.length && !names.includes(undefined);
  if (Array.isArray(value) && isKeyed) return value.flatMap((one, i) => lines(one, `${path}[${names[i]}]`));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, one]) => lines(one, path === "" ? key : `${path}.${key}`));
}

function nameOf(item: { id?: string; mac?: string; class?: string } | string): string | undefined {
  if (typeof item === "string") return undefined;
  return item.id ?? (item.mac && `mac ${item.mac}`) ?? (item.class && `class ${item.class}`);
}

test("what is the same is passed over, and nothing else: as all lines by their paths say it", () => {
  const options = fc.dictionary(
    fc.constantFrom("p", "q"),
    fc.constantFrom<unknown>(1, [], [1], {}, { p: 1 }),
  );
  const item = fc.record(
    { mac: fc.constantFrom("a", "b", "c"), class: fc.constantFrom("x", "y"), options },
    { requiredKeys: [] },
  );
  const reservations = fc.array(fc.oneof({ weight: 9, arbitrary: item }, fc.constant("z")), { maxLength: 4 });
  const subnet = fc.record({ id: fc.constantFrom("s", "t"), reservations }, { requiredKeys: ["id"] });
  const document = fc.record({ subnets: fc.array(subnet, { maxLength: 2 }) });
  fc.assert(
    fc.property(document, document, (before, after) => {
      const [old, now] = [new Map(lines(before)), new Map(lines(after))];
      const gone = [...old].flatMap(([path, from]) => (now.has(path) ? [] : [`- ${path}: ${from}`]));
      const come = [...now].flatMap(([path, to]) => {
        const from = old.get(path);
        if (from === undefined) return [`+ ${path}: ${to}`];
        return from === to ? [] : [`~ ${path}: ${from} → ${to}`];
      });
      const said = diffNetworks(before as unknown as NetworkDocument, after as unknown as NetworkDocument);
      expect(said).toEqual([...gone, ...come]);
    }),
    { numRuns: 1000 },
  );
});
