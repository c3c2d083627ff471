// The kept versions of a key, as a real server has them.
import {
  type Bus,
  connectBus,
  ensureObjects,
  NETWORK,
  putRecord,
  readHistory,
  readRecord,
} from "@leasehold/bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";

let cluster: NatsCluster;
let bus: Bus;
beforeAll(async () => {
  cluster = await startNatsCluster(1);
  bus = await connectBus({ name: "reader", servers: [...cluster.servers] });
  await ensureObjects(bus, { replicas: 1 });
});
afterAll(async () => {
  await bus.close();
  await cluster.stop();
});

test("a key that was never written has no history", async () => {
  expect(await readHistory(bus, NETWORK, "never")).toEqual([]);
});

test("oldest first, with other keys in between, deletions, and no more than is kept", async () => {
  const put = async (key: string, value: unknown) => {
    const expected = (await readRecord(bus, NETWORK, key))?.revision ?? 0;
    expect(await putRecord(bus, NETWORK, key, value, expected)).toMatchObject({ ok: true });
  };
  for (let n = 1; n <= 70; n++) {
    await put("document", { n });
    await put("other", { n });
  }
  const kept = await readHistory(bus, NETWORK, "document");
  expect(kept.map(({ value }) => (value as { n: number }).n)).toEqual(
    Array.from({ length: 64 }, (_, i) => i + 7),
  );
  expect(kept.map(({ revision }) => revision)).toEqual(
    kept.map(({ value }) => (value as { n: number }).n * 2 - 1),
  );
});
