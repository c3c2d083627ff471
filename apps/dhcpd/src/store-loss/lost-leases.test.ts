// The leases that the store has lost, by name: as dhcp-lease-log has them.
import {
  encodeLeaseEvent,
  instant,
  type LeaseEvent,
  LeaseView,
  leaseAfter,
  revision,
} from "@leasehold/leases";
import { expect, test } from "vitest";
import { alice, bob } from "../../test/wire.ts";
import { lostLeasesInWords } from "./lost-leases.ts";

const eventOf = (address: string, change: Partial<LeaseEvent> = {}): LeaseEvent => ({
  ...{ type: "LeaseGranted", v: 1, address, client: alice.client, mac: alice.mac, subnet: "lan" },
  ...{ seconds: 60, heldSeconds: 120, node: "n1", network: 1, inventory: 0, intent: "i1" },
  ...change,
});

function logOf(...events: readonly LeaseEvent[]) {
  const asked: string[] = [];
  const last = async (key: string) => {
    asked.push(key);
    const event = events.findLast(({ address }) => address === key);
    return event && { key, data: encodeLeaseEvent(event), revision: 1, at: 0 };
  };
  return { keys: async () => [...new Set(events.map(({ address }) => address))], last, asked };
}

const said = (log: ReturnType<typeof logOf>, view = new LeaseView()) =>
  lostLeasesInWords(log, view, () => instant(100_000));

test("names who has what the store has not, and until when", async () => {
  const view = new LeaseView();
  view.apply(leaseAfter(eventOf("10.0.0.12"), revision(1), instant(0)));
  const log = logOf(
    eventOf("10.0.0.10"),
    eventOf("10.0.0.11", { type: "LeaseReleased", client: bob.client }),
    eventOf("10.0.0.12"),
    eventOf("10.0.0.13", { heldSeconds: 60 }),
  );
  expect(await said(log, view)).toBe(
    `by dhcp-lease-log still clients': 10.0.0.10 (${alice.mac}, until 1970-01-01T00:02:00.000Z)`,
  );
  expect(log.asked).not.toContain("10.0.0.12");
});

test("of many, ten are named, and two hundred asked for", async () => {
  const many = Array.from({ length: 250 }, (_, i) => eventOf(`10.0.0.${i}`));
  const log = logOf(...many);
  expect(await said(log)).toMatch(/\(.*\) and 190 more; 50 more were not checked$/);
  expect(log.asked).toHaveLength(200);
});

test("says so when none of them stands any more, or the log has nothing", async () => {
  expect(await said(logOf(eventOf("10.0.0.10", { heldSeconds: 60 })))).toBe(
    "by dhcp-lease-log none of 1 is a client's any more",
  );
  expect(await said(logOf())).toBe("dhcp-lease-log has no address that the store has not");
});
