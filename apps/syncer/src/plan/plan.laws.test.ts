import { parseMac } from "@leasehold/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemorySyncer } from "../../test/memory-syncer.ts";
import { bmc, node, row } from "../../test/smd-shapes.ts";

const A = "02:00:5e:00:10:0a";
const B = "02:00:5e:00:10:0b";
const C = "02:00:5e:00:10:0c";

test("law: whatever the rows, a second look says nothing, and no two hosts are given one address", async () => {
  const mac = fc.constantFrom(A, B, C, A.toUpperCase(), "02005e00100b", "garbage");
  const component = fc.constantFrom("x1", "x2", "x3", "", "not legal!");
  const addresses = fc.array(
    fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.300", "2001:db8::1"),
    { maxLength: 3 },
  );
  const update = fc.constantFrom(
    "2026-01-01T00:00:00Z",
    "2026-02-01T00:00:00.123456Z",
    "2027-01-01T00:00:00Z",
    "?",
  );
  const anyRow = fc
    .tuple(mac, component, addresses, update)
    .map(([m, c, a, LastUpdate]) => row(m, c, a, { LastUpdate }));
  const history = fc.array(fc.array(anyRow, { maxLength: 5 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(history, async (readings) => {
      const syncer = new MemorySyncer([], [node("x1", 1), bmc("x2")]);
      for (const rows of readings) {
        syncer.smd.rows = rows;
        // Twice, so that what is missing is gone; the third time there must be nothing left to say.
        await syncer.look();
        await syncer.look();
        syncer.smd.rows = rows.toReversed();
        expect(await syncer.look()).toEqual([]);
        const given = new Map<string, string>();
        for (const mac of [A, B, C]) {
          const address = syncer.reserved(mac);
          const host = syncer.store.inventory.byMac(parseMac(mac)!)?.id;
          // Interfaces of one host may share an address.
          if (address !== "" && host !== undefined) expect(given.get(address) ?? host).toBe(host);
          if (address !== "" && host !== undefined) given.set(address, host);
        }
      }
    }),
    { numRuns: 200 },
  );
});
