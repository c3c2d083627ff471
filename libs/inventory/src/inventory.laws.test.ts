// Laws of the projection: it depends on what is stored, not on how it was delivered.
import { formatIpv4, ipv4, macFromBytes } from "@leasehold/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type HostEvent, hostKey, Inventory } from "./index.ts";

// Few values, so that claims collide.
const MACS = [1, 2, 3].map((last) => macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, last)));
const ADDRESSES = [1, 2, 3, 4].map((last) => ipv4(0x0a4d0000 + last));
const IDS = ["x1", "x2", "x3", "x4"];

const since = fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00.5Z");
const address = fc.record({ address: fc.constantFrom(...ADDRESSES.map(formatIpv4)), since });
const hostInterface = fc.record(
  {
    mac: fc.constantFrom<string>(...MACS, "02:00:00:00:00:01".toUpperCase()),
    clientId: fc.constantFrom("01aa", "01bb"),
    since,
    addresses: fc.array(address, { maxLength: 3 }),
  },
  { requiredKeys: ["mac", "addresses"] },
);
const record = fc.record(
  {
    uuid: fc.constantFrom("4C4C4544-0001", "4c4c4544-0001", "4c4c4544-0002"),
    interfaces: fc.array(hostInterface, { maxLength: 3 }),
  },
  { requiredKeys: ["interfaces"] },
);
const problems = [{ path: "IPAddresses", found: '"10.0.0.300"', expected: "an IPv4 address" }];

function eventOf(id: string): fc.Arbitrary<unknown> {
  const common = { v: 1, id, source: "smd", observedAt: "2026-01-05T00:00:00Z" } as const;
  return fc.oneof(
    { weight: 6, arbitrary: record.map((host): HostEvent => ({ ...common, type: "HostSet", host })) },
    record.map((host): HostEvent => ({ ...common, type: "HostQuarantined", host, problems })),
    fc.constant<HostEvent>({ ...common, type: "HostQuarantined", problems }),
    fc.constant<HostEvent>({ ...common, type: "HostRemoved" }),
    fc.constant(undefined),
    fc.anything(),
  );
}

const change = fc.constantFrom(...IDS).chain((id) => fc.tuple(fc.constant(hostKey(id)), eventOf(id)));

function shown(inventory: Inventory): unknown {
  return {
    size: inventory.size,
    hosts: [...inventory.hosts()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    byMac: MACS.map((mac) => inventory.byMac(mac)?.id),
    ofAddress: ADDRESSES.map((one) => inventory.ofAddress(one)?.id),
    byClientId: ["01aa", "01bb"].map((id) => inventory.byClientId(id as never)?.id),
    byUuid: ["4c4c4544-0001", "4C4C4544-0002"].map((uuid) => inventory.byUuid(uuid)?.id),
    reservations: MACS.map((mac) => inventory.reservation(mac, () => true)),
    quarantined: inventory.quarantined(),
  };
}

function projection(
  changes: readonly (readonly [key: string, value: unknown, revision: number])[],
): Inventory {
  const inventory = new Inventory();
  for (const [key, value, revision] of changes) inventory.apply(key, value, revision);
  return inventory;
}

test("replay = live: the last record of each key gives what following all changes gave", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (history) => {
      const changes = history.map(([key, value], i) => [key, value, i + 1] as const);
      const last = changes.filter(([key], i) => !changes.slice(i + 1).some(([later]) => later === key));
      expect(shown(projection(last))).toEqual(shown(projection(changes)));
      expect(projection(last).revision).toBe(projection(changes).revision);
    }),
    { numRuns: 500 },
  );
});

test("the order in which the keys' records are applied makes no difference", () => {
  const records = fc
    .tuple(...IDS.map((id) => eventOf(id)))
    .map((values) => values.map((value, i) => [hostKey(IDS[i]!), value, i + 1] as const));
  const orders = records.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  );
  fc.assert(
    fc.property(orders, ([one, other]) => {
      expect(shown(projection(other))).toEqual(shown(projection(one)));
    }),
    { numRuns: 500 },
  );
});

test("no address and no hardware address has two hosts, and a reservation is of the host that has the address", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (history) => {
      const inventory = projection(history.map(([key, value], i) => [key, value, i + 1] as const));
      for (const mac of MACS) {
        const own = inventory.reservation(mac, () => true);
        if (own !== undefined) expect(inventory.ofAddress(own)?.id).toBe(inventory.byMac(mac)?.id);
      }
    }),
    { numRuns: 500 },
  );
});
