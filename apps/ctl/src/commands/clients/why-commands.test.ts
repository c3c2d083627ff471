// The commands that say why: explain, and why.
import { describe, expect, test } from "vitest";
import { leasehold, NOW, serve } from "../../../test/played-server.ts";

const row = (name: string, value: string, from: string, sent = true, why?: string) => ({
  ...{ name, value, from, sent },
  ...(why === undefined ? {} : { why }),
});
const ANSWER = {
  node: "n1",
  networkRevision: 8,
  packet: {
    type: "DISCOVER",
    mac: "a4:bf:01:38:ee:65",
    vendorClass: "PXEClient",
    requestedAddress: null,
    ciaddr: null,
  },
  assumed: "that it is on eth0",
  link: { via: "eth0", subnets: ["compute", "mgmt"], sharedNetwork: "fabric" },
  client: {
    identity: "01a4bf0138ee65",
    host: { id: "x1", source: "smd", type: "Node", role: "Compute" },
    known: true,
    classes: ["arm", "pxe"],
    reservation: null,
    reservedAddress: { address: "10.77.1.1", subnet: "compute", by: "inventory" },
    leases: [{ address: "10.77.1.1", state: "bound", expiresAt: "2026-11-21T10:42:00.000Z" }],
    nodes: ["n2", "n1", "n3"],
  },
  pools: [],
  subnet: "compute",
  pool: null,
  decision: {
    kind: "grant",
    reply: "OFFER",
    reason: null,
    address: "10.77.1.1",
    seconds: 3600,
    writes: null,
  },
  options: [
    row("routers", "10.77.0.1", "subnet compute", true, "asked for"),
    row("ntpServers", "10.77.0.2", "defaults", false, "not asked for"),
    row("domainSearch", "a.example", "defaults", false, "no room"),
    row("rootPath", "/", "defaults", false),
  ],
  lease: [row("seconds", "3600", "built in")],
  server: [],
};

test("explain <mac>: what applied, and where it came from", async () => {
  let asked = "";
  const server = await serve({
    "POST /api/v1/explain": (_, body) => {
      asked = body;
      return { body: ANSWER };
    },
  });
  const argv = ["explain", "A4-BF-01-38-EE-65", "--arch", "11", "--type", "discover", "--server", server];
  expect((await leasehold(argv)).out.split("\n")).toEqual([
    "packet       DISCOVER from a4:bf:01:38:ee:65, as PXEClient, for n2 to answer, then n1, n3",
    "assumed      that it is on eth0",
    "link         eth0: compute, mgmt (shared network fabric)",
    "client       01a4bf0138ee65",
    "host         x1 (smd), Node, Compute",
    "classes      arm, pxe",
    "reservation  10.77.1.1, by the inventory",
    "lease        10.77.1.1 bound, expires in 42m",
    "decision     OFFER 10.77.1.1 for 1h",
    "subnet       compute",
    "network      revision 8, as node n1 has it",
    "",
    "OPTION   VALUE      FROM            SENT AS",
    "routers  10.77.0.1  subnet compute  asked for",
    "",
    "LEASE    VALUE  FROM",
    "seconds  3600   built in",
    "",
    "not asked for: ntpServers",
    "no room: domainSearch",
    "not asked for, or without room: rootPath",
  ]);
  expect(JSON.parse(asked)).toEqual({ mac: "a4:bf:01:38:ee:65", arch: 11, type: "DISCOVER" });
  expect(JSON.parse((await leasehold([...argv, "--json"])).out)).toEqual(ANSWER);
});

test.each([
  [
    { kind: "refuse", reply: "NAK", reason: "wrong-network", address: "10.9.9.9" },
    "NAK: wrong-network (10.9.9.9)",
  ],
  [{ kind: "silent", reason: "no-pool-for-client" }, "silence: no-pool-for-client"],
  [{ kind: "drop", reason: "no-subnet-for-link" }, "silence: no-subnet-for-link"],
  [
    { kind: "grant", reply: "ACK", address: "10.0.0.9", seconds: 60, writes: "LeaseGranted" },
    "ACK 10.0.0.9 for 1m, once LeaseGranted is stored",
  ],
])("explain: a decision %j", async (decision, words) => {
  const none = { reply: null, reason: null, address: null, seconds: null, writes: null };
  const pools = [{ id: "compute/a", for: "known", serves: false }];
  const server = await serve({
    "POST /api/v1/explain": () => ({
      body: { ...ANSWER, pools, options: [], lease: [], decision: { ...none, ...decision } },
    }),
  });
  const { out } = await leasehold(["explain", "a4:bf:01:38:ee:65", "--server", server]);
  expect(out).toContain(`decision     ${words}\n`);
  expect(out.includes("compute/a is for known")).toBe(words.includes("no-pool-for-client"));
});

