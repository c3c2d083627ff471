// Field report 6 at the command line: any spelling is asked for in one, and what cannot be one is a usage error before anybody is
// asked. A13: another node is asked when one cannot answer.
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { leasehold, serve } from "../../test/played-server.ts";
import { commands } from "../commands/index.ts";

const LEASE = { address: "10.77.16.9", client: "0192fdce0bc9fa", mac: "92:fd:ce:0b:c9:fa", state: "bound" };

test.each(["92:FD:CE:0B:C9:FA", "92-fd-ce-0b-c9-fa", "92fd.ce0b.c9fa", "92fdce0bc9fa", "92:fd:ce:b:c9:fa"])(
  "field report 6: leases --mac %s",
  async (mac) => {
    const server = await serve({
      "GET /api/v1/leases?mac=92%3Afd%3Ace%3A0b%3Ac9%3Afa": () => ({ body: [LEASE] }),
    });
    const { code, out } = await leasehold(["leases", "--mac", mac, "-s", server]);
    expect([code, out]).toEqual([0, expect.stringContaining("1 lease")]);
  },
);

const USAGE_ERRORS: readonly string[][] = [
  ["leases", "--mac", "alice"],
  ["leases", "--mac", "92:fd:ce:0b:c9"],
  ["leases", "--address", "10.77.21.300"],
  ["leases", "--address", "10.77.16.1/24"],
  ["leases", "--state", "nonsense"],
  ["leases", "--client", "zz"],
  ["leases", "--hostname", "two words"],
  ["leases", "--limit", "some"],
  ["lease", "10.77.300.1"],
  ["lease", "10.77.16"],
  ["why", "10.77.300.1"],
  ["why", "two words"],
  ["why", "c1", "--limit", "x"],
  ["explain", "10.0.0"],
  ["host", "10.77.0.300"],
  ["host", "two words"],
  ["host", ""],
  ["lease clear", "10.77.0.300"],
  ["lease clear", "c1"],
  ["leases", "--of", "10.77.0.300"],
  ["explain", "c1", "--relay", "10.77.0.300"],
  ["explain", "c1", "--address", "x"],
  ["explain", "c1", "--client-id", "zz"],
  ["explain", "c1", "--hostname", "two words"],
  ["explain", "c1", "--arch", "65536"],
  ["explain", "c1", "--arch", "arm"],
  ["explain", "c1", "--uuid", "4c4c4544"],
  ["explain", "c1", "--type", "NAK"],
  ["explain", "--packet", "0102"],
  ["history", "x"],
  ["history", "99999999999999999999"],
  ["rollback", "0"],
  ["node", "drain", "two words"],
  ["node", "drain", ""],
  ["boot render", "10.77.0.300"],
  ["boot render", "c1", "--as", "lilo"],
  ["boot render", "c1", "--arch", "a b"],
  ["boot why", "10.77.0.300"],
  ["boot why", "two words"],
  ["boot log", "10.77.0.300"],
  ["boot log", "c1", "--limit", "x"],
  ["boot fetch", "--suite", "Two Words"],
  ["help", "nosuch"],
];

test.each(
  USAGE_ERRORS.map(([name, ...words]) => [...name!.split(" "), ...words]).map((words) => [
    words.join(" "),
    words,
  ]),
)("field report 6: `%s` is a usage error, and nobody is asked", async (_, words) => {
  const asked = await leasehold([...words, "-s", "http://127.0.0.1:1"]);
  expect([asked.code, asked.out]).toEqual([2, ""]);
  expect(asked.err).toMatch(/^leasehold: .+\n.+/);
});

/** Of commands whose arguments are files, or none. */
const NAMES_NOBODY = ["apply", "diff", "store accept-loss", "init", "status", "hosts", "version"];

test("field report 6: every command that takes an identifier is among these", () => {
  const covered = new Set(USAGE_ERRORS.map(([name]) => name));
  const named = commands.map(({ name }) => name);
  expect(named.filter((name) => !covered.has(name))).toEqual(
    named.filter((name) => NAMES_NOBODY.includes(name)),
  );
});

