// When a source is looked at again.
import pino from "pino";
import { afterEach, expect, it } from "vitest";
import { MemoryStore } from "../../test/memory-store.ts";
import { ReadFailure } from "../sources/source.ts";
import { SourceLoop } from "./source-loop.ts";

const SETTINGS = {
  ...{ source: "smd", type: "smd", pollMs: 50, fullMs: 50, absentReads: 2 },
  brake: { percent: 10, hosts: 5 },
};
let loop: SourceLoop | undefined;
afterEach(() => loop?.stop());

it("A8: a look that hung is followed by the next one within three intervals, counted and reported", async () => {
  const looks: { from: number; to: number }[] = [];
  const read = async () => {
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 400));
    looks.push({ from, to: performance.now() });
    throw new ReadFailure("timeout", "GET http://smd: nothing came for 0.4 s.");
  };
  loop = new SourceLoop(
    SETTINGS,
    { place: "http://smd", read },
    new MemoryStore(),
    pino({ level: "silent" }),
  );
  loop.start();
  await expect.poll(() => looks.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  const pauses = looks.slice(1).map(({ from }, i) => from - looks[i]!.to);
  // Four times what a look took would be 1.6 s.
  expect(Math.min(...pauses)).toBeLessThan(1200);
  expect(loop.status()).toMatchObject({
    ...{ state: "failing", failuresByKind: { timeout: expect.any(Number) } },
    lastError: { message: "GET http://smd: nothing came for 0.4 s." },
  });
});
