// The route that lists leases, over a view without a node.

import { newHttpServer } from "@leasehold/daemon";
import { Inventory } from "@leasehold/inventory";
import { instant, type Lease, type LeaseState, LeaseView } from "@leasehold/leases";
import { compileNetwork } from "@leasehold/network";
import { formatIpv4, ipv4 } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { lease } from "../../../test/leasequery.ts";
import { addLeases } from "./leases.ts";

const LEASES = 3000;
const NOW = instant(0);
const addressOf = (i: number) => formatIpv4(ipv4(0x0a000000 + i));

function appOf(count: number) {
  const view = new LeaseView();
  for (let i = 0; i < count; i++) {
    const state: LeaseState = i % 1000 === 7 ? "declined" : "bound";
    view.apply(lease(addressOf(i), { state }));
  }
  const app = newHttpServer();
  const subnets = ["compute", "elsewhere"].map((id, i) => ({ id, prefix: `10.${i}.0.0/16` }));
  const network = compileNetwork({ version: 1, subnets }, 1);
  addLeases(app, { world: { view, inventory: new Inventory(), network }, clocks: { now: () => NOW } });
  const ask = (query: string) => app.inject(`/api/v1/leases${query}`);
  return { view, ask, list: async (query = "") => (await ask(query)).json() };
}

const addresses = (rows: readonly { address: string }[]) => rows.map(({ address }) => address);

test("GET leases: all of them, in pieces", async () => {
  const rows = await appOf(LEASES).list();
  expect(new Set(addresses(rows))).toEqual(new Set(Array.from({ length: LEASES }, (_, i) => addressOf(i))));
  expect(rows).toHaveLength(LEASES);
});

test("GET leases: none, and none that fits", async () => {
  expect(await appOf(0).list()).toEqual([]);
  expect(await appOf(LEASES).list("?subnet=elsewhere")).toEqual([]);
});

test("GET leases: few that are far from each other", async () => {
  const rows = await appOf(LEASES).list("?state=declined");
  expect(addresses(rows)).toEqual([7, 1007, 2007].map(addressOf));
});

test("GET leases: of an address, of a client, and of both", async () => {
  const { view, list } = appOf(20);
  const [some, other] = [view.get(ipv4(0x0a000003)), view.get(ipv4(0x0a000004))] as [Lease, Lease];
  expect(addresses(await list(`?address=${addressOf(3)}`))).toEqual([addressOf(3)]);
  expect(addresses(await list(`?client=${some.client}`))).toContain(addressOf(3));
  expect(await list(`?address=${addressOf(3)}&state=declined`)).toEqual([]);
  expect(await list(`?client=${other.client}&address=10.0.0.3&limit=1`)).toHaveLength(
    other.client === some.client ? 1 : 0,
  );
});

test("field report 6: GET leases: any spelling, a prefix, a limit, and whatever names a client", async () => {
  const { view, list } = appOf(600);
  const some = view.get(ipv4(0x0a000003))!;
  const identity = some.client.toUpperCase().replace(/..(?=.)/g, "$&-");
  expect(addresses(await list(`?client=${identity}&address=10.0.0.3`))).toEqual(["10.0.0.3"]);
  expect(await list("?address=10.0.0.0/24")).toHaveLength(256);
  expect(await list("?limit=7")).toHaveLength(7);
  expect(addresses(await list("?of=10.0.0.9"))).toEqual(["10.0.0.9"]);
});

test.each([
  ["?address=10.77.21.300", "address", '"10.77.21.300"'],
  ["?address=10.0.0.1/24", "address", '"10.0.0.1/24"'],
  ["?mac=alice", "mac", '"alice"'],
  ["?client=zz", "client", '"zz"'],
  ["?state=nonsense", "state", '"nonsense"'],
  ["?subnet=nosuch", "subnet", '"nosuch"'],
  ["?limit=0", "limit", '"0"'],
  ["?limit=1e3", "limit", '"1e3"'],
  ["?of=10.0.0", "of", '"10.0.0"'],
  ["?stat=bound", "stat", 'an unknown key "stat"'],
  ["?state=bound&state=bound", "state", "2 values"],
  ["?hostname=", "hostname", '""'],
])("field report 6, A9: GET leases%s is 422 with words", async (query, path, found) => {
  const reply = await appOf(3).ask(query);
  expect([reply.statusCode, reply.json().problems[0]]).toEqual([
    422,
    expect.objectContaining({ path, found }),
  ]);
  expect(reply.json().error).toContain(`${path}: found ${found}, expected `);
});

test("GET leases: others have their turns meanwhile, also where nothing fits", async () => {
  const { list } = appOf(LEASES);
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await list("?subnet=elsewhere");
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(LEASES / 500);
});

test("GET leases: every state that a lease is shown in can be asked for", async () => {
  for (const state of ["offered", "bound", "expired", "released", "declined", "unreadable"])
    expect((await appOf(3).ask(`?state=${state}`)).statusCode).toBe(200);
});
