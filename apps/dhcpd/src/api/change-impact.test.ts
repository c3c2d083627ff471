// A12: what another network document takes away from clients that have leases, over a node with the real decisions.
import type { NetworkDocument } from "@leasehold/network";
import { compileNetwork } from "@leasehold/network";
import { beforeEach, expect, test } from "vitest";
import { NETWORK, TestNode } from "../../test/node.ts";
import { alice, bob, ip, packetOf, selecting, X } from "../../test/wire.ts";
import { type Impact, impactInSteps } from "./change-impact.ts";

const members = ["n1", "n2"].map((node) => ({
  node,
  links: [{ name: "eth0", addresses: [ip("10.0.0.2")] }],
}));
let node: TestNode;

beforeEach(() => {
  node = new TestNode();
  node.receive(packetOf("REQUEST", alice, selecting(X, { xid: 1 })));
  node.receive(packetOf("REQUEST", bob, selecting("10.0.0.11", { xid: 2 })));
  expect(node.world.view.size).toBe(2);
});

function impactOf(document: NetworkDocument): Impact {
  const now = node.clock.now();
  const steps = impactInSteps(compileNetwork(document, 2), { world: node.world, members, now });
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}

const lan = NETWORK.subnets[0]!;
const withLan = (more: object): NetworkDocument => ({ ...NETWORK, subnets: [{ ...lan, ...more }] });

test("A12: the same document, and one that only changes an option, take nothing away", () => {
  for (const document of [NETWORK, withLan({ options: { routers: ["10.0.0.9"] } })])
    expect(impactOf(document)).toMatchObject({ isLoss: false, leases: { lost: 0 }, lines: [] });
});

test("A12: no subnets at all", () => {
  const impact = impactOf({ version: 1, subnets: [] });
  expect(impact).toMatchObject({ isLoss: true, leases: { lost: 2 } });
  expect(impact.lines).toEqual([
    expect.stringMatching(/^2 leases will be refused: 10\.0\.0\.10 \(.*\), 10\.0\.0\.11 .*: no subnet has/),
    "n1, n2: eth0 has no subnet.",
  ]);
});

test("A12: an interface that no node has", () => {
  const impact = impactOf(withLan({ interface: "eth9" }));
  expect(impact.isLoss).toBe(true);
  expect(impact.lines).toEqual([
    expect.stringContaining("2 leases will be refused"),
    "n1, n2: eth0 has no subnet.",
    "subnet lan: no node has eth9.",
  ]);
});

test("A12: a pool that shrinks, and an address that becomes another's", () => {
  const shrunk = impactOf(withLan({ pools: [{ range: "10.0.0.10-10.0.0.10" }] }));
  expect(shrunk.leases).toMatchObject({ lost: 1, some: [{ address: "10.0.0.11", client: bob.client }] });
  const taken = impactOf(withLan({ reservations: [{ mac: bob.mac, address: X }] }));
  expect(taken.leases.some.map(({ address }) => address).sort()).toEqual([X, "10.0.0.11"]);
});

test("A12: a removed reservation outside the pools", () => {
  node.setNetwork(withLan({ pools: [], reservations: [{ mac: alice.mac, address: X }] }));
  const impact = impactOf(withLan({ pools: [] }));
  expect(impact.leases).toMatchObject({ lost: 1, some: [{ address: X }] });
});

test("A12: what is refused already is no loss, nor what has expired", () => {
  node.setNetwork(withLan({ pools: [] }));
  expect(impactOf({ version: 1, subnets: [] }).leases.lost).toBe(0);
  node.setNetwork(NETWORK);
  node.clock.pass(3 * 3600);
  expect(impactOf({ version: 1, subnets: [] }).leases.lost).toBe(0);
});
