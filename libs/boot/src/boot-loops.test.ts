// When a machine is said to boot again and again.
import { macFromBytes } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { BootLoops } from "./boot-loops.ts";

const mac = (n: number) => macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, n))!;
const MINUTE = 60_000;
let xid = 0;
const pxe = (n = 1) => ({ mac: mac(n), stage: "PXE", xid: ++xid });

test("the same stage of one machine, five times in twenty minutes", () => {
  const loops = new BootLoops();
  expect([0, 3, 6, 9, 12, 15].map((at) => loops.note(pxe(), at * MINUTE))).toEqual([
    ...[false, false, false, false, true, true],
  ]);
});

test("not when it takes longer, nor other stages, nor other machines", () => {
  const loops = new BootLoops();
  for (let i = 0; i < 9; i++) {
    expect(loops.note(pxe(i % 3), i * MINUTE)).toBe(false);
    expect(loops.note({ mac: mac(9), stage: `stage ${i % 3}`, xid: ++xid }, i * MINUTE)).toBe(false);
    expect(loops.note(pxe(8), i * 6 * MINUTE)).toBe(false);
  }
});

test("a REQUEST that is repeated counts once; the same xid minutes later is another boot", () => {
  const loops = new BootLoops({ times: 2, withinMs: 10 * MINUTE, machines: 10 });
  const one = pxe();
  expect([0, 250, 1900, 8000].map((at) => loops.note(one, at))).toEqual([false, false, false, false]);
  expect(loops.note(one, 3 * MINUTE)).toBe(true);
});

test("of too many machines the one heard longest ago is forgotten", () => {
  const loops = new BootLoops({ times: 2, withinMs: 10 * MINUTE, machines: 2 });
  for (const n of [1, 2, 3]) loops.note(pxe(n), n);
  expect([loops.note(pxe(3), 10), loops.note(pxe(2), 11), loops.note(pxe(1), 12)]).toEqual([
    true,
    true,
    false,
  ]);
});
