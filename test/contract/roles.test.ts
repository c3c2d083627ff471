// What each role of NATS must not do, tried for real on servers with the configuration that is shipped: each is refused, or comes to
// nothing. The table is printed.
import {
  BootLogWriter,
  type Bus,
  BusError,
  beat,
  connectBus,
  ensureObjects,
  followBucket,
  INVENTORY,
  LEASES,
  NETWORK,
  onBootLog,
  putRecord,
  readBootLog,
  readRecord,
  requireBuckets,
  verifyObjects,
} from "@leasehold/bus";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ShippedNats, startShippedNats } from "../nats/shipped.ts";
import {
  ADMIN_MAY_NOT,
  type Attempt,
  BOOTD_MAY_NOT,
  DHCPD_MAY_NOT,
  SYNCER_MAY_NOT,
  SYS_MAY_NOT,
} from "./role-attempts.ts";

type User = "admin" | "dhcpd" | "syncer" | "bootd" | "sys";
const BUCKETS = [LEASES, INVENTORY, NETWORK];
const STREAMS = [...BUCKETS.map((bucket) => `KV_${bucket}`), "dhcp-lease-log", "dhcp-boot-log"];
const SETTLED_MS = 60;

let nats: ShippedNats;
let admin: Bus;
let node: Bus;
let syncer: Bus;
/** What a node has heard on the subjects of nodes. */
const heardByNodes: string[] = [];

beforeAll(async () => {
  nats = await startShippedNats(1);
  admin = await on("admin", "ctl");
  await ensureObjects(admin, { replicas: 1 });
  [node, syncer] = await Promise.all([on("dhcpd", "n1"), on("syncer", "s1")]);
  node.nc.subscribe("dhcp.>", { callback: (_, { subject }) => void heardByNodes.push(subject) });
  await putRecord(node, LEASES, "10.77.0.9", { kept: true }, 0);
  await putRecord(node, LEASES, "10.77.0.99", {}, 0);
  await putRecord(node, NETWORK, "document", { kept: true }, 0);
  await putRecord(syncer, INVENTORY, "host.kept", { kept: true }, 0);
  await putRecord(syncer, INVENTORY, "host.own", {}, 0);
  // The log takes over what is in the leases a moment later.
  await vi.waitFor(
    async () => expect((await admin.jsm.streams.info("dhcp-lease-log")).state.messages).toBe(2),
    { timeout: 20_000, interval: 100 },
  );
});
afterAll(async () => {
  await Promise.all([admin, node, syncer].map((bus) => bus?.close()));
  await nats?.stop();
});

function on(user: "admin" | "dhcpd" | "syncer" | "bootd", name: string): Promise<Bus> {
  return connectBus({ name, servers: [...nats.servers], user, password: nats.passwords[user] });
}

/** All that may not change, as `admin` sees it; without what the role may write itself. */
async function store(role: User): Promise<unknown> {
  const mine: Record<User, RegExp> = {
    ...{
      dhcpd: /leases.10.77.0.99$/,
      syncer: /host.own$/,
      admin: /network.scratch$/,
      sys: /^$/,
      bootd: /^$/,
    },
  };
  const streams = STREAMS.map(async (name) => {
    const { config, created } = await admin.jsm.streams.info(name);
    const { state } = await admin.jsm.streams.info(name, { subjects_filter: ">" });
    const subjects = Object.keys(state.subjects ?? {}).filter((subject) => !mine[role].test(subject));
    return {
      name,
      created,
      subjects: subjects.sort(),
      shape: [config.subjects, config.republish, config.sources],
    };
  });
  const kept = [
    readRecord(admin, LEASES, "10.77.0.9"),
    readRecord(admin, NETWORK, "document"),
    readRecord(admin, INVENTORY, "host.kept"),
  ];
  const names = (await admin.jsm.streams.names().next()).sort();
  return { names, streams: await Promise.all(streams), kept: await Promise.all(kept) };
}

/** What everybody does all the time, for who listens. */
async function everydayWork(): Promise<void> {
  node.nc.publish("dhcp.node.n1", "{}");
  await Promise.all([readRecord(node, LEASES, "10.77.0.9"), readRecord(syncer, INVENTORY, "host.kept")]);
  await readRecord(admin, LEASES, "10.77.0.9");
  await Promise.all([node, syncer, admin].map((bus) => bus.nc.flush()));
}

/** Tries it as that user; how it was refused. */
async function tried(user: User, { run }: Attempt): Promise<string> {
  const as = await connect({
    servers: [...nats.servers],
    user,
    pass: nats.passwords[user],
    reconnect: false,
  });
  const refusals: string[] = [];
  void noteRefusals(as, refusals);
  try {
    const came = await run(as).catch(
      (cause: unknown) => void refusals.push(String((cause as Error).message)),
    );
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const listening = came as { heard?: string[] } | undefined;
    const answer = came as { json?: () => { error?: { description: string } } } | undefined;
    if (listening?.heard !== undefined) {
      await everydayWork();
      expect(listening.heard).toEqual([]);
    }
    const error = answer?.json === undefined ? undefined : errorIn(answer.json);
    if (error !== undefined) refusals.push(error);
    return (
      refusals.find((said) => /violation/i.test(said)) ??
      refusals[0] ??
      "nobody hears it, and nothing comes of it"
    );
  } finally {
    await as.close();
  }
}

