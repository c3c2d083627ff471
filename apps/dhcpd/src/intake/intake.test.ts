import { expect, test } from "vitest";
import { client, packetOf } from "../../test/wire.ts";
import { Intake } from "./intake.ts";

interface Numbered {
  readonly n: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** An intake whose handling of a packet takes `costMs`, with the event loop's turns in our hand. */
function intake(costMs: number) {
  const handled: number[] = [];
  const [soon, later]: (() => void)[][] = [[], []];
  let now = 0;
  const queue = new Intake<Numbered>({
    isKnown: () => false,
    onShed: () => {},
    now: () => now,
    soon: (step) => soon!.push(step),
    later: (step) => later!.push(step),
  });
  queue.deliverTo({
    handle: ({ n }) => {
      handled.push(n);
      now += costMs;
    },
  });
  const put = (n: number) => queue.put({ n, at: now, bytes: packetOf("DISCOVER", client(n), { xid: n }) });
  const turn = (steps: (() => void)[]) => {
    for (const step of steps.splice(0)) step();
  };
  return { queue, put, handled, soon: soon!, later: later!, turn };
}

test("what came in together is handled as soon as it is read, without another turn of the event loop", () => {
  const { put, handled, soon, later, turn } = intake(0.01);
  for (const n of [1, 2, 3]) put(n);
  expect([handled, soon.length]).toEqual([[], 1]);
  turn(soon);
  expect([handled, later.length]).toEqual([[1, 2, 3], 0]);
  put(4);
  expect(soon.length).toBe(1);
});

test("after some milliseconds everything else has its turn, and then it goes on where it stopped", () => {
  const { queue, put, handled, soon, later, turn } = intake(1);
  for (let n = 1; n <= 20; n++) put(n);
  turn(soon);
  expect(handled.length).toBeLessThan(20);
  expect(later.length).toBe(1);
  put(21);
  expect(soon.length).toBe(0);
  while (later.length > 0) turn(later);
  expect(handled).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
  expect(queue.size).toBe(0);
});

test("after all was forgotten, what comes next is handled", () => {
  const { queue, put, handled, soon, turn } = intake(0);
  put(1);
  queue.clear();
  turn(soon);
  put(2);
  turn(soon);
  expect(handled).toEqual([2]);
});
