// SIGTERM is no fault: a daemon that is stopped in order, with its cluster there, logs neither an error nor a warning, and ends with 0.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectBus, ensureObjects } from "@leasehold/bus";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../lab/shell.ts";
import { type NatsCluster, startNatsCluster } from "../nats/cluster.ts";
import { type Daemon, Daemons, freePort } from "./daemons.ts";

const folder = mkdtempSync(join(tmpdir(), "leasehold-stop-"));
const daemons = new Daemons(folder);
const TOKEN = { authorization: "Bearer secret" };
let nats: NatsCluster;

beforeAll(async () => {
  nats = await startNatsCluster(1);
  const bus = await connectBus({ name: "prepare", servers: nats.servers });
  await ensureObjects(bus, { replicas: 1 });
  await bus.close();
});
afterAll(async () => {
  daemons.kill();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function isReady(port: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
}

async function expectQuiet(daemon: Daemon): Promise<void> {
  const lines = await daemon.terminate();
  expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toContain("stopped");
  expect(daemon.child.exitCode).toBe(0);
}

it("dhcpd that serves", async () => {
  const port = await freePort();
  const node = daemons.start("apps/dhcpd/src/main.ts", {
    ...{ name: "n1", interfaces: ["lo"], dhcp: { port: await freePort() } },
    nats: { servers: nats.servers, monitoring: nats.monitoring },
    api: { listen: `127.0.0.1:${port}`, token: "secret" },
  });
  const network = { version: 1, subnets: [{ id: "own", prefix: "10.99.0.0/16", interface: "lo" }] };
  await until("the network document is taken", 30, async () => {
    const headers = { ...TOKEN, "if-match": "*" };
    const body = JSON.stringify(network);
    return (await fetch(`http://127.0.0.1:${port}/api/v1/network`, { method: "PUT", headers, body })).ok;
  });
  await until("it serves", 30, () => isReady(port));
  await expectQuiet(node);
});

it("dhcpd that waits for a network document", async () => {
  const port = await freePort();
  const node = daemons.start("apps/dhcpd/src/main.ts", {
    ...{ name: "n2", interfaces: ["lo"], dhcp: { port: await freePort() } },
    nats: { servers: nats.servers },
    api: { listen: `127.0.0.1:${port}`, token: "secret" },
  });
  await node.says(/"started"/);
  await expectQuiet(node);
});

it("syncer that has read its source", async () => {
  const [port, smd] = [await freePort(), await freePort()];
  daemons.run("test/smd-standin/main.ts", "--listen", `127.0.0.1:${smd}`);
  await until(
    "SMD answers",
    30,
    async () => (await fetch(`http://127.0.0.1:${smd}/hsm/v2/service/ready`)).ok,
  );
  const syncer = daemons.start("apps/syncer/src/main.ts", {
    ...{ name: "s1", nats: { servers: nats.servers } },
    api: { listen: `127.0.0.1:${port}`, token: "secret" },
    sources: [{ type: "smd", url: `http://127.0.0.1:${smd}`, pollSeconds: 1 }],
  });
  await until("it is ready", 30, () => isReady(port));
  await expectQuiet(syncer);
});
