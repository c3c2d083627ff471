import { expect, test } from "vitest";
import { NETWORK, TestNode } from "../../test/node.ts";
import { alice, ip } from "../../test/wire.ts";
import { hostViews } from "./rows.ts";

const BASE = NETWORK.subnets[0]!;
const network = { ...NETWORK, subnets: [{ ...BASE, relays: ["10.0.0.5"] }] };

test.each([
  ["10.0.0.1", "10.0.0.1 is a router (subnets[0].options.routers); it is not served."],
  ["10.0.0.2", "10.0.0.2 is an address of the cluster's nodes; it is not served."],
  ["10.0.0.5", "10.0.0.5 is a relay agent (subnets[0].relays[0]); it is not served."],
  ["10.0.0.0", "10.0.0.0 is the network's own address (subnets[0].prefix); it is not served."],
  ["10.0.0.255", "10.0.0.255 is the broadcast address (subnets[0].prefix); it is not served."],
  ["10.5.0.1", "10.5.0.1 is in no subnet of the network document (revision 1); it is not served."],
])("field report 3: `leasehold hosts` says what is wrong with %s", (address, problem) => {
  const node = new TestNode({ network });
  node.setHost("h1", alice, address);
  expect(hostViews(node.world).map(({ problems }) => problems)).toEqual([[problem]]);
});

test("field report 5: a relay agent that was only seen, and a node inside a pool, are told", async () => {
  const node = new TestNode();
  node.world.addOwnAddress(ip("10.0.0.11"));
  node.world.seenRelays.note("10.0.0.12", node.world, node.clock.now());
  expect(node.world.warnings).toEqual([
    "The pool lan/10.0.0.10-10.0.0.13 covers 10.0.0.11, an address of the cluster's nodes: it is not given to clients. Exclude it in the network document.",
    "The pool lan/10.0.0.10-10.0.0.13 covers 10.0.0.12, by which a relay agent was seen (giaddr): it is not given to clients. Exclude it in the network document.",
  ]);
});
