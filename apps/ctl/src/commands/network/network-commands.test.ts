// The commands that look at the network document and change it.
import { beforeEach, describe, expect, test } from "vitest";
import { DOCUMENT, leasehold, type Route, serve } from "../../../test/played-server.ts";

test("apply: stores under the revision that was read, as the YAML that was given", async () => {
  let sent: unknown;
  const server = await serve({
    "GET /api/v1/network": () => ({ status: 404, body: { error: "There is no network document yet." } }),
    "PUT /api/v1/network": ({ headers }, body) => {
      sent = {
        match: headers["if-match"],
        type: headers["content-type"],
        token: headers.authorization,
        body,
      };
      return { body: { revision: 1 } };
    },
  });
  const { code, out } = await leasehold(["apply", "network.yaml", "--server", server, "--token", "secret"]);
  expect(code).toBe(0);
  expect(out).toContain("Applied as revision 1.");
  expect(sent).toEqual({ match: '"0"', type: "application/yaml", token: "Bearer secret", body: DOCUMENT });
});

test("apply: a concurrent change", async () => {
  const server = await serve({
    "GET /api/v1/network": () => ({ etag: '"7"', body: { revision: 7, document: null } }),
    "PUT /api/v1/network": () => ({ status: 412, body: { error: "Revision 8 is current." } }),
  });
  const { code, err } = await leasehold(["apply", "network.yaml", "--server", server]);
  expect(code).toBe(1);
  expect(err).toContain("Conflict: the network document was changed since revision 7.");
});

test("apply: a file with mistakes is answered with all of them, and nothing is sent", async () => {
  const readText = async () => DOCUMENT.replace("10.77.0.0/16", "10.77.0.0/99").replace("range:", "rnage:");
  const { code, err } = await leasehold(["apply", "network.yaml", "--server", "127.0.0.1:1"], { readText });
  expect(code).toBe(1);
  expect(err).toMatch(/network\.yaml:4/);
  expect(err).toMatch(/network\.yaml:6/);
  expect(err).toContain("nothing was sent");
});

test("diff: what the cluster says already is no difference", async () => {
  const { readNetwork } = await import("@leasehold/network");
  const read = readNetwork(DOCUMENT);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const server = await serve({
    "GET /api/v1/network": () => ({ etag: '"3"', body: { revision: 3, document: read.document } }),
  });
  expect((await leasehold(["diff", "network.yaml", "--server", server])).out).toContain("No changes");
  const readText = async () => DOCUMENT.replace("- id:", "- lease: { seconds: 300 }\n    id:");
  const changed = await leasehold(["diff", "network.yaml", "--server", server, "--json"], { readText });
  expect(JSON.parse(changed.out)).toEqual({
    revision: 3,
    changes: ["+ subnets[compute].lease.seconds: 300"],
  });
});

const documentOf = (seconds: number) => ({
  version: 1,
  subnets: [{ id: "compute", prefix: "10.77.0.0/16", lease: { seconds } }],
});
const row = { inForce: false, changes: null, summary: null, sameAs: null, deleted: false };
const BACK = "~ subnets[compute].lease.seconds: 600 → 300";
const FORTH = "~ subnets[compute].lease.seconds: 300 → 600";
const KEPT = [
  {
    ...row,
    revision: 9,
    at: "2026-11-21T09:59:00.000Z",
    inForce: true,
    changes: 1,
    summary: BACK,
    sameAs: 5,
  },
  { ...row, revision: 7, at: "2026-11-21T09:00:00.000Z", changes: 2, summary: FORTH },
  { ...row, revision: 6, at: "2026-11-21T08:00:00.000Z", deleted: true },
  { ...row, revision: 5, at: "2026-11-20T10:00:00.000Z" },
];
const revision = (number: number, seconds: number, changes: string[] | null): Record<string, Route> => ({
  [`GET /api/v1/network/history/${number}`]: () => ({
    body: { revision: number, at: "2026-11-21T09:00:00.000Z", document: documentOf(seconds), changes },
  }),
});
const HISTORY = {
  "GET /api/v1/network/history": () => ({ body: KEPT }),
  ...revision(9, 300, [BACK]),
  ...revision(7, 600, [FORTH]),
  ...revision(5, 300, null),
};

