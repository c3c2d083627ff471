// Interfaces of one host that share an address: one at a time, the newer one as soon as the older one is not bound.
import { hostKey } from "@leasehold/inventory";
import { describe, expect, test } from "vitest";
import {
  after,
  alice,
  bob,
  granted,
  LEASE_SECONDS,
  SERVER,
  secondsLater,
  TestWorld,
  when,
} from "../../test/world.ts";

const ADDRESS = "10.0.0.77";

function bonded(): TestWorld {
  const world = new TestWorld();
  const [EARLY, LATE] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
  const interfaces = [
    { mac: alice.mac, addresses: [{ address: ADDRESS, since: EARLY }] },
    { mac: bob.mac, addresses: [{ address: ADDRESS, since: LATE }] },
  ];
  const event = { type: "HostSet", v: 1, id: "x1", source: "test", observedAt: LATE, host: { interfaces } };
  world.inventory.apply(hostKey("x1"), event, 1);
  return world;
}

describe("field report 10: a replaced NIC", () => {
  test("gets the host's address when the old one has no lease", () => {
    const { discover, request } = when(bonded());
    expect(discover(bob)).toMatch(`OFFER ${ADDRESS} `);
    expect(request(bob, { requested: ADDRESS, server: SERVER })).toMatch(`ACK ${ADDRESS} `);
    expect(request(bob, { requested: ADDRESS })).toMatch(`ACK ${ADDRESS} `);
  });

  test("waits while the old one is bound, and gets it afterwards", () => {
    const world = after(bonded(), granted(alice, ADDRESS));
    expect(when(world).discover(bob)).toBe("silent: reserved-address-held");
    expect(when(world).request(bob, { requested: ADDRESS, server: SERVER })).toBe("NAK: held-by-another");
    expect(when(world).request(alice, { ciaddr: ADDRESS })).toMatch(`ACK ${ADDRESS} `);
    const ended = when(world, secondsLater(2 * LEASE_SECONDS + 15));
    expect(ended.discover(bob)).toMatch(`OFFER ${ADDRESS} `);
  });

  test("has it alone then: the old one waits in turn", () => {
    const world = after(bonded(), granted(bob, ADDRESS));
    expect(when(world).discover(alice)).toBe("silent: reserved-address-held");
    expect(when(world).request(alice, { ciaddr: ADDRESS })).toBe("NAK: held-by-another");
  });
});
