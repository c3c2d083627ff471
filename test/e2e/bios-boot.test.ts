// A machine with firmware of its own, in QEMU, boots from the cluster. What other firmware does is in test/boot/qemu.
import { expect, test } from "vitest";
import { bootRoomForTests } from "../boot/qemu/boot-room.ts";
import { bios } from "../boot/qemu/machine-kinds.ts";

const room = bootRoomForTests("bios", [{ name: "m1", kind: bios }]);

test("a BIOS machine runs its own script, by its place in the inventory", async () => {
  const machine = await room().switchOn("m1");
  const { seconds, groups } = await machine.shows(room().ownLine("m1"), 150);
  console.log(`${machine.options.kind.name}: ${seconds.toFixed(1)} s, script from ${groups.node}`);
  const [script] = await room().served();
  const { node } = groups;
  expect(script).toMatchObject({
    node,
    via: "http",
    name: "/boot/ipxe",
    host: "x1000c0s0b0n0",
    outcome: "complete",
  });
});
