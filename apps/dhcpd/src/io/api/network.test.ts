// The routes of the network document over a store in memory: what is stored, what is refused and why, what was.
import type { StoredRecord } from "@leasehold/bus";
import { newHttpServer } from "@leasehold/daemon";
import { compileNetwork, type NetworkDocument, readNetwork } from "@leasehold/network";
import type { FastifyInstance } from "fastify";
import { beforeEach, describe, expect, test } from "vitest";
import { historySteps, revisionView } from "../../views/network-history.ts";
import { addNetwork } from "./network.ts";

const YAML = `version: 1
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    lease: { seconds: 300 }
`;
const FIRST: NetworkDocument = {
  version: 1,
  subnets: [{ id: "compute", prefix: "10.77.0.0/16", lease: { seconds: 300 } }],
};
const SECOND: NetworkDocument = {
  version: 1,
  subnets: [{ id: "compute", prefix: "10.77.0.0/16", lease: { seconds: 600 } }],
};

let records: StoredRecord[];
let inForce: number;
let app: FastifyInstance;

/** What the thread of the node does. */
const keptOnes = {
  history: async () => [...historySteps(records, inForce)].reverse(),
  revision: async (revision: number) => JSON.stringify(revisionView(records, revision)),
  check: async (text: string) => readNetwork(text),
};

beforeEach(() => {
  records = [];
  inForce = 0;
  app = newHttpServer();
  addNetwork(app, {
    inForce: () => {
      const record = records.find(({ revision }) => revision === inForce);
      return compileNetwork((record?.value as NetworkDocument) ?? { version: 1, subnets: [] }, inForce);
    },
    newest: async () => records.at(-1),
    ...keptOnes,
    put: async (document, expected) => {
      if (expected !== (records.at(-1)?.revision ?? 0)) return { ok: false };
      return { ok: true, revision: keep(document) };
    },
  });
});

/** As if it had been stored, a minute after the one before. */
function keep(value: unknown): number {
  const revision = (records.at(-1)?.revision ?? 0) + 1;
  records.push({
    key: "document",
    data: undefined,
    value,
    revision,
    at: Date.UTC(2026, 10, 21, 10, revision),
  });
  if (value !== undefined) inForce = revision;
  return revision;
}

const put = (body: string, ifMatch?: string, type = "application/yaml") =>
  app.inject({
    method: "PUT",
    url: "/api/v1/network",
    headers: { "content-type": type, ...(ifMatch && { "if-match": ifMatch }) },
    body,
  });

describe("PUT /api/v1/network", () => {
  test("stores the first document, and says its revision in body and ETag", async () => {
    const reply = await put(YAML, '"0"');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({ revision: 1 });
    expect(reply.headers.etag).toBe('"1"');
    expect(records.at(-1)!.value).toEqual(FIRST);
  });

  test("JSON, and a body of no said type, are the same", async () => {
    await put(JSON.stringify(FIRST, undefined, "\t"), '"0"', "application/json");
    await put(JSON.stringify(SECOND), '"1"', "application/x-www-form-urlencoded");
    expect(records.map(({ value }) => value)).toEqual([FIRST, SECOND]);
  });

  test("A9: 422 for an If-Match that is no revision, and for a revision that is none", async () => {
    for (const ifMatch of ['"x"', '"99999999999999999999"', "1, 2"])
      expect((await put(YAML, ifMatch)).statusCode).toBe(422);
    for (const revision of ["x", "1.5", "1e2", "0", "99999999999999999999"])
      expect((await app.inject(`/api/v1/network/history/${revision}`)).statusCode).toBe(422);
  });

  test("428 without If-Match", async () => {
    expect((await put(YAML)).statusCode).toBe(428);
  });

  test("412 on top of an old revision, with the newest one", async () => {
    keep(FIRST);
    keep(SECOND);
    const reply = await put(YAML, '"1"');
    expect(reply.statusCode).toBe(412);
    expect(reply.json()).toMatchObject({
      revision: 2,
      error: expect.stringContaining("changed since revision 1"),
    });
    expect(records).toHaveLength(2);
  });

  test("* replaces whatever is there, also what the node could not use", async () => {
    keep(FIRST);
    keep("not a document");
    inForce = 1;
    expect((await put(YAML, "*")).json()).toEqual({ revision: 3 });
  });

  test.each(['"0"', '"1"', "*"])("a deleted key is no obstacle, based on %s", async (ifMatch) => {
    keep(FIRST);
    keep(undefined);
    expect((await put(YAML, ifMatch)).json()).toEqual({ revision: 3 });
  });
});

const MISTAKES = YAML.replace("10.77.0.0/16", "10.77.0.0/99").replace("seconds:", "secnods:");

