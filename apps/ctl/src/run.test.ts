// Whole commands: what they ask of the API, and what they print.
import { describe, expect, test } from "vitest";
import { leasehold, NOW, serve, servers } from "../test/played-server.ts";
import type { CliEnvironment } from "./command.ts";

const LEASES = [
  {
    address: "10.77.16.10",
    client: "01a4bf0138ee66",
    mac: "a4:bf:01:38:ee:66",
    subnet: "compute",
    state: "bound",
    seconds: 3600,
    heldSeconds: 7200,
    expiresAt: "2026-11-21T10:42:00.000Z",
    node: "n2",
  },
  {
    address: "10.77.16.9",
    client: "01a4bf0138ee65",
    mac: "a4:bf:01:38:ee:65",
    hostname: "x1",
    host: "x1000c0s0b0n0",
    subnet: "compute",
    state: "bound",
    seconds: 3600,
    expiresAt: "2026-11-21T11:00:00.000Z",
    node: "n1",
  },
];

test("leases: a table by address, with relative times", async () => {
  const server = await serve({ "GET /api/v1/leases": () => ({ body: LEASES }) });
  const { code, out } = await leasehold(["leases", "--server", server]);
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    "ADDRESS      STATE  CLIENT             HOST           SUBNET   EXPIRES  NODE",
    "10.77.16.9   bound  a4:bf:01:38:ee:65  x1000c0s0b0n0  compute  in 1h    n1",
    "10.77.16.10  bound  a4:bf:01:38:ee:66  -              compute  in 42m   n2",
    "",
    "2 leases",
  ]);
});

test("leases --json: the ten keys of the contract come first, absent ones as null", async () => {
  const server = await serve({ "GET /api/v1/leases?state=bound": () => ({ body: LEASES }) });
  const { out } = await leasehold(["--json", "leases", "--state", "bound", "-s", server]);
  const rows = JSON.parse(out);
  expect(Object.keys(rows[1])).toEqual([
    ...["address", "client", "mac", "hostname", "host", "subnet", "state", "seconds", "expiresAt", "node"],
    "heldSeconds",
  ]);
  expect(rows[1]).toMatchObject({ address: "10.77.16.10", hostname: null, host: null });
});

test("lease <ip>: one lease as a card; a free address is a failure", async () => {
  const server = await serve({
    "GET /api/v1/leases?address=10.77.16.9": () => ({ body: [LEASES[1]] }),
    "GET /api/v1/leases?address=10.77.16.1": () => ({ body: [] }),
  });
  const found = await leasehold(["lease", "10.77.16.9", "--server", server]);
  expect(found.out).toContain("expiresAt  in 1h (2026-11-21T11:00:00.000Z)");
  expect(found.out).toContain("seconds    1h");
  const free = await leasehold(["lease", "10.77.16.1", "--server", server]);
  expect(free).toMatchObject({ code: 1, out: "" });
  expect(free.err).toContain("There is no lease on 10.77.16.1.");
  expect((await leasehold(["lease", "10.0.0.300", "--server", server])).code).toBe(2);
});

test("hosts and host: interfaces, addresses and what is wrong", async () => {
  const broken = {
    id: "x2",
    source: "smd",
    hostname: null,
    interfaces: [],
    problems: [{ path: "interfaces[0].addresses[0]", found: '"10.0.0.300"', expected: "an IPv4 address" }],
  };
  const good = {
    id: "x1",
    source: "smd",
    hostname: "nid1",
    interfaces: [
      { mac: "a4:bf:01:38:ee:65", addresses: ["10.77.1.1"] },
      { mac: "a4:bf:01:38:ee:66", addresses: [{ address: "10.77.1.2" }] },
    ],
    problems: [],
  };
  const server = await serve({
    "GET /api/v1/hosts": () => ({ body: [broken, good] }),
    "GET /api/v1/hosts/x2": () => ({ body: broken }),
  });
  expect((await leasehold(["hosts", "--server", server])).out.split("\n")).toEqual([
    "HOST  HOSTNAME  MAC                ADDRESSES  SOURCE  PROBLEMS",
    "x1    nid1      a4:bf:01:38:ee:65  10.77.1.1  smd     -",
    "                a4:bf:01:38:ee:66  10.77.1.2",
    "x2    -         -                  -          smd     1",
    "",
    "2 hosts, 1 with problems: see `leasehold host <id>`",
  ]);
  const one = await leasehold(["host", "x2", "--server", server]);
  expect(one.out).toContain(
    'problem  interfaces[0].addresses[0]: found "10.0.0.300", expected an IPv4 address',
  );
  expect((await leasehold(["host", "x9", "--server", server])).err).toContain("no host `x9`");
});