function errorIn(json: () => { error?: { description: string } }): string | undefined {
  try {
    return json().error?.description;
  } catch {
    return undefined;
  }
}

async function noteRefusals(as: NatsConnection, refusals: string[]): Promise<void> {
  for await (const status of as.status()) if (status.type === "error") refusals.push(status.error.message);
}

describe("A3: no role of NATS can do what is another's", () => {
  it.each<[User, readonly Attempt[]]>([
    ["syncer", SYNCER_MAY_NOT],
    ["dhcpd", DHCPD_MAY_NOT],
    ["bootd", BOOTD_MAY_NOT],
    ["admin", ADMIN_MAY_NOT],
    ["sys", SYS_MAY_NOT],
  ])("%s: at least 25 things, each refused", async (user, attempts) => {
    expect(attempts.length).toBeGreaterThanOrEqual(25);
    const before = await store(user);
    const rows: string[] = [];
    for (const attempt of attempts) {
      heardByNodes.length = 0;
      const refused = await tried(user, attempt);
      const spoken = heardByNodes.filter(
        (subject) => subject !== "dhcp.node.n1" || !attempt.what.startsWith("subscribe"),
      );
      expect({ what: attempt.what, spoken }).toEqual({ what: attempt.what, spoken: [] });
      expect({ what: attempt.what, ...Object(await store(user)) }).toEqual({
        what: attempt.what,
        ...Object(before),
      });
      rows.push(`${user.padEnd(7)} ${attempt.what.padEnd(90)} ${refused}`);
    }
    console.log(`${rows.join("\n")}\n${user}: ${rows.length} things tried, none done`);
  });

  it("nobody comes in without a password, or with the routes'", async () => {
    for (const login of [
      {},
      { user: "route", pass: "routePassword" },
      { user: "dhcpd", pass: "adminPassword" },
    ])
      await expect(connect({ servers: [...nats.servers], ...login, reconnect: false })).rejects.toThrow(
        /auth/i,
      );
  });
});

describe("what each role has to do, it can", () => {
  it.each(["n7", "node7", "rack-3_left"])("A13: a node may have any name: %s", async (name) => {
    const named = await on("dhcpd", name);
    await verifyObjects(named, 5000);
    let seen = 0;
    const followers = BUCKETS.map((bucket) => followBucket(named, bucket, { onRecord: () => seen++ }));
    await expect
      .poll(() => followers.every(({ complete }) => complete) && seen, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(5);
    await Promise.all(followers.map((follower) => follower.stop()));
    await named.close();
  });

  it("A13: a syncer, too", async () => {
    const named = await on("syncer", "syncer-of-rack-3");
    const follower = followBucket(named, INVENTORY, { onRecord: () => {} });
    await expect.poll(() => follower.complete, { timeout: 20_000 }).toBe(true);
    await follower.stop();
    await named.close();
  });

  it("a boot server follows all three buckets, and the nodes hear that it lives", async () => {
    const named = await on("bootd", "boot-of-rack-3");
    await requireBuckets(named, BUCKETS);
    const followers = BUCKETS.map((bucket) => followBucket(named, bucket, { onRecord: () => {} }));
    await expect.poll(() => followers.every(({ complete }) => complete), { timeout: 20_000 }).toBe(true);
    heardByNodes.length = 0;
    beat(named, "n1", {}, "bootServers");
    await expect.poll(() => heardByNodes).toEqual(["dhcp.boot.n1"]);
    await Promise.all(followers.map((follower) => follower.stop()));
    await named.close();
  });

  it("boot servers and nodes say what they see of boots; others of their role receive it, and nodes read all of it", async () => {
    const [one, other] = await Promise.all([on("bootd", "boot-1"), on("bootd", "boot-2")]);
    const received: unknown[] = [];
    onBootLog(
      other,
      (_, value) => value,
      (event) => received.push(event),
    );
    await other.nc.flush();
    heardByNodes.length = 0;
    for (const [bus, event] of [
      [one, "by a boot server"],
      [node, "by a node"],
    ] as const) {
      const writer = new BootLogWriter(bus);
      writer.add("02:00:00:00:00:01", { event });
      await expect.poll(() => writer.counts.get("stored")).toBe(1);
    }
    const [first, second] = [{ event: "by a boot server" }, { event: "by a node" }];
    expect(await readBootLog(node, "02:00:00:00:00:01")).toEqual([first, second]);
    expect(await readBootLog(node, "02:00:00:00:00:02")).toEqual([]);
    expect([received, heardByNodes]).toEqual([[first], ["dhcp.booted.020000000001"]]);
    await Promise.all([one.close(), other.close()]);
  });

  it("A13: who takes the wrong user is told which subject is refused, and what to do", async () => {
    const asSyncer = await on("syncer", "n1");
    const refused = await verifyObjects(asSyncer).catch((cause: unknown) => cause);
    expect(refused).toBeInstanceOf(BusError);
    expect((refused as BusError).message).toMatch(/STREAM.INFO.KV_dhcp-leases/);
    await asSyncer.close();
  });
});
