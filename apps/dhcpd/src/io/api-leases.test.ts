// The route that lists leases, over a view without a node.
import { instant, type Lease, type LeaseState, LeaseView } from "@leasehold/leases";
import { formatIpv4, ipv4 } from "@leasehold/protocol";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { lease } from "../../test/leasequery.ts";
import { addLeases } from "./api-leases.ts";

const LEASES = 3000;
const NOW = instant(0);
const addressOf = (i: number) => formatIpv4(ipv4(0x0a000000 + i));

function appOf(count: number) {
  const view = new LeaseView();
  for (let i = 0; i < count; i++) {
    const state: LeaseState = i % 1000 === 7 ? "declined" : "bound";
    view.apply(lease(addressOf(i), { state }));
  }
  const app = Fastify();
  addLeases(app, { world: { view }, clocks: { now: () => NOW } });
  return { view, list: async (query = "") => (await app.inject(`/api/v1/leases${query}`)).json() };
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
  expect(await list(`?client=${other.client}&address=10.0.0.3x`)).toEqual([]);
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
