// A short run of the fuzzer against a live node and syncer; `./run fuzz --wire` is the long one.
import { expect, test } from "vitest";
import { fuzzOnTheWire } from "../fuzz/on-the-wire.ts";

const COUNT = 10_000;

test(`A3, A4, A5: ${COUNT} changed messages and records to a live node: it keeps its connection, counts them, and answers clients`, async () => {
  const { failures, rejected, sent, looks, words } = await fuzzOnTheWire({ count: COUNT, seed: 13 });
  expect(failures, words).toEqual([]);
  expect(Object.values(sent).reduce((sum, n) => sum + n, 0)).toBe(COUNT);
  expect(looks.length).toBeGreaterThan(10);
  const told = [...rejected.keys()].join("\n");
  for (const kind of ["heartbeat", "commit-notice", "forwarded-batch", "question"])
    expect(told).toContain(`kind="${kind}"`);
  for (const bucket of ["dhcp-leases", "dhcp-inventory", "dhcp-network"])
    expect(told).toContain(`bucket="${bucket}"`);
});
