// C4: a client whose reserved address another one still holds.
import { expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { HELD } from "../node.ts";
import { ackOf, alice, bob, packetOf, selecting, X } from "../wire.ts";

const Y = "10.0.0.13";

/** bob has X, which is reserved for alice since. */
function heldByBob(reservedAddressHeld?: "wait" | "pool") {
  const pools = [{ range: "10.0.0.10-10.0.0.13" }];
  const node = nodeOn({ lan: { pools } });
  node.receive(packetOf("REQUEST", bob, selecting(X, { xid: 1 })));
  node.setNetwork({
    ...node.world.network.document,
    ...(reservedAddressHeld && { reservedAddressHeld }),
    subnets: [{ ...node.world.network.document.subnets[0]!, reservations: [{ mac: alice.mac, address: X }] }],
  });
  return node;
}

test.each([undefined, "wait"] as const)("C4: reservedAddressHeld %s: silence", async (setting) => {
  const node = heldByBob(setting);
  expect(await node.answer(packetOf("DISCOVER", alice))).toEqual([]);
  expect(node.counted("silent")).toEqual({ "reserved-address-held": 1 });
});

test("C4: reservedAddressHeld pool: an address of the pool, and its own once that is free", async () => {
  const node = heldByBob("pool");
  const [offer] = await node.answer(packetOf("DISCOVER", alice, { requested: Y }));
  expect(offer).toBe(`OFFER ${Y} for 3600 s from 10.0.0.2`);
  expect(await node.answer(packetOf("REQUEST", alice, selecting(Y)))).toEqual([ackOf(Y)]);
  expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: Y, xid: 3 }))).toEqual([ackOf(Y)]);
  expect(await node.answer(packetOf("REQUEST", alice, selecting(X, { xid: 4 })))).toEqual([
    "NAK (held by another) from 10.0.0.2",
  ]);
  await node.answer(packetOf("RELEASE", bob, { ciaddr: X }));
  expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: Y, xid: 5 }))).toEqual([
    "NAK (not entitled) from 10.0.0.2",
  ]);
  expect(await node.answer(packetOf("DISCOVER", alice, { xid: 6 }))).toEqual([
    `OFFER ${X} for 3600 s from 10.0.0.2`,
  ]);
});

test("C4: where no pool is left the reason is still the reserved address", async () => {
  const node = heldByBob("pool");
  node.setNetwork({
    ...node.world.network.document,
    subnets: [{ ...node.world.network.document.subnets[0]!, pools: [{ range: `${X}-${X}` }] }],
  });
  expect(await node.answer(packetOf("DISCOVER", alice))).toEqual([]);
  expect(node.counted("silent")).toEqual({ "reserved-address-held": 1 });
  node.clock.pass(HELD + 60);
  expect(await node.answer(packetOf("DISCOVER", alice, { xid: 2 }))).toEqual([
    `OFFER ${X} for 3600 s from 10.0.0.2`,
  ]);
});
