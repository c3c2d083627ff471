// All stores lost, buckets emptied while nodes or the syncer are down: what takes elections and restarts of everybody (hard-to-break
// A2 and A6, newcomer D1). What is quicker is in store-contents.test.ts.
import { rmSync } from "node:fs";
import { formatIpv4, type Mac } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeOf } from "../lab/disk.ts";
import { Relay } from "../lab/relay.ts";
import { until } from "../lab/shell.ts";
import { swarm } from "../lab/swarm.ts";
import { labForTests } from "./lab-for-tests.ts";
import { DOCUMENT, NODES, storeLab } from "./store-lab.ts";

const labOf = labForTests("lost", { clients: 0 });
let capture: string;
let relay: Relay;
const {
  past,
  viewOf,
  alarmsOf,
  alarmMetric,
  awaitAlarm,
  awaitHealthy,
  command,
  init,
  restart,
  expectKnown,
  expectNoneGivenAgain,
} = storeLab(labOf, () => capture);

beforeAll(async () => {
  capture = await labOf().startCapture();
  relay = await Relay.open(labOf());
  await awaitHealthy(...NODES);
});
afterAll(() => relay?.close());

test.each([
  ["another version", '{"version":9,"subnets":[]}'],
  ["a contradiction", '{"version":1,"subnets":[{"id":"a","prefix":"10.77.0.0/99"}]}'],
])(
  "A6: %s is written past the API: nodes go on, also those that start, and say so; history, apply and rollback work",
  async (_, text) => {
    const before = ((await labOf().api("n1", "/api/v1/network")).body as { revision: number }).revision;
    await past("dhcpd", "put", ...DOCUMENT, text);
    for (const node of NODES)
      await awaitAlarm(node, /of the network document cannot be used: .*stays in use/);
    await restart("n2");
    await awaitAlarm("n2", new RegExp(`revision ${before} stays in use`));
    expect(await alarmMetric("n2", "document-not-stored")).toBe("1");
    expect((await viewOf("n2")).store.state).toBe("incomplete");
    expect(await relay.lease("n2", "02:1e:a5:84:00:01" as Mac)).toBeDefined();
    const history = await command("history");
    expect([history.code, history.stdout]).toEqual([0, expect.stringContaining("cannot be used")]);
    const back = await command("rollback");
    expect([back.code, back.stdout]).toEqual([0, expect.stringMatching(/Applied as revision \d+/)]);
    await until("nobody complains of the document", 10, async () =>
      (await Promise.all(NODES.map(alarmsOf))).every((words) => !words.includes("network document")),
    );
  },
);

test.each([["its bucket is emptied, members and all", () => past("admin", "empty", "dhcp-network")]])(
  "A6: %s: it is written back",
  async (_, lose) => {
    await lose();
    await until("the store has it again", 30, async () => {
      const { body } = await labOf().api("n3", "/api/v1/network");
      const { stored, revision } = body as { stored: { state: string; revision: number }; revision: number };
      return stored.state === "document" && stored.revision === revision;
    });
    expect((await command("apply", "test/lab/network.yaml")).stdout).toContain("No changes");
    await restart("n1");
    expect(await relay.lease("n1", "02:1e:a5:84:00:02" as Mac)).toBeDefined();
  },
);

test("A6, D1: all stores are lost, and init is run: the document is back, leases and members too, and a node that starts serves", async () => {
  const lab = labOf();
  const clients = await swarm(lab, { clients: 20, rate: 50, macPrefix: "021ea585" });
  await Promise.all(NODES.map((node) => lab.kill(node, "nats")));
  for (const host of lab.nodes) rmSync(storeOf(lab.state, host), { recursive: true, force: true });
  await Promise.all(NODES.map((node) => lab.start(node, "nats")));
  expect(await init()).toContain("Made KV_dhcp-leases");
  await until("the document is back", 60, async () => {
    const { body } = await lab.api("n3", "/api/v1/network").catch(() => ({ body: undefined }));
    return (body as { stored?: { state: string } } | undefined)?.stored?.state === "document";
  });
  expect((await command("history")).stdout).toMatch(/^\d+ .*yes/m);
  expect((await command("apply", "test/lab/network.yaml")).stdout).toContain("No changes");
  await until("leases are back", 60, async () => !/restored|missing/.test((await viewOf("n1")).store.state));
  await restart("n2");
  await expectKnown("n2", clients);
  await restart(...NODES);
  await expectKnown("n1", clients);
  await expectNoneGivenAgain("021ea586", clients);
  await awaitHealthy(...NODES);
});
test("A6: the hosts are emptied while the syncer is down: nodes serve them on and say so, and one that starts waits for the syncer", async () => {
  const lab = labOf();
  const mac = "02:1e:a5:87:00:01" as Mac;
  await lab.smd("put", "--mac", mac, "--ip", "10.77.3.9", "--xname", "x9000c0s0b0n0");
  const isOffered = async (node: string) => {
    const offer = await relay.discover(node, mac, 500);
    return offer !== undefined && formatIpv4(offer.packet.yiaddr) === "10.77.3.9";
  };
  for (const node of NODES) await until(`${node} knows the host`, 20, () => isOffered(node));
  await lab.kill("s1", "syncer");
  await past("admin", "empty", "dhcp-inventory");
  for (const node of NODES)
    await awaitAlarm(node, /the inventory's store has lost \d+ hosts?: start the syncer/);
  expect(await isOffered("n1")).toBe(true);
  await lab.kill("n2", "dhcpd");
  const starting = lab.start("n2", "dhcpd");
  await until("n2 says what it waits for", 30, async () => {
    const { body } = await lab.api("n2", "/readyz").catch(() => ({ body: {} }));
    return /waiting for the syncer to write them again/.test((body as { reason?: string }).reason ?? "");
  });
  expect(await relay.discover("n2", mac, 500)).toBeUndefined();
  await lab.start("s1", "syncer");
  await starting;
  expect(await isOffered("n2")).toBe(true);
  await awaitHealthy(...NODES);
});

test("A2: emptied, and all nodes restarted at once: what nobody can know is said", async () => {
  await swarm(labOf(), { clients: 5, rate: 50, macPrefix: "021ea588" });
  await awaitHealthy(...NODES);
  await until("members have noted what they know", 30, async () =>
    (await past("admin", "read", "dhcp-network", "member.n1")).match(/"leases":[1-9]/),
  );
  await Promise.all(NODES.map((node) => labOf().kill(node, "dhcpd")));
  expect(await past("admin", "empty", "dhcp-leases")).toBe("emptied");
  await Promise.all(NODES.map((node) => labOf().start(node, "dhcpd")));
  for (const node of NODES) {
    await awaitAlarm(node, /the store had \d+ addresses and has lost \d+ of them, which no node remembers/);
    expect(await alarmMetric(node, "leases-lost")).toBe("1");
  }
  expect((await command("status")).stdout).toMatch(/^n1, n2, n3: the store had \d+ addresses/m);
  expect((await viewOf("n1")).store.state).toBe("incomplete");
  for (const node of NODES)
    await awaitAlarm(node, /; by dhcp-lease-log still clients': 10\.77\.\d+\.\d+ \(02:/);
});

test("A2: an operator accepts that: one node is told, and no node says it any more, also after a restart", async () => {
  const { stdout } = await command("store", "accept-loss", "--why", "there is no backup");
  expect(stdout).toMatch(/^accepted: the store had \d+ addresses/);
  await awaitHealthy(...NODES);
  await restart("n2");
  await awaitHealthy(...NODES);
  expect(await alarmMetric("n2", "leases-lost")).toBe("0");
});
