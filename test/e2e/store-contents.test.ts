// What the store holds is emptied or nonsense: nodes notice, say so, and write back what they know; one that starts meanwhile does not
// answer by what is left (hard-to-break A2 and A6). What takes longer is in store-lost.test.ts.
import type { Mac } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relay } from "../lab/relay.ts";
import { until } from "../lab/shell.ts";
import { type SwarmClient, swarm } from "../lab/swarm.ts";
import { labForTests } from "./lab-for-tests.ts";
import { DOCUMENT, NODES, storeLab } from "./store-lab.ts";

const labOf = labForTests("contents", { clients: 0 });
let capture: string;
let relay: Relay;
let clients: SwarmClient[];
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
  clients = await swarm(labOf(), { clients: 30, rate: 50, macPrefix: "021ea581" });
});
afterAll(() => relay?.close());

test("A2: a rollup by the user dhcpd, and a purge by the admin, are refused", async () => {
  expect(await past("dhcpd", "rollup", "dhcp-leases", clients[0]!.address!)).toMatch(/^refused: .*rollup/);
  expect(await past("admin", "purge", "dhcp-leases")).toMatch(/^refused: .*not permitted/);
  await expectKnown("n1", clients);
});

test("A2: a bucket of an earlier version is said to be unprotected by status, metric and log, until init protects it", async () => {
  await past("admin", "unprotect", "dhcp-leases");
  for (const node of NODES) {
    await awaitAlarm(
      node,
      /can empty dhcp-leases \(allow_rollup_hdrs is true, not false, deny_purge is false/,
    );
    expect(await alarmMetric(node, "bucket-unprotected")).toBe("1");
    expect(labOf().logs(node).dhcpd).toContain("can empty dhcp-leases");
  }
  expect((await command("status")).stdout).toMatch(/^n1, n2, n3: one message or one mistake can empty/m);
});

test("A2: one message empties it: a node that starts then gives nobody an address that is held, and what was lost is written back", async () => {
  await until("it was written back", 30, async () =>
    NODES.every((node) => labOf().logs(node).dhcpd!.includes("the lease store was replaced")),
  );
  await until("all is written back", 30, async () => (await viewOf("n1")).store.state === "healthy");
  expect(await past("dhcpd", "rollup", "dhcp-leases", "10.77.200.1")).toMatch(/^stored/);
  await restart("n3");
  await expectKnown("n3", clients);
  await expectNoneGivenAgain("021ea582", clients);
  expect(await init()).toContain("Protected KV_dhcp-leases against purges and rollups.");
  await awaitHealthy(...NODES);
  await restart("n2");
  await expectKnown("n2", clients);
});

test("A2: the record of one lease is removed: it is written back; where nobody knows the lease, nobody is given the address, until it is cleared", async () => {
  const [first] = clients;
  await past("admin", "remove", "dhcp-leases", first!.address!);
  await until("it is written back", 30, async () =>
    (await past("admin", "read", "dhcp-leases", first!.address!)).includes('"LeaseRenewed"'),
  );
  await expectKnown("n1", clients);
  await Promise.all(NODES.map((node) => labOf().kill(node, "dhcpd")));
  await past("admin", "remove", "dhcp-leases", first!.address!);
  await Promise.all(NODES.map((node) => labOf().start(node, "dhcpd")));
  const isUnreadable = async () =>
    new RegExp(`${first!.address} +the record was removed by hand`).test((await command("status")).stdout);
  await until("status tells of it", 10, isUnreadable);
  await expectNoneGivenAgain("021ea583", clients);
  expect((await command("lease", "clear", "--force", first!.address!)).code).toBe(0);
  await until("status tells of it no more", 10, async () => !(await isUnreadable()));
  clients = clients.slice(1);
  await expectKnown("n1", clients);
});

test.each([["no JSON at all", "{ this is no document"]])(
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

test("A6: apply stores the very same document on top of one that cannot be used", async () => {
  await past("dhcpd", "put", ...DOCUMENT, "null");
  await awaitAlarm("n1", /cannot be used/);
  const { code, stdout } = await command("apply", "test/lab/network.yaml");
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/cannot be used: [\s\S]*Applied as revision \d+/),
  ]);
  expect((await command("apply", "test/lab/network.yaml")).stdout).toContain("No changes");
  expect((await command("apply", "--force", "test/lab/network.yaml")).stdout).toContain(
    "Applied as revision",
  );
});

test.each([["its key is deleted", () => past("admin", "remove", ...DOCUMENT)]])(
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
