// The routes that say why, over a node without sockets.

import { newHttpServer } from "@leasehold/daemon";
import { instant } from "@leasehold/leases";
import type { FastifyInstance } from "fastify";
import { beforeEach, expect, test } from "vitest";
import { TestNode } from "../../../test/node.ts";
import { alice, ip } from "../../../test/wire.ts";
import { RecentOutcomes } from "../../telemetry/recent-outcomes.ts";
import { addExplain } from "./explain.ts";

let app: FastifyInstance;
let outcomes: RecentOutcomes;

beforeEach(() => {
  const node = new TestNode();
  outcomes = new RecentOutcomes();
  app = newHttpServer();
  addExplain(app, {
    world: node.world,
    clocks: node.core.clocks,
    outcomes,
    ingresses: [{ interfaceName: "eth0", addresses: [ip(node.address)] }],
    dryRun: (packet, ingress) => node.service.dryRun(packet, ingress),
  });
});

const ask = (body: object) => app.inject({ method: "POST", url: "/api/v1/explain", body });

test("POST explain", async () => {
  const reply = await ask({ mac: alice.mac });
  expect([reply.statusCode, reply.json().decision.reply]).toEqual([200, "OFFER"]);
});

test("POST explain: what cannot be understood is 422", async () => {
  const mistyped = await ask({ mac: "alice" });
  expect(mistyped.statusCode).toBe(422);
  expect(mistyped.json().problems).toEqual([
    { path: "mac", found: '"alice"', expected: "a hardware address" },
  ]);
  const noPacket = await ask({ packet: "00" });
  expect([noPacket.statusCode, noPacket.json().error]).toEqual([
    422,
    expect.stringContaining("not a DHCP message"),
  ]);
});

test("GET outcomes: of one client, however it is written, the newest first", async () => {
  for (const [at, outcome, reason] of [
    [1000, "OFFER", undefined],
    [2000, "NAK", "held by another"],
  ] as const) {
    outcomes.note({
      ...{ at: instant(at), outcome, reason, type: 3, xid: 0x1d },
      ...{ mac: alice.mac, client: alice.client, address: ip("10.0.0.10") },
    });
  }
  const { node, outcomes: found } = (await app.inject("/api/v1/outcomes?client=02-00-00-00-00-01")).json();
  expect(node).toBe("n1");
  expect(found).toEqual([
    {
      at: "1970-01-01T00:00:02.000Z",
      type: "REQUEST",
      outcome: "NAK",
      reason: "held by another",
      address: "10.0.0.10",
      xid: "1d",
    },
    {
      at: "1970-01-01T00:00:01.000Z",
      type: "REQUEST",
      outcome: "OFFER",
      reason: null,
      address: "10.0.0.10",
      xid: "1d",
    },
  ]);
  const byIdentity = await app.inject(`/api/v1/outcomes?client=${alice.client}&limit=1`);
  expect(byIdentity.json().outcomes).toHaveLength(1);
});

test("field report 6: an address and a name lead to the client; what nobody has is 404", async () => {
  outcomes.note({
    ...{ at: instant(1), outcome: "ACK", reason: undefined, type: 3, xid: 1 },
    ...{ mac: alice.mac, client: alice.client, address: ip("10.0.0.10") },
  });
  expect((await app.inject("/api/v1/outcomes?client=10.0.0.10")).json().outcomes).toHaveLength(1);
  for (const nobody of ["10.0.0.11", "nobody"])
    expect((await app.inject(`/api/v1/outcomes?client=${nobody}`)).statusCode).toBe(404);
  expect((await ask({ client: "nobody" })).statusCode).toBe(404);
  expect((await ask({ client: "10.0.0.300" })).statusCode).toBe(422);
});

test("A9: a body that is nested 200,000 deep is told so", async () => {
  const body = `${'{"mac":'.repeat(200_000)}1${"}".repeat(200_000)}`;
  const headers = { "content-type": "application/json" };
  const reply = await app.inject({ method: "POST", url: "/api/v1/explain", headers, body });
  expect([reply.statusCode, reply.json().error]).toEqual([413, expect.any(String)]);
  const smaller = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const other = await app.inject({ method: "POST", url: "/api/v1/explain", headers, body: smaller });
  expect([other.statusCode, other.json().error]).toEqual([400, expect.stringContaining("nested")]);
});

test.each(["", "?client=aa&limit=0", "?client=aa&limit=x", "?client=aa&limit=1001"])(
  "GET outcomes%s: 422",
  async (query) => {
    expect((await app.inject(`/api/v1/outcomes${query}`)).statusCode).toBe(422);
  },
);
