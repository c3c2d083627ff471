// How many places one REQUEST goes through: it may get shorter, and a circle more is told here.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { Way } from "./request-path.ts";

const FILES_MAX: Record<Way, number> = { whole: 73, service: 60 };

interface Measured {
  readonly files: readonly string[];
  readonly circles: readonly { readonly circle: string }[];
}

test("one REQUEST runs through no more files than it did, and back into one only where the store has answered", () => {
  // In a process of its own: vitest's stacks have other paths, and other tests would count.
  const program = `${import.meta.dirname}/request-path-program.ts`;
  const measured = JSON.parse(
    execFileSync(process.execPath, [program, "--json"], { encoding: "utf8" }),
  ) as Record<Way, Measured>;
  for (const way of ["whole", "service"] as const) {
    const { files, circles } = measured[way];
    expect(files.length).toBeGreaterThan(10);
    expect(files.length, way).toBeLessThanOrEqual(FILES_MAX[way]);
    // The store's answer goes on where the event was sent, as the reply must not leave before it: here at once, on the same stack.
    expect(circles.map(({ circle }) => circle)).toEqual([
      "dhcpd/exchange/commits → leases/lease/memory-store → dhcpd/exchange/commits",
      "dhcpd/exchange/transactions → dhcpd/exchange/commits → leases/lease/memory-store → dhcpd/exchange/commits → dhcpd/exchange/transactions",
    ]);
  }
});
