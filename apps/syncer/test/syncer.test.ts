// The syncer as it runs: its process, a nats-server and the SMD stand-in; seen by what a node makes of the bucket.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, connectBus, ensureObjects, type Follower, followBucket, INVENTORY } from "@leasehold/bus";
import { Inventory } from "@leasehold/inventory";
import { parseMac } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SourceStatus } from "../src/rounds/source-status.ts";
import { findNatsServer, freePort, NatsServer, stopped } from "./nats-server.ts";

const program = findNatsServer();
const ROOT = join(import.meta.dirname, "../../..");
const TOKEN = "a-token";
const mac = (i: number) => `02:00:5e:00:30:${i.toString(16).padStart(2, "0")}`;

describe.skipIf(program === undefined)("the syncer between SMD and NATS", () => {
  const directory = mkdtempSync(join(tmpdir(), "leasehold-syncer-"));
  const inventory = new Inventory();
  const children: ChildProcess[] = [];
  /** All that the processes have written. */
  const said: string[] = [];
  let nats: NatsServer;
  let smdUrl: string;
  let bus: Bus;
  let follower: Follower;
  let syncer: RunningSyncer;

  beforeAll(async () => {
    nats = new NatsServer(program!, await freePort());
    const smdPort = await freePort();
    smdUrl = `http://127.0.0.1:${smdPort}`;
    node("test/smd-standin/main.ts", "--listen", `127.0.0.1:${smdPort}`);
    await until(async () => (await fetch(`${smdUrl}/hsm/v2/service/ready`)).ok);
  });

  afterAll(async () => {
    await follower?.stop();
    await bus?.close();
    await Promise.all(children.map((child) => stopped(child, "SIGKILL")));
    await nats.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  test("without NATS it says what it tried and what it needs, and goes on trying", async () => {
    syncer = await startSyncer("s1");
    await until(async () => (await syncer.get("/livez")).status === 200);
    const ready = await syncer.get("/readyz");
    expect([ready.status, ready.body]).toEqual([
      503,
      { status: "not ready", reason: "NATS is not connected" },
    ]);
    nats.start();
    bus = await connectBus({ name: "test", servers: [nats.url] });
    await until(() => said.join("").includes("stream KV_dhcp-inventory does not exist"));
    await ensureObjects(bus, { replicas: 1 });
    follower = followBucket(bus, INVENTORY, {
      onRecord: ({ key, value, revision }) => inventory.apply(key, value, revision),
    });
    await until(async () => (await syncer.get("/readyz")).status === 200);
  });

  test("a host that SMD has is a record after the next look", async () => {
    await put(1, "--ip", "10.77.0.101", "--xname", "x1c0s1b0n0", "--nid", "1", "--role", "Compute");
    // One look may be under way; the next one began after SMD had the host.
    const { reads } = await source();
    await until(async () => (await source()).reads >= reads + 2);
    expect((await source()).events.HostSet).toBe(1);
    await until(() => reserved(1) === 0x0a4d0065);
    expect(inventory.host("x1c0s1b0n0")).toMatchObject({
      hostname: "nid0001",
      role: "Compute",
      type: "Node",
    });
  });

  test("an SMD that is down or answers half changes nothing; a bad row is quarantined alone", async () => {
    for (const mode of ["on", "second", "half"]) {
      await smd("fail", mode);
      await put(2, "--ip", "10.77.0.102", "--xname", `x-${mode}`);
      await until(async () => (await source()).state === "failing");
      expect(inventory.size).toBe(1);
      await smd("fail", "off");
      await until(async () => (await source()).state === "ok" && inventory.host(`x-${mode}`) !== undefined);
      await smd("delete", "--xname", `x-${mode}`);
      await until(() => inventory.size === 1);
    }
    await put(1, "--ip", "10.0.0.300", "--xname", "x1c0s1b0n0");
    await put(3, "--ip", "10.77.0.103");
    await until(() => inventory.quarantined().length === 1 && inventory.size === 2);
    expect(reserved(1)).toBe(0x0a4d0065);
    expect((await source()).quarantined).toMatchObject([{ host: "x1c0s1b0n0" }]);
  });

  test("a restart re-emits nothing, and neither does a second syncer beside it", async () => {
    await put(1, "--ip", "10.77.0.101", "--xname", "x1c0s1b0n0");
    await until(() => inventory.quarantined().length === 0);
    const before = follower.position;
    expect(await stopped(syncer.process, "SIGTERM")).toBe(0);
    const [first, second] = await Promise.all([startSyncer("s1"), startSyncer("s2")]);
    await Promise.all(
      [first, second].map((one) => until(async () => (await one.get("/readyz")).status === 200)),
    );
    expect(follower.position).toBe(before);
    await put(4, "--ip", "10.77.0.104");
    await until(() => reserved(4) !== undefined);
    await Promise.all([first, second].map((one) => one.poll()));
    expect(follower.position).toBe(before + 1);
    await stopped(second.process, "SIGTERM");
    syncer = first;
  });

  test("hundreds of hosts are written in batches; losing them all is held until it is let go", async () => {
    const rows = Array.from({ length: 240 }, (_, i) => ({
      MACAddress: `02:00:5e:01:00:${i.toString(16).padStart(2, "0")}`,
      IPAddresses: [{ IPAddress: `10.77.1.${i + 1}` }],
    }));
    await fetch(`${smdUrl}/standin/load`, {
      method: "POST",
      body: JSON.stringify({ EthernetInterfaces: rows }),
    });
    await until(() => inventory.size === 243);
    await smd("delete", "--all");
    await until(async () => (await source()).state === "held");
    expect([inventory.size, (await source()).held.length]).toEqual([243, 243]);
    expect((await syncer.post("/api/v1/release-brake")).body).toEqual({ released: 243 });
    await until(() => inventory.size === 0);
  });

  test("the API wants its token, and the metrics tell of the source", async () => {
    expect((await fetch(`${syncer.url}/api/v1/sources`)).status).toBe(401);
    expect((await syncer.post("/api/v1/poll?source=none")).body).toMatchObject({ fix: "There are: smd." });
    const metrics = await fetch(`${syncer.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await metrics.text()).toMatch(/^leasehold_syncer_events\{source="smd",type="HostRemoved"\} \d+$/m);
  });

  test("a store that is lost is followed again when it is back", async () => {
    await nats.stop();
    await until(async () => (await syncer.get("/readyz")).status === 503);
    nats.start();
    await put(5, "--ip", "10.77.0.105");
    await until(() => reserved(5) !== undefined);
  });

  interface RunningSyncer {
    readonly process: ChildProcess;
    readonly url: string;
    get(path: string): Promise<{ status: number; body: unknown }>;
    post(path: string): Promise<{ status: number; body: unknown }>;
    /** Asks for a read, and waits until it has been. */
    poll(): Promise<void>;
  }

  async function startSyncer(name: string): Promise<RunningSyncer> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const file = join(directory, `${name}.yaml`);
    const source = { type: "smd", url: smdUrl, pollSeconds: 0.3 };
    const api = { listen: `127.0.0.1:${port}`, token: TOKEN };
    writeFileSync(file, JSON.stringify({ name, nats: { servers: [nats.url] }, api, sources: [source] }));
    const child = node("apps/syncer/src/main.ts", file);
    const call = async (method: string, path: string) => {
      const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
      return { status: response.status, body: await response.json() };
    };
    const lastRead = async () => ((await call("GET", "/api/v1/sources")).body as Source[])[0]!.lastFullRead;
    return {
      process: child,
      url,
      get: (path) => call("GET", path),
      post: (path) => call("POST", path),
      async poll() {
        const before = await lastRead();
        await call("POST", "/api/v1/poll");
        await until(async () => (await lastRead()) !== before);
      },
    };
  }

  type Source = Pick<SourceStatus, "state" | "held" | "quarantined" | "lastFullRead" | "reads" | "events">;
  async function source(): Promise<Source> {
    return ((await syncer.get("/api/v1/sources")).body as Source[])[0]!;
  }

  function node(...words: string[]): ChildProcess {
    const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => said.push(String(chunk)));
    return child;
  }

  async function smd(...words: string[]): Promise<void> {
    const child = node("test/smd-standin/main.ts", ...words, "--url", smdUrl);
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(0);
  }

  const put = (i: number, ...words: string[]) => smd("put", "--mac", mac(i), ...words);
  const reserved = (i: number) => inventory.reservation(parseMac(mac(i))!, () => true);

  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 15_000; ; ) {
      try {
        if (await isSo()) return;
      } catch {
        // Not there yet.
      }
      if (Date.now() > end) throw new Error(`waited in vain for ${isSo}; what was said:\n${said.join("")}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
});
