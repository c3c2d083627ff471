import { expect, test } from "vitest";
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