describe("history", () => {
  test("all revisions, newest first, with what they changed", async () => {
    const server = await serve(HISTORY);
    expect((await leasehold(["history", "--server", server])).out.split("\n")).toEqual([
      "REVISION  STORED  IN FORCE  CHANGES  WHAT",
      "9         1m ago  yes       1        as revision 5; ~ subnets[compute].lease.seconds: 600 → 300",
      "7         1h ago  -         2        ~ subnets[compute].lease.seconds: 300 → 600 …",
      "6         2h ago  -         -        deleted from the store",
      "5         1d ago  -         -        -",
      "",
      "4 revisions; `leasehold rollback` goes back.",
    ]);
  });

  test("one revision: all that it changed, and with --json the document", async () => {
    const server = await serve(HISTORY);
    expect((await leasehold(["history", "7", "--server", server])).out.split("\n")).toEqual([
      "revision  7",
      "stored    1h ago (2026-11-21T09:00:00.000Z)",
      "",
      FORTH,
    ]);
    const json = await leasehold(["history", "7", "--json", "--server", server]);
    expect(JSON.parse(json.out).document).toEqual(documentOf(600));
    expect((await leasehold(["history", "x", "--server", server])).code).toBe(2);
  });
});

describe("rollback", () => {
  const putting = (sent: unknown[], status = 200): Record<string, Route> => ({
    "PUT /api/v1/network": ({ headers }, body) => {
      sent.push([headers["if-match"], JSON.parse(body)]);
      return { status, body: { revision: 10 } };
    },
  });

  test("shows the difference to the one before, and stores that on top of the newest", async () => {
    const sent: unknown[] = [];
    const server = await serve({ ...HISTORY, ...putting(sent) });
    const { code, out } = await leasehold(["rollback", "--server", server]);
    expect([code, out.split("\n")]).toEqual([
      0,
      [FORTH, "Applied as revision 10.", expect.stringContaining("follow revision 10")],
    ]);
    expect(sent).toEqual([['"9"', documentOf(600)]]);
  });

  test("to what is there already: nothing is sent", async () => {
    const sent: unknown[] = [];
    const server = await serve({ ...HISTORY, ...putting(sent) });
    const { out } = await leasehold(["rollback", "5", "--server", server]);
    expect(out).toBe("No changes: revision 5 is identical to revision 9.");
    expect(sent).toEqual([]);
  });

  test("a concurrent change", async () => {
    const server = await serve({ ...HISTORY, ...putting([], 412) });
    const { code, err } = await leasehold(["rollback", "7", "--server", server]);
    expect(code).toBe(1);
    expect(err).toContain("was changed since revision 9 and is now at revision 10. Nothing was stored.");
  });

  test("with nothing to go back to", async () => {
    const server = await serve({ "GET /api/v1/network/history": () => ({ body: KEPT.slice(0, 1) }) });
    const { code, err } = await leasehold(["rollback", "--server", server]);
    expect([code, err]).toEqual([1, expect.stringContaining("There is no earlier revision")]);
  });
});

