// Leases that no subnet has: counted while somebody may have the address, and no longer.
import { instant, type Lease, LeaseView, leaseAfter, revision } from "@leasehold/leases";
import { compileNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { NETWORK } from "../../test/node.ts";
import { alice } from "../../test/wire.ts";
import { StrayLeases } from "./stray-leases.ts";

const leaseOf = (address: string, heldSeconds: number, at: number): Lease =>
  leaseAfter(
    {
      ...{ type: "LeaseGranted", v: 1, address, client: alice.client, mac: alice.mac, subnet: "gone" },
      ...{ seconds: heldSeconds, heldSeconds, node: "n1", network: 1, inventory: 0, intent: "i1" },
    },
    revision(1),
    instant(at),
  );

function world(...leases: readonly Lease[]) {
  const view = new LeaseView();
  for (const lease of leases) view.apply(lease);
  return new StrayLeases({ view, network: compileNetwork(NETWORK, 1) });
}

test("a lease in no subnet is told until it has ended, also when nobody writes to it", async () => {
  const strays = world(leaseOf("10.9.9.1", 60, 0), leaseOf("10.9.9.2", 600, 0), leaseOf("10.0.0.10", 60, 0));
  await strays.lookAtAll(instant(1000));
  expect([strays.countAt(instant(59_999)), strays.someAt(instant(1000))]).toEqual([
    2,
    ["10.9.9.1", "10.9.9.2"],
  ]);
  expect([strays.countAt(instant(60_000)), strays.someAt(instant(60_000))]).toEqual([1, ["10.9.9.2"]]);
});

test("what has ended is not even news", async () => {
  const ended = leaseOf("10.9.9.1", 60, 0);
  const strays = world(ended);
  expect(strays.look(ended, instant(60_000))).toBe(false);
  await strays.lookAtAll(instant(60_000));
  expect(strays.countAt(instant(60_000))).toBe(0);
});

test("a renewal is told for as long as it lasts, and is no news", () => {
  const strays = world();
  expect(strays.look(leaseOf("10.9.9.1", 60, 0), instant(0))).toBe(true);
  expect(strays.look(leaseOf("10.9.9.1", 60, 50_000), instant(50_000))).toBe(false);
  expect(strays.countAt(instant(100_000))).toBe(1);
});