test("field report 6: a prefix is asked for as one; a subnet that is none is a usage error", async () => {
  const words = "subnet: found nosuch, expected one of compute";
  const server = await serve({
    "GET /api/v1/leases?address=10.77.16.0%2F24": () => ({ body: [LEASE] }),
    "GET /api/v1/leases?subnet=nosuch": () => ({ status: 422, body: { error: words } }),
  });
  const ofPrefix = await leasehold(["leases", "--address", "10.77.16.0/24", "-s", server]);
  expect([ofPrefix.code, ofPrefix.out]).toEqual([0, expect.stringContaining("1 lease")]);
  const none = await leasehold(["leases", "--subnet", "nosuch", "-s", server]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining(words)]);
});

test("field report 6: lease and why take a host name; why of nobody fails", async () => {
  const outcome = { at: "2026-11-21T09:59:00Z", type: "REQUEST", outcome: "ACK", reason: null, xid: "1d" };
  const server = await serve({
    "GET /api/v1/leases?of=c1": () => ({ body: [LEASE] }),
    "GET /api/v1/cluster": () => ({
      body: { node: "n1", nodes: [{ name: "n1", state: "serving", api: "127.0.0.1:1", addresses: [] }] },
    }),
    "GET /api/v1/outcomes?client=c1&limit=20": () => ({
      body: { node: "n1", outcomes: [{ ...outcome, address: "10.77.16.9" }] },
    }),
    "GET /api/v1/outcomes?client=c9&limit=20": () => ({ status: 404, body: { error: "Nobody." } }),
  });
  expect((await leasehold(["lease", "c1", "-s", server])).out).toContain("10.77.16.9");
  expect((await leasehold(["why", "c1", "-s", server])).out).toContain("ACK");
  const nobody = await leasehold(["why", "c9", "-s", server]);
  expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining("matches `c9`")]);
});

const hosts = { "GET /api/v1/hosts": () => ({ body: [] }) };

test.each([401, 403, 503, 500])("A13: a node that answers %i gives way to the next", async (status) => {
  const refusing = await serve({ "GET /api/v1/hosts": () => ({ status, body: { error: "No." } }) });
  const other = await serve({ ...hosts, "GET /readyz": () => ({ status: 503, body: {} }) });
  const { code, out } = await leasehold(["hosts", "-s", `${refusing},${other}`]);
  expect([code, out]).toEqual([0, "HOST  HOSTNAME  MAC  ADDRESSES  SOURCE  PROBLEMS\n\n0 hosts"]);
});

test("A13: when no node is left, each is named with what it said", async () => {
  const refusing = await serve({ "GET /api/v1/hosts": () => ({ status: 401, body: {} }) });
  const { code, err } = await leasehold(["hosts", "-s", `http://127.0.0.1:1,${refusing}`]);
  expect(code).toBe(1);
  expect(err).toContain("did not accept the token");
});

test("A13: a change whose answer is lost is not sent again; one that did not arrive is", async () => {
  const server = await serve({
    "GET /api/v1/network": () => ({ status: 404, body: {} }),
    "POST /api/v1/network/validate": () => ({ body: { problems: [] } }),
    "PUT /api/v1/network?accept=loss": () => ({ body: { revision: 1 } }),
  });
  const refusing = await serve({ ...hosts, "GET /api/v1/network": () => ({ status: 401, body: {} }) });
  const applied = await leasehold(["apply", "f", "--yes", "-s", `${refusing},${server}`]);
  expect([applied.code, applied.out]).toEqual([0, expect.stringContaining("Applied as revision 1")]);
});

test("A13: what speaks no HTTP is no reason to stop", async () => {
  const deaf = createServer((socket) => socket.end("SSH-2.0\r\n")).listen(0, "127.0.0.1");
  await new Promise((resolve) => deaf.once("listening", resolve));
  const { port } = deaf.address() as { port: number };
  const server = await serve(hosts);
  expect((await leasehold(["hosts", "-s", `http://127.0.0.1:${port},${server}`])).code).toBe(0);
  deaf.close();
});
