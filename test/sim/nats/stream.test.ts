// The simulated stream keeps the contract of every lease store, and does what a leader that goes may do.
import type { CasOutcome } from "@leasehold/bus";
import { GroupCommits } from "@leasehold/lease-store";
import { grant, leaseStoreContract } from "@leasehold/lease-store/contract";
import { expect, test } from "vitest";
import { Chance } from "../chance.ts";
import { freeRunning, timersOf } from "../free-running.ts";
import { Timeline } from "../timeline.ts";
import { StoreDoor } from "./door.ts";
import { SimulatedStream } from "./stream.ts";

leaseStoreContract(
  "the simulated stream",
  async () => {
    const timeline = new Timeline();
    const stream = new SimulatedStream(timeline, new Chance(1));
    const writers = [1, 2].map((seed) => {
      const door = new StoreDoor(stream, timeline, new Chance(seed));
      return new GroupCommits(
        door.for((run) => run()),
        timersOf(timeline),
      );
    });
    const stop = freeRunning(timeline);
    return {
      writers: [writers[0]!, writers[1]!],
      read: (append) => writers[0]!.read(append.address),
      close: async () => stop(),
    };
  },
  200,
);

test("a leader that crashes leaves a prefix of what it had accepted, and nobody is told", async () => {
  const lengths = new Set<number>();
  for (let seed = 0; seed < 50; seed++) {
    const timeline = new Timeline();
    const stream = new SimulatedStream(timeline, new Chance(seed));
    const outcomes: CasOutcome[] = [];
    for (let n = 0; n < 3; n++) stream.publish([grant(n, `${n}`)], (outcome) => outcomes.push(outcome));
    stream.crashLeader();
    await timeline.runTo(20_000);
    expect(outcomes).toEqual([]);
    expect(stream.log.map(({ event }) => event!.intent)).toEqual(["0", "1", "2"].slice(0, stream.log.length));
    lengths.add(stream.log.length);
  }
  expect([...lengths].sort()).toEqual([0, 1, 2, 3]);
});

test("without a majority nothing is stored, and it is when the majority is back soon", async () => {
  const timeline = new Timeline();
  const stream = new SimulatedStream(timeline, new Chance(1));
  const outcomes: CasOutcome[] = [];
  stream.loseMajority();
  stream.publish([grant(1, "a")], (outcome) => outcomes.push(outcome));
  await timeline.runTo(5000);
  expect([stream.log.length, outcomes.length]).toEqual([0, 0]);
  stream.regainMajority();
  await timeline.runTo(6000);
  expect(outcomes).toEqual([{ kind: "stored", revision: 1 }]);
});
