import { expect, it } from "vitest";
import { unusableLines } from "./unusable.ts";

it("A5: status names the records that cannot be read, and the leases outside of every subnet", () => {
  const reason = "heldSeconds: found 1e15, expected whole seconds from 0 to 4294967295";
  const records = [{ key: "10.77.0.9", reason }];
  expect(
    unusableLines({
      unreadable: [{ bucket: "dhcp-leases", count: 3, records }],
      strayLeases: { count: 1, addresses: ["203.0.113.7"] },
      badMessages: { heartbeat: 12 },
    }),
  ).toEqual([
    "",
    "3 records in dhcp-leases cannot be read and are ignored:",
    `  10.77.0.9  ${reason}`,
    "  and 2 more",
    "1 lease is in no subnet of the network document: 203.0.113.7",
    "Malformed NATS messages since the start: 12 heartbeat",
  ]);
});

it("says nothing where there is nothing, and of a node that says nothing of it", () => {
  expect(
    unusableLines({ unreadable: [], strayLeases: { count: 0, addresses: [] }, badMessages: {} }),
  ).toEqual([]);
  expect(unusableLines({})).toEqual([]);
});