test("status: the nodes as the one that answered sees them", async () => {
  const node = {
    name: "n1",
    addresses: ["10.77.0.11"],
    version: "0.1.0",
    state: "serving",
    networkRevision: 3,
  };
  const body = {
    node: "n1",
    version: "0.1.0",
    serverIdentifier: { mode: "per-node" },
    nodes: [{ ...node, hosts: 12, leases: 7, lastSeen: new Date(NOW).toISOString() }],
    store: { state: "healthy", server: "n1", serverVersion: "2.15.1" },
  };
  const server = await serve({ "GET /api/v1/cluster": () => ({ body }) });
  expect((await leasehold(["status", "--server", server])).out.split("\n")).toEqual([
    `asked              n1 at ${server}`,
    "store              healthy (nats-server 2.15.1 on n1)",
    "server identifier  per-node",
    "",
    "NODE  STATE    ADDRESS     VERSION  NETWORK  HOSTS  LEASES  SEEN",
    "n1    serving  10.77.0.11  0.1.0    3        12     7       now",
  ]);
});

test("status: where the floating address is, who cannot carry it, and a node without a heartbeat", async () => {
  const heard = {
    version: "0.1.0",
    networkRevision: 3,
    hosts: 0,
    leases: 0,
    lastSeen: new Date(NOW).toISOString(),
  };
  const unheard = { version: null, networkRevision: null, hosts: null, leases: null, lastSeen: null };
  const body = {
    node: "n1",
    version: "0.1.0",
    serverIdentifier: { mode: "floating", address: "10.77.0.2", carriedBy: "n2" as string | null },
    nodes: [
      {
        name: "n1",
        state: "serving",
        addresses: ["10.77.0.11"],
        ...heard,
        floating: { obstacle: "it is ill" },
      },
      { name: "n3", state: "dead", addresses: [], ...unheard },
    ],
    store: { state: "healthy" },
  };
  const server = await serve({ "GET /api/v1/cluster": () => ({ body }) });
  const lines = async () => (await leasehold(["status", "--server", server])).out.split("\n").slice(2);
  expect(await lines()).toEqual([
    "server identifier  floating 10.77.0.2 (on n2)",
    "",
    "NODE  STATE    ADDRESS     VERSION  NETWORK  HOSTS  LEASES  SEEN",
    "n1    serving  10.77.0.11  0.1.0    3        0      0       now",
    "n3    dead     -           -        -        -      -       -",
    "",
    "n1 cannot take the floating address: it is ill.",
  ]);
  body.serverIdentifier.carriedBy = null;
  expect((await lines())[0]).toBe("server identifier  floating 10.77.0.2 (on no node)");
});

test("status: processes that do not answer DHCP, beside the nodes that do", async () => {
  const seen = { version: "0.2.0", lastSeen: new Date(NOW).toISOString() };
  const node = { name: "n1", role: "dhcp", state: "serving", addresses: ["10.77.0.11"], ...seen };
  const other = {
    name: "n1",
    role: "boot",
    state: "serving",
    addresses: ["10.77.0.11"],
    notReady: "no files",
  };
  const body = {
    ...{ node: "n1", version: "0.2.0", serverIdentifier: { mode: "per-node" }, store: { state: "healthy" } },
    nodes: [{ ...node, networkRevision: 3, hosts: 0, leases: 0 }],
    others: [{ ...other, ...seen }],
  };
  const server = await serve({ "GET /api/v1/cluster": () => ({ body }) });
  const { out, code } = await leasehold(["status", "--server", server]);
  expect(out.split("\n").slice(4)).toEqual([
    "NODE  STATE    ADDRESS     VERSION  NETWORK  HOSTS  LEASES  SEEN",
    "n1    serving  10.77.0.11  0.2.0    3        0      0       now",
    "",
    "ROLE  NAME  STATE      ADDRESS     VERSION  SEEN",
    "boot  n1    not ready  10.77.0.11  0.2.0    now",
    "",
    "boot n1 is not ready: no files.",
  ]);
  expect(code).toBe(1);
});

test("of several servers, one that is ready serves", async () => {
  const starting = await serve({ "GET /readyz": () => ({ status: 503, body: {} }) });
  const ready = await serve({ "GET /api/v1/leases": () => ({ body: [] }) });
  const env = { LEASEHOLD_SERVER: `http://127.0.0.1:1,${starting},${ready}` };
  expect(await leasehold(["leases", "--json"], { env })).toMatchObject({ code: 0, out: "[]" });
});

test("nobody answers: exit code 3, and the reason for each server", async () => {
  const gone = await serve({});
  await new Promise((resolve) => servers.pop()!.close(resolve));
  const { code, err } = await leasehold(["status", "--server", gone]);
  expect(code).toBe(3);
  expect(err).toContain(`leasehold: No server answered (${gone}: connect ECONNREFUSED`);
});

