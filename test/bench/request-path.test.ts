// How many places one REQUEST goes through: it may get shorter, and a circle more is told here.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

/** From NodeCore on: intake, the look for a pause and the events are in it. */
const FILES_MAX = 95;

test("one REQUEST runs through no more files than it did, and back into one only where it waits", () => {
  // In a process of its own: vitest's stacks have other paths, and other tests would count.
  const program = `${import.meta.dirname}/request-path-program.ts`;
  const { files, circles } = JSON.parse(
    execFileSync(process.execPath, [program, "--json"], { encoding: "utf8" }),
  ) as { files: readonly string[]; circles: readonly { circle: string }[] };
  expect(files.length).toBeGreaterThan(10);
  expect(files.length).toBeLessThanOrEqual(FILES_MAX);
  expect([...new Set(circles.map(({ circle }) => circle))]).toEqual([
    // A packet waits for its turn in the intake, and is handed back to the node.
    "dhcpd/node-core → dhcpd/intake/intake → dhcpd/node-core",
    "dhcpd/exchange/transactions → leases/memory-store → dhcpd/exchange/transactions",
  ]);
});