describe("apply --dry-run", () => {
  const CURRENT: Record<string, Route> = {
    "GET /api/v1/network": () => ({ etag: '"9"', body: { revision: 9, document: documentOf(300) } }),
  };

  test("a node checks the document, and nothing is stored", async () => {
    const sent: string[] = [];
    const server = await serve({
      ...CURRENT,
      "POST /api/v1/network/validate": (_, body) => {
        sent.push(body);
        return { body: { problems: [] } };
      },
    });
    const { code, out } = await leasehold(["apply", "--dry-run", "network.yaml", "--server", server]);
    expect(code).toBe(0);
    expect(out).toContain("- subnets[compute].lease.seconds: 300");
    expect(out).toContain("No problems found. Nothing was stored. The base is revision 9.");
    expect(sent).toEqual([DOCUMENT]);
  });

  test("a problem that only the node finds is reported with its line", async () => {
    const problem = {
      path: "subnets[0].id",
      line: 3,
      column: 5,
      found: "compute",
      expected: "a better name",
    };
    const server = await serve({
      ...CURRENT,
      "POST /api/v1/network/validate": () => ({ status: 422, body: { problems: [problem] } }),
    });
    const { code, err } = await leasehold(["apply", "--dry-run", "network.yaml", "--server", server]);
    expect(code).toBe(1);
    expect(err).toContain("network.yaml:3:5: subnets[0].id: found compute, expected a better name.");
    expect(err).toContain("refused network.yaml. Nothing was stored.");
  });
});

describe("A12: what a change loses is shown before it is stored", () => {
  const lines = ["4 leases will be refused: no subnet has this address.", "n1, n2, n3: eth0 has no subnet."];
  const impact = { isLoss: true, lines };
  const nodes = (revisions: readonly number[]) =>
    revisions.map((networkRevision, i) => ({ name: `n${i + 1}`, state: "serving", networkRevision }));
  let stored: string[];
  let followed: number[];

  const cluster = () =>
    serve({
      "GET /api/v1/network": () => ({ status: 404, body: {} }),
      "POST /api/v1/network/validate": () => ({ body: { problems: [], impact } }),
      "PUT /api/v1/network": () => ({ status: 409, body: { error: "No.", impact } }),
      "PUT /api/v1/network?accept=loss": (_, body) => {
        stored.push(body);
        return { body: { revision: 8 } };
      },
      "GET /api/v1/cluster": () => {
        const revisions = stored.length > 0 ? [8, 8, followed.shift() ?? 8] : [7, 7, 7];
        const dead = { name: "n4", state: "dead", networkRevision: 7 };
        return { body: { node: "n1", nodes: [...nodes(revisions), dead] } };
      },
    });

  beforeEach(() => {
    stored = [];
    followed = [7, 7];
  });

  test("without a terminal and without --yes nothing is stored, and the exit code says so", async () => {
    const { code, out, err } = await leasehold(["apply", "f", "-s", await cluster()]);
    expect([code, stored]).toEqual([1, []]);
    for (const line of lines) expect(out).toContain(`! ${line}`);
    expect(err).toContain("Nothing was stored");
  });

  test.each([
    [true, 0, 1],
    [false, 1, 0],
  ])("at a terminal it asks: %s", async (answer, code, count) => {
    const asked = await leasehold(["apply", "f", "-s", await cluster()], { confirm: async () => answer });
    expect([asked.code, stored.length]).toEqual([code, count]);
  });

  test("diff and --dry-run show it and store nothing", async () => {
    for (const words of [
      ["diff", "f"],
      ["apply", "--dry-run", "f"],
    ]) {
      const { code, out } = await leasehold([...words, "-s", await cluster()]);
      expect([code, out]).toEqual([0, expect.stringContaining(`! ${lines[0]}`)]);
    }
    expect(stored).toEqual([]);
  });

  test("--yes stores it, and waits until all nodes that are alive follow", async () => {
    const { code, out } = await leasehold(["apply", "f", "--yes", "-s", await cluster()]);
    expect(code).toBe(0);
    expect(out).toMatch(/3 of 4 nodes follow revision 8 after \d+ ms\. n4 is away\.$/);
    expect(followed).toEqual([]);
  });

  test("a node that does not follow is named", async () => {
    followed = Array(1000).fill(7);
    const asked = ["apply", "f", "--yes", "-s", await cluster()];
    const { code, err } = await leasehold(asked, { followTimeoutMs: 100, now: () => performance.now() });
    expect([code, err]).toEqual([1, expect.stringMatching(/revision 8, but n3 did not use it/)]);
  });
});
