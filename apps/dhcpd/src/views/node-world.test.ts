import { compileNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { ip } from "../../test/wire.ts";
import { DhcpMembership } from "../cluster/dhcp-membership.ts";
import { NodeWorld } from "./node-world.ts";

test("addresses by which clients may name us: our own, the members', the cluster's", () => {
  const membership = new DhcpMembership("n1");
  const world = new NodeWorld("n1", membership);
  const known = () => ["10.0.0.2", "10.0.0.3", "10.0.0.250"].map((text) => world.isServer(ip(text)));
  expect(known()).toEqual([false, false, false]);
  world.addOwnAddress(ip("10.0.0.2"));
  membership.hear("n2", { node: "n2", state: "serving", addresses: ["10.0.0.3"] }, 0);
  const cluster = { serverIdentifier: { mode: "floating" as const, address: "10.0.0.250" } };
  world.network = compileNetwork({ version: 1, cluster, subnets: [] }, 1);
  expect(known()).toEqual([true, true, true]);
  expect(world.isServer(ip("10.0.0.99"))).toBe(false);
});

test("a node starts with no network and no leases", () => {
  const world = new NodeWorld("n1", new DhcpMembership("n1"));
  expect([world.network.revision, world.network.subnets, world.view.size]).toEqual([0, [], 0]);
  expect(world.members.names).toEqual(["n1"]);
});
