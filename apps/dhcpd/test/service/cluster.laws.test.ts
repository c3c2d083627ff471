// The laws that must hold whatever two or three nodes, their store and their clients do: views are behind, writes are slow,
// lost, or stored without an answer, clocks differ, nodes do not hear each other, hosts come and go. A failure prints the
// history, shrunk, and the seed that repeats it. LAW_RUNS=20000 looks longer.
import { LeaseView, leaseAfter } from "@leasehold/leases";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Action, Cluster, type Setting } from "../cluster.ts";
import { record, replay } from "../packet-log.ts";

const who = fc.nat({ max: 2 });
const at = fc.nat({ max: 2 });
const heardBy = fc.integer({ min: 1, max: 7 });
const seconds = fc.constantFrom(0.5, 3, 5, 20, 40, 70, 140);
const count = fc.integer({ min: 1, max: 5 });
const state = fc.constantFrom("open", "open", "slow", "deaf", "shut", "late" as const);
const address = fc.option(fc.nat({ max: 3 }), { nil: undefined });

/** `more` are the fields that these actions have. */
function often(weight: number, does: readonly Action["do"][], more: Record<string, fc.Arbitrary<unknown>>) {
  const arbitrary: fc.Arbitrary<unknown> = fc.record({ do: fc.constantFrom(...does), ...more });
  return { weight, arbitrary: arbitrary as fc.Arbitrary<Action> };
}

const happenings = [
  often(8, ["lease"], { who, heardBy }),
  often(8, ["discover", "request", "reboot", "again", "rebind", "decline"], { who, heardBy }),
  often(4, ["renew", "release"], { who, at }),
  often(5, ["pass"], { seconds }),
  often(5, ["hear"], { at, count }),
  often(3, ["store"], { at, state }),
  often(4, ["settle", "mute", "connect"], { at }),
];
const hostChanges = [often(2, ["reserve"], { who, address })];

// The shortest histories that have shown a fault had ten actions.
const historyOf = (...kinds: typeof happenings) =>
  fc.array(fc.oneof(...kinds), { minLength: 10, maxLength: 60, size: "max" });

const setting: fc.Arbitrary<Setting> = fc.record({
  skews: fc.array(fc.constantFrom(0, 0, -3000, 3000), { minLength: 2, maxLength: 3 }),
  machines: fc.constantFrom(2, 3),
  addresses: fc.constantFrom("few", "many"),
  isRelayed: fc.boolean(),
});
const numRuns = Number(process.env.LAW_RUNS ?? 600);

async function played(given: Setting, history: readonly Action[]): Promise<Cluster> {
  const cluster = new Cluster(given);
  for (const each of history) await cluster.act(each);
  await cluster.calm();
  cluster.judge.judgeLog();
  return cluster;
}

test("no address in two hands, no ACK that the store does not cover, nothing given again too soon, one address a client", async () => {
  await fc.assert(
    fc.asyncProperty(setting, historyOf(...happenings), async (given, history) => {
      const cluster = await played(given, history);
      cluster.judge.judgeAddresses(cluster.clock.ms);
      expect(cluster.judge.violations).toEqual([]);
    }),
    { numRuns },
  );
});

test("the same while hosts are given addresses, moved and removed (where a moved host may have two for a while)", async () => {
  await fc.assert(
    fc.asyncProperty(setting, historyOf(...happenings, ...hostChanges), async (given, history) => {
      expect((await played(given, history)).judge.violations).toEqual([]);
    }),
    { numRuns },
  );
});

test("when all is told, every node's view is the replay of the log (I12)", async () => {
  const leases = (view: LeaseView) => [...view.all()].sort((a, b) => a.address - b.address);
  await fc.assert(
    fc.asyncProperty(setting, historyOf(...happenings), async (given, history) => {
      const { nodes, store } = await played(given, history);
      const replay = new LeaseView();
      for (const { event, revision, at } of store.log) replay.apply(leaseAfter(event!, revision, at));
      for (const { world } of nodes) expect(leases(world.view)).toEqual(leases(replay));
    }),
    { numRuns: numRuns / 4 },
  );
});

test("the log of a node, replayed through decide alone, gives the decisions that it made", async () => {
  await fc.assert(
    fc.asyncProperty(setting, historyOf(...happenings, ...hostChanges), async (given, history) => {
      const logs: string[][] = [];
      await played({ ...given, onNode: (node, network) => logs.push(record(node, network)) }, history);
      for (const { recorded, replayed } of logs.flatMap(replay)) expect(replayed).toBe(recorded);
    }),
    { numRuns: numRuns / 6 },
  );
});