const BOOTS = {
  settings: [{ name: "script", value: "/s", from: "subnet compute" }],
  ...{ strategy: "iPXE", architecture: { code: 0, name: "bios" }, missing: null },
  answer: {
    ...{ nextServer: "10.77.0.2", file: "http://10.77.0.2:8069/s" },
    options: [{ code: 175, name: "etherboot", value: "0xb00101ff" }],
  },
};

test.each<[string, object, string[]]>([
  [
    "what it is told",
    BOOTS,
    [
      "boot         iPXE, bios (architecture 0): http://10.77.0.2:8069/s, from 10.77.0.2",
      "BOOT    VALUE  FROM",
      "script  /s     subnet compute",
      "BOOT OPTION  VALUE",
      "etherboot    0xb00101ff",
    ],
  ],
  [
    "a quirk, and what is missing",
    {
      ...BOOTS,
      answer: undefined,
      missing: "boot.script is not set",
      quirk: { what: "it lies", source: "a book" },
    },
    [
      "boot         iPXE, bios (architecture 0): no boot answer, as boot.script is not set",
      "quirk        it lies (a book)",
    ],
  ],
  [
    "an operating system",
    { settings: BOOTS.settings, strategy: null, missing: "the client does not boot, or has booted" },
    ["boot         no boot answer, as the client does not boot, or has booted"],
  ],
])("explain: how a client boots: %s", async (_, boot, lines) => {
  const server = await serve({ "POST /api/v1/explain": () => ({ body: { ...ANSWER, boot } }) });
  const { out } = await leasehold(["explain", "a4:bf:01:38:ee:65", "--server", server]);
  expect(out.split("\n").filter((line) => lines.includes(line))).toEqual(lines);
});

describe("explain of a capture", () => {
  const packet = Buffer.alloc(300);
  packet.set([1, 1, 6, 0]);
  packet.set([0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255], 236);

  test.each([
    ["--packet", packet.toString("hex")],
    ["--pcap-hex", "-"],
  ])("%s", async (option, value) => {
    let asked = "";
    const server = await serve({
      "POST /api/v1/explain": (_, body) => {
        asked = body;
        return { body: ANSWER };
      },
    });
    const readText = async () => packet.toString("hex");
    const { code } = await leasehold(["explain", option, value, "--interface", "eth1", "-s", server], {
      readText,
    });
    expect(code).toBe(0);
    expect(JSON.parse(asked)).toEqual({ packet: packet.toString("hex"), interface: "eth1" });
  });

  test("without a message in it", async () => {
    const { code, err } = await leasehold(["explain", "--packet", "0011"]);
    expect([code, err]).toEqual([2, expect.stringContaining("There is no DHCP message in that.")]);
  });
});

test("explain: usage, and what the node does not understand", async () => {
  expect((await leasehold(["explain"])).code).toBe(2);
  expect((await leasehold(["explain", "a", "--packet", "00"])).code).toBe(2);
  const problems = [{ path: "mac", found: '"a"', expected: "a hardware address" }];
  const server = await serve({
    "POST /api/v1/explain": () => ({
      status: 422,
      body: { error: "Invalid request.", problems },
    }),
  });
  const { code, err } = await leasehold(["explain", "a", "--server", server]);
  expect(code).toBe(2);
  expect(err).toContain('mac: found "a", expected a hardware address.');
});

test("why: of all nodes, the newest first; who cannot be asked is named", async () => {
  const outcome = (second: number, type: string, more: object) => ({
    ...{ at: new Date(NOW - second * 1000).toISOString(), type, reason: null, address: null, xid: "1" },
    ...more,
  });
  const path = "GET /api/v1/outcomes?client=a4%3Abf&limit=20";
  const second = await serve({
    [path]: () => ({
      body: { node: "n2", outcomes: [outcome(2, "DISCOVER", { outcome: "OFFER", address: "10.77.1.1" })] },
    }),
  });
  const port = new URL(second).port;
  const member = (name: string, state: string, api: string) => ({
    name,
    state,
    api,
    addresses: ["127.0.0.1"],
  });
  const server = await serve({
    "GET /api/v1/cluster": () => ({
      body: {
        node: "n1",
        nodes: [
          member("n1", "serving", ":1"),
          member("n2", "serving", `0.0.0.0:${port}`),
          member("n3", "dead", ":1"),
        ],
      },
    }),
    [path]: () => ({
      body: {
        node: "n1",
        outcomes: [
          outcome(1, "REQUEST", { outcome: "NAK", reason: "held by another", address: null }),
          outcome(3, "DISCOVER", { outcome: "another-node-answers" }),
        ],
      },
    }),
  });
  expect((await leasehold(["why", "a4:bf", "--server", server])).out.split("\n")).toEqual([
    "WHEN    NODE  PACKET    OUTCOME               ADDRESS",
    "1s ago  n1    REQUEST   NAK: held by another  -",
    "2s ago  n2    DISCOVER  OFFER                 10.77.1.1",
    "3s ago  n1    DISCOVER  another-node-answers  -",
    "n3 was not asked: it is dead",
  ]);
});
