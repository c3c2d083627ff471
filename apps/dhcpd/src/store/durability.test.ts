import { expect, test } from "vitest";
import { syncOf, weakestOf } from "./durability.ts";

const varz = (config: object) => ({ server_name: "n1", jetstream: { config } });

// As nats-server 2.15.1 answers.
test.each([
  [
    "always",
    "sync_interval: always",
    varz({ sync_interval: 120_000_000_000, sync_always: true, strict: true }),
  ],
  ["interval", "sync_interval: 120 s", varz({ sync_interval: 120_000_000_000, strict: true })],
  ["unknown", "it says nothing of sync_interval", varz({})],
  ["unknown", "it says nothing of sync_interval", { server_name: "n1" }],
  ["unknown", "it says nothing of sync_interval", null],
] as const)("%s: %s", (durability, found, answer) => {
  expect(syncOf(answer)).toEqual({ durability, found });
});

test("of several servers the weakest counts, and of none nothing is known", () => {
  const [always, interval, unknown] = (["always", "interval", "unknown"] as const).map((durability) => ({
    durability,
    found: durability,
  }));
  expect(weakestOf([always!, unknown!, interval!]).durability).toBe("interval");
  expect(weakestOf([always!, unknown!]).durability).toBe("unknown");
  expect(weakestOf([always!, always!]).durability).toBe("always");
  expect(weakestOf([])).toEqual({ durability: "unknown", found: "nats.monitoring is not set" });
});
