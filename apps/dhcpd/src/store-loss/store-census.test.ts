// A2: all nodes started after a purge: nobody knows what was lost, and that is said.
import { expect, test } from "vitest";
import { StoreCensus } from "./store-census.ts";

const DAY = 24 * 3600 * 1000;

test("A2: the store has less than members noted: said until it has as much again", () => {
  const census = new StoreCensus();
  census.look({ leases: 0, hosts: 4 }, { leases: 12, hosts: 4 }, 0);
  expect(census.lostLeases).toContain("the store had 12 addresses and has lost 12 of them");
  expect([census.lostHosts, census.isSettled]).toEqual([undefined, false]);
  census.look({ leases: 5, hosts: 3 }, { leases: 12, hosts: 4 }, 1000);
  expect(census.lostLeases).toContain("has lost 7");
  expect(census.lostHosts).toContain("had 4 hosts and has lost 1");
  census.look({ leases: 12, hosts: 4 }, { leases: 12, hosts: 4 }, 2000);
  expect([census.lostLeases, census.lostHosts, census.isSettled]).toEqual([undefined, undefined, true]);
});

test("A2: said for a day at most", () => {
  const census = new StoreCensus();
  census.look({ leases: 1, hosts: 0 }, { leases: 2, hosts: 0 }, 0);
  census.look({ leases: 1, hosts: 0 }, { leases: 2, hosts: 0 }, DAY - 1);
  expect(census.isSettled).toBe(false);
  census.look({ leases: 1, hosts: 0 }, { leases: 2, hosts: 0 }, DAY);
  expect(census.isSettled).toBe(true);
});

test("A2: a node that lived through it does not say so: what it knew it has written back", () => {
  const census = new StoreCensus();
  census.look({ leases: 12, hosts: 0 }, { leases: 12, hosts: 0 }, 0);
  census.look({ leases: 7, hosts: 0 }, { leases: 12, hosts: 0 }, 1000);
  expect([census.lostLeases, census.isSettled]).toEqual([undefined, true]);
});
