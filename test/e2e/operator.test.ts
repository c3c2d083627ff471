// The operator's side of a cluster, on a cluster: identifiers in any spelling, requests that make no sense, connections that send
// nothing, and changes that take something away.
import { writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../lab/clients/index.ts";
import { until } from "../lab/shell.ts";
import { labForTests } from "./lab-for-tests.ts";

const labOf = labForTests("operator", { clients: 3 });

interface LeaseRow {
  readonly address: string;
  readonly mac: string;
  readonly client: string;
}
let lease: LeaseRow;
const udhcpc = clientPrograms.find(({ name }) => name === "udhcpc")!;

const leasehold = (...words: string[]) => labOf().exec("n1", ["leasehold", ...words]);
const api = async (path: string, init: RequestInit = {}) => labOf().api("n1", path, init);

beforeAll(async () => {
  for (const client of ["c1", "c2"]) await new RunningClient(labOf(), client, udhcpc).lease();
  const { mac } = labOf().host("c1");
  lease = await until("c1's lease", 10, async () => {
    const rows = (await api(`/api/v1/leases?mac=${mac}`)).body as LeaseRow[];
    return rows[0];
  });
});

describe("field report 6: who is meant", () => {
  test("a hardware address in any spelling, on the command line and in the API", async () => {
    const { mac } = lease;
    const bare = mac.replaceAll(":", "");
    const spellings = [
      ...[mac.toUpperCase(), mac.replaceAll(":", "-"), bare, bare.replace(/(....)(?=.)/g, "$1.")],
      mac.replace(/\b0/g, ""),
    ];
    for (const spelling of spellings) {
      const listed = await leasehold("leases", "--mac", spelling);
      expect([listed.code, listed.stdout], spelling).toEqual([0, expect.stringContaining(lease.address)]);
      const { body } = await api(`/api/v1/leases?mac=${encodeURIComponent(spelling)}`);
      expect(body, spelling).toMatchObject([{ address: lease.address }]);
      const outcomes = await api(`/api/v1/outcomes?client=${spelling}`);
      expect(outcomes.status, spelling).toBe(200);
    }
  });

  test("an address, a prefix and an identity", async () => {
    for (const words of [
      ["lease", lease.address],
      ["lease", lease.mac.toUpperCase()],
      ["leases", "--of", lease.client.toUpperCase()],
      ["leases", "--address", `${lease.address.replace(/\.\d+$/, "")}.0/24`],
      ["why", lease.address],
      ["explain", lease.address],
    ]) {
      const { code, stdout } = await leasehold(...words);
      expect([code, stdout], words.join(" ")).toEqual([0, expect.stringContaining(lease.address)]);
    }
  });

  test.each([
    [["leases", "--mac", "alice"], 2],
    [["leases", "--state", "nonsense"], 2],
    [["leases", "--subnet", "nosuch"], 2],
    [["leases", "--address", "10.77.21.300"], 2],
    [["why", "10.77.21.300"], 2],
    [["host", "10.77.0.300"], 2],
    [["lease", "clear", "10.77.0.300"], 2],
    [["explain", "10.77.0.300"], 2],
    [["why", "nobody"], 1],
    [["lease", "nobody"], 1],
    [["host", "nobody"], 1],
  ])("leasehold %j ends with %i", async (words, expected) => {
    const { code, stdout, stderr } = await leasehold(...words);
    expect([code, stdout]).toEqual([expected, ""]);
    expect(stderr).toContain("leasehold: ");
  });
});

test.each([
  "/api/v1/leases?mac=alice",
  "/api/v1/leases?address=10.77.21.300",
  "/api/v1/leases?limit=no",
  "/api/v1/leases?unknown=1",
  "/api/v1/leases?state=bound&state=bound",
  "/api/v1/hosts?x=1",
  "/api/v1/hosts/10.77.0.300",
  "/api/v1/cluster?x=1",
  "/api/v1/network?x=1",
  "/api/v1/network/history/x",
  "/api/v1/outcomes?client=a&client=b",
])("field report 6, A9: GET %s is 422 with words", async (path) => {
  const { status, body } = await api(path);
  expect([status, (body as { error: string }).error]).toEqual([422, expect.stringMatching(/\w+ \w+/)]);
});

test("A9: JSON and documents that are nested 200,000 deep are refused", async () => {
  const body = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const headers = { "content-type": "application/json" };
  expect((await api("/api/v1/explain", { method: "POST", headers, body })).status).toBe(400);
  const put = { method: "PUT", headers: { ...headers, "if-match": "*" }, body };
  expect((await api("/api/v1/network", put)).status).toBe(422);
  expect((await api("/livez")).status).toBe(200);
});

test("A9: thousands of requests that are begun and never sent: DHCP does not feel it", async () => {
  const port = Number(new URL(labOf().state.doors.n1!).port);
  const stalls = async () =>
    Number(
      /leasehold_packets_dropped_total\{[^}]*was-paused[^}]*\} (\d+)/.exec(
        String((await api("/metrics")).body),
      )?.[1] ?? 0,
    );
  const before = await stalls();
  const sockets: Socket[] = [];
  for (let i = 0; i < 1500; i++) {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("error", () => {});
    socket.write("GET /api/v1/leases HTTP/1.1\r\nHost: x\r\n");
    sockets.push(socket);
  }
  await new RunningClient(labOf(), "c3", udhcpc).lease();
  for (const socket of sockets) socket.destroy();
  await expect
    .poll(async () => (await api("/livez").catch(() => undefined))?.status, { timeout: 15_000 })
    .toBe(200);
  expect(await stalls()).toBe(before);
  const refused = /kind="api-connection-refused"[^}]*\} (\d+)/.exec(String((await api("/metrics")).body));
  expect(Number(refused?.[1] ?? 0)).toBeGreaterThan(0);
});

