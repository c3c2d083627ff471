// A bucket that is emptied keeps its creation time and its last sequence, as a real server has it: whoever follows it notices by the
// keys that are gone. And what `leasehold init` makes refuses to be emptied by a message.
import {
  type Bus,
  connectBus,
  ensureObjects,
  followBucket,
  headers,
  LEASES,
  NETWORK,
  protectObjects,
  putRecord,
  streamInfo,
  streamOf,
  subjectOf,
  weaknessesOf,
} from "@leasehold/bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";

const SECOND = 1_000_000_000;
let cluster: NatsCluster;
let bus: Bus;
beforeAll(async () => {
  cluster = await startNatsCluster(1);
  bus = await connectBus({ name: "follower", servers: [...cluster.servers] });
  await ensureObjects(bus, { replicas: 1 });
});
afterAll(async () => {
  await bus.close();
  await cluster.stop();
});

const rollup = () => {
  const all = headers();
  all.set("Nats-Rollup", "all");
  return bus.js.publish(subjectOf(LEASES, "10.0.0.9"), "{}", { headers: all });
};
const configOf = async (bucket: string) => (await streamInfo(bus, streamOf(bucket)))!.config;

test("A2: a rollup and a purge are refused", async () => {
  await expect(rollup()).rejects.toThrow(/rollup/);
  await expect(bus.jsm.streams.purge(streamOf(LEASES))).rejects.toThrow(/not permitted/);
  expect(weaknessesOf(await configOf(LEASES))).toEqual([]);
});

test("A2: a bucket of an earlier version is brought to that, with what is in it", async () => {
  const config = await configOf(LEASES);
  await bus.jsm.streams.delete(streamOf(LEASES));
  await bus.jsm.streams.add({ ...config, allow_rollup_hdrs: true, deny_purge: false, max_age: 900 * SECOND });
  await putRecord(bus, LEASES, "10.0.0.1", {}, 0);
  expect(weaknessesOf(await configOf(LEASES))).toHaveLength(3);
  expect(await protectObjects(bus)).toEqual([streamOf(LEASES)]);
  expect(weaknessesOf(await configOf(LEASES))).toEqual([]);
  expect((await streamInfo(bus, streamOf(LEASES)))!.state.messages).toBe(1);
  expect(await protectObjects(bus)).toEqual([]);
});

test("A6: emptied by age at the same sequence: the follower resets, once, and counts the keys anew", async () => {
  const resets: string[] = [];
  let records = 0;
  const follower = followBucket(bus, NETWORK, {
    onRecord: () => records++,
    onReset: (reason) => resets.push(reason),
  });
  for (const key of ["document", "member.n1", "member.n2"]) await putRecord(bus, NETWORK, key, { key }, 0);
  await expect.poll(() => records).toBe(3);
  const config = await configOf(NETWORK);
  await bus.jsm.streams.update(streamOf(NETWORK), {
    ...config,
    max_age: SECOND / 10,
    duplicate_window: SECOND / 10,
  });
  await expect
    .poll(async () => (await streamInfo(bus, streamOf(NETWORK)))!.state.messages, { timeout: 5000 })
    .toBe(0);
  await bus.jsm.streams.update(streamOf(NETWORK), config);
  await expect.poll(() => resets, { timeout: 20_000 }).toHaveLength(1);
  expect(resets[0]).toMatch(/was at 3 with [123] keys and is now at 3 with 0/);
  await putRecord(bus, NETWORK, "document", {}, 0);
  await expect.poll(() => records).toBe(4);
  await follower.stop();
});