test.each([
  ["YAML", MISTAKES, [4, 5]],
  [
    "JSON",
    JSON.stringify(
      { version: 1, subnets: [{ id: "a", prefix: "10.0.0.0/99", lease: { secnods: 1 } }] },
      null,
      2,
    ),
    [6, 8],
  ],
])("%s with mistakes: 422, each with its line, and nothing is stored", async (_, text, lines) => {
  const stored = await put(text, '"0"');
  const validated = await app.inject({ method: "POST", url: "/api/v1/network/validate", body: text });
  for (const reply of [stored, validated]) {
    expect(reply.statusCode).toBe(422);
    expect(reply.json().problems.map((problem: { line: number }) => problem.line)).toEqual(lines);
  }
  expect(records).toEqual([]);
});

test("POST validate: no problems, and nothing is stored", async () => {
  const reply = await app.inject({ method: "POST", url: "/api/v1/network/validate", body: YAML });
  expect([reply.statusCode, reply.json()]).toEqual([200, { problems: [] }]);
  expect(records).toEqual([]);
});

describe("GET /api/v1/network/history", () => {
  beforeEach(() => {
    for (const value of [FIRST, SECOND, undefined, FIRST]) keep(value);
  });

  test("newest first, with what each revision changed", async () => {
    const entries = (await app.inject("/api/v1/network/history")).json();
    const back = "~ subnets[compute].lease.seconds: 600 → 300";
    const forth = "~ subnets[compute].lease.seconds: 300 → 600";
    const common = { inForce: false, sameAs: null, deleted: false, broken: null };
    expect(entries).toEqual([
      {
        ...common,
        revision: 4,
        at: "2026-11-21T10:04:00.000Z",
        inForce: true,
        changes: 1,
        summary: back,
        sameAs: 1,
      },
      {
        ...common,
        revision: 3,
        at: "2026-11-21T10:03:00.000Z",
        changes: null,
        summary: null,
        deleted: true,
      },
      { ...common, revision: 2, at: "2026-11-21T10:02:00.000Z", changes: 1, summary: forth },
      { ...common, revision: 1, at: "2026-11-21T10:01:00.000Z", changes: null, summary: null },
    ]);
  });

  test("one revision has the document and all that it changed", async () => {
    expect((await app.inject("/api/v1/network/history/2")).json()).toEqual({
      revision: 2,
      at: "2026-11-21T10:02:00.000Z",
      document: SECOND,
      changes: ["~ subnets[compute].lease.seconds: 300 → 600"],
      broken: null,
    });
  });

  test.each(["3", "99"])("404 for %s", async (revision) => {
    const reply = await app.inject(`/api/v1/network/history/${revision}`);
    expect([reply.statusCode, reply.json().fix]).toEqual([404, expect.stringContaining("leasehold history")]);
  });
});

describe("A6: what the store holds is one thing, what is in force another", () => {
  const get = async () => {
    const reply = await app.inject("/api/v1/network");
    return [reply.statusCode, reply.headers.etag, reply.json().revision, reply.json().stored];
  };

  test("both the same: the ETag is its revision", async () => {
    keep(FIRST);
    expect(await get()).toEqual([200, '"1"', 1, { revision: 1, state: "document", problem: null }]);
  });

  test("the store lost it: ETag 0, and a change based on that, or on what is in force, is stored", async () => {
    keep(FIRST);
    const lost = records.pop()!;
    app = newHttpServer();
    addNetwork(app, {
      inForce: () => compileNetwork(lost.value as NetworkDocument, 1),
      newest: async () => records.at(-1),
      ...keptOnes,
      put: async (document, expected) =>
        expected === 0 ? { ok: true, revision: keep(document) } : { ok: false },
    });
    expect(await get()).toEqual([200, '"0"', 1, { revision: 0, state: "absent", problem: null }]);
    expect((await put(YAML, '"1"')).json()).toEqual({ revision: 1 });
  });

  test.each([
    ["a text", "not a document"],
    ["nothing", null],
    ["a list", [[], [1]]],
    ["another version", { ...FIRST, version: 2 }],
    ["a subnet that is none", { version: 1, subnets: [{ id: "a", prefix: 7 }] }],
    ["half of one", { version: 1 }],
  ])(
    "%s was written past the API: said by GET, history and revision, and none of them fails",
    async (_, value) => {
      keep(FIRST);
      keep(value);
      inForce = 1;
      const problem = expect.stringMatching(/./);
      expect(await get()).toEqual([200, '"2"', 1, { revision: 2, state: "broken", problem }]);
      keep(SECOND);
      const entries = (await app.inject("/api/v1/network/history")).json();
      expect(
        entries.map((entry: { broken: unknown; changes: unknown }) => [entry.broken, entry.changes]),
      ).toEqual([
        [null, 1],
        [problem, null],
        [null, null],
      ]);
      const one = (await app.inject("/api/v1/network/history/2")).json();
      expect(one).toMatchObject({ document: value, changes: null, broken: problem });
    },
  );
});