describe("A12: a change that takes something away", () => {
  const apply = async (text: string, ...words: string[]) => {
    const file = join(labOf().state.directory, "change.yaml");
    writeFileSync(file, text);
    return leasehold("apply", file, ...words);
  };
  const revision = async () => ((await api("/api/v1/network")).body as { revision: number }).revision;
  const written = async () => (await api("/api/v1/network")).body as { document: { subnets: object[] } };

  test.each([
    ["no subnets", async () => ({ version: 1, subnets: [] })],
    [
      "an interface that no node has",
      async () => {
        const { document } = await written();
        return { ...document, subnets: document.subnets.map((one) => ({ ...one, interface: "eth9" })) };
      },
    ],
  ])("%s: shown, and not stored without --yes or accept=loss", async (_, make) => {
    const before = await revision();
    const text = JSON.stringify(await make());
    const { code, stdout, stderr } = await apply(text);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^! \d leases will be refused: 10\.77\./m);
    expect(stdout).toContain("! n1, n2, n3: eth0 has no subnet.");
    expect(stderr).toContain("Nothing was stored");
    const put = { method: "PUT", headers: { "if-match": `"${before}"` }, body: text };
    const { status, body } = await api("/api/v1/network", put);
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ impact: expect.objectContaining({ isLoss: true }) }),
    ]);
    expect(await revision()).toBe(before);
  });

  test("with --yes it is stored, all nodes follow, status says what is wrong; rollback ends it", async () => {
    const { document } = await written();
    const subnets = document.subnets.map((one) => ({ ...one, interface: "eth9" }));
    const applied = await apply(JSON.stringify({ ...document, subnets }), "--yes");
    expect([applied.code, applied.stdout]).toEqual([
      0,
      expect.stringMatching(/3 of 3 nodes follow revision \d+ after \d+ ms\./),
    ]);
    const bad = await leasehold("status");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain("n1, n2, n3: eth0 has no subnet.");
    expect(bad.stdout).toMatch(/subnet \w+: no node has eth9\./);
    const back = await leasehold("rollback");
    expect([back.code, back.stdout]).toEqual([0, expect.stringContaining("3 of 3 nodes follow")]);
    await expect.poll(async () => (await leasehold("status")).code, { timeout: 10_000 }).toBe(0);
  });
});

test("A13: a dead node is listed, status is degraded, and a command asks the next node", async () => {
  const lab = labOf();
  await lab.kill("n3", "dhcpd");
  await expect.poll(async () => (await leasehold("status")).stdout, { timeout: 10_000 }).toMatch(/n3 +dead/);
  expect((await leasehold("status")).code).toBe(1);
  const server = [lab.host("n3").address, lab.host("n1").address].join(":8067,");
  expect((await leasehold("hosts", "--server", `${server}:8067`)).code).toBe(0);
  await lab.start("n3", "dhcpd");
}, 60_000);
