// A lease that was put into octets is the lease that comes out again, whatever else is put in or taken out around it.
import type { ClientId, Ipv4, Mac } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, type Instant, type Lease, revision } from "../index.ts";
import type { ClientTrace } from "../lease/lease-event.ts";
import { LeaseRecords } from "./lease-records.ts";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
/** Up to more characters than 15 bits count. */
const longText = fc.tuple(text, fc.constantFrom(0, 1, 255, 256, 70_000)).map(([a, n]) => a + "x".repeat(n));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const seconds = fc.constantFrom(0, 60, 3600, 0xffffffff);

const lease: fc.Arbitrary<Lease> = fc
  .record({
    address: fc.integer({ min: 0, max: 0xffffffff }).map((address) => address as Ipv4),
    state: fc.constantFrom("offered", "bound", "released", "declined"),
    client: text as fc.Arbitrary<ClientId>,
    mac: optional(text) as fc.Arbitrary<Mac | undefined>,
    subnet: text,
    host: optional(text),
    hostname: optional(longText),
    seconds,
    heldSeconds: seconds,
    at: fc.integer({ min: 0, max: 2 ** 45 }).map((at) => at as Instant),
    revision: fc.maxSafeNat().map(revision),
    isReserved: fc.boolean(),
    xid: optional(fc.integer({ min: 0, max: 0xffffffff })),
    relay: optional(fc.oneof(fc.record({ giaddr: text }), fc.record({ giaddr: text, agent: longText }))),
    trace: optional(fc.record({ vendorClass: text, since: fc.nat() }, { requiredKeys: [] })) as fc.Arbitrary<
      ClientTrace | undefined
    >,
    node: text,
    intent: text,
  })
  .map((each) => ({ ...each, heldUntil: after(each.at, each.heldSeconds) }));

describe("leases as octets", () => {
  test("come out as they were put in", () => {
    fc.assert(
      fc.property(fc.array(lease, { maxLength: 5 }), (leases) => {
        const records = new LeaseRecords();
        const slots = leases.map((each) => records.add(each));
        expect(slots.map((slot) => records.read(slot))).toEqual(leases);
        expect(slots.map((slot) => records.clientOf(slot))).toEqual(leases.map(({ client }) => client));
        expect(slots.map((slot) => records.revisionOf(slot))).toEqual(leases.map(({ revision }) => revision));
      }),
    );
  });

  test("keep to their own place, also in one that was freed", () => {
    const steps = fc.array(fc.tuple(lease, fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (all) => {
        const records = new LeaseRecords();
        const kept = new Map<number, Lease>();
        for (const [each, isFreed] of all) {
          const slot = records.add(each);
          expect(kept.has(slot)).toBe(false);
          kept.set(slot, each);
          if (!isFreed) continue;
          kept.delete(slot);
          records.free(slot);
        }
        for (const [slot, each] of kept) expect(records.read(slot as never)).toEqual(each);
      }),
    );
  });
});