test("a wrong token: what to give and where it is written", async () => {
  const server = await serve({ "GET /api/v1/leases": () => ({ status: 401, body: { error: "No token." } }) });
  const { code, err } = await leasehold(["leases", "--json", "--server", server]);
  expect(code).toBe(1);
  expect(JSON.parse(err)).toMatchObject({
    error: `${server} did not accept the token.`,
    fix: expect.any(String),
  });
});

test("init: credentials and replicas reach the store", async () => {
  let asked: unknown;
  const prepareStore: CliEnvironment["prepareStore"] = async (login, replicas) => {
    asked = { login, replicas };
    return { made: ["KV_dhcp-leases"], corrected: [] };
  };
  const argv = ["init", "--nats", "nats://a:4222,nats://b:4222", "--user", "admin", "--replicas", "1"];
  const env = { LEASEHOLD_NATS_PASSWORD: "secret" };
  expect(await leasehold(argv, { prepareStore, env })).toMatchObject({ code: 0 });
  expect(asked).toEqual({
    login: { servers: ["nats://a:4222", "nats://b:4222"], user: "admin", password: "secret" },
    replicas: 1,
  });
  expect((await leasehold(argv, { prepareStore })).err).toContain("no password");
});

test.each([
  [["frob"], "There is no command `frob`."],
  [["leases", "--frob"], "Unknown option '--frob'."],
  [["leases", "--replicas", "3"], "`leases` has no option --replicas."],
  [["lease"], "`lease` needs <ip|mac|host>."],
  [["leases", "10.77.16.1"], "Unexpected argument `10.77.16.1` for `leases`."],
  [["init", "--nats", "a", "--replicas", "2"], "Invalid --replicas `2`: it must be 1 or 3."],
  [["init"], "`leasehold init` needs to know the NATS servers."],
  [["leases", "--server", "http://"], "`http://` is not a valid server address."],
])("wrong usage %j: exit code 2 and a sentence", async (argv, sentence) => {
  const { code, err } = await leasehold(argv);
  expect(code).toBe(2);
  expect(err).toContain(sentence);
});

test("help names every command, and a command's own options", async () => {
  const { out } = await leasehold([]);
  for (const name of ["status", "leases", "lease <ip|mac|host>", "apply <file>", "init", "--server URL"]) {
    expect(out).toContain(name);
  }
  expect((await leasehold(["init", "--help"])).out).toContain("--replicas 1|3");
  expect((await leasehold(["help", "leases"])).out).toContain("--state STATE");
  expect((await leasehold(["--version"])).out).toMatch(/^leasehold \d/);
});

describe("A13: status has exit codes", () => {
  const node = { addresses: ["10.77.0.11"], version: "0.1.0", state: "serving", networkRevision: 3 };
  const member = (name: string, more: object = {}) => ({
    ...{ ...node, name, hosts: 0, leases: 0, lastSeen: new Date(NOW).toISOString(), notReady: null },
    ...{ links: [{ name: "eth0", state: "up", addresses: [], subnet: "compute" }] },
    ...more,
  });
  const statusOf = async (nodes: readonly object[], more: object = {}) => {
    const cluster = { node: "n1", version: "0.1.0", serverIdentifier: { mode: "per-node" }, nodes };
    const body = { ...cluster, store: { state: "healthy" }, ...more };
    return leasehold(["status", "-s", await serve({ "GET /api/v1/cluster": () => ({ body }) })]);
  };

  test("0: all is well", async () => {
    expect((await statusOf([member("n1"), member("n2")])).code).toBe(0);
  });

  test.each([
    ["a dead node", [member("n1"), member("n2", { state: "dead" })], {}, /n2 +dead/],
    [
      "a draining node",
      [member("n1"), member("n2", { state: "draining", notReady: "draining" })],
      {},
      /draining/,
    ],
    ["a store that is not healthy", [member("n1")], { store: { state: "electing" } }, /electing/],
    [
      "a node that serves and is not ready",
      [member("n1"), member("n2", { notReady: "store missing: renewals go on" })],
      {},
      /n2 +not ready[\s\S]*n2 is not ready: store missing: renewals go on\./,
    ],
    [
      "a link without a subnet",
      [member("n1"), member("n2", { links: [{ name: "eth0", subnet: null }] })],
      {},
      /n2: eth0 has no subnet\./,
    ],
    [
      "a subnet that no node serves",
      [member("n1")],
      { unserved: [{ id: "x", problem: "no node has eth9" }] },
      /subnet x: no node has eth9\./,
    ],
  ])("1: %s", async (_, nodes, more, words) => {
    const { code, out } = await statusOf(nodes, more);
    expect([code, out]).toEqual([1, expect.stringMatching(words)]);
  });

  test("2: no node is ready", async () => {
    const nodes = [member("n1", { notReady: "no network document yet" }), member("n2", { state: "dead" })];
    expect((await statusOf(nodes)).code).toBe(2);
  });
});
