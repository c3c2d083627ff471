import { encodeLeaseEvent, instant, type LeaseEvent, leaseAfter, revision } from "@leasehold/leases";
import { describe, expect, it } from "vitest";
import { alice, bob, ip, X } from "../test/wire.ts";
import { takeIn } from "./lease-feed.ts";
import { Membership } from "./membership.ts";
import { NodeWorld } from "./node-world.ts";

const event: LeaseEvent = {
  ...{ type: "LeaseGranted", v: 1, address: X, client: alice.client, mac: alice.mac, subnet: "lan" },
  ...{ seconds: 60, heldSeconds: 120, node: "n1", network: 1, inventory: 0, intent: "i1" },
};

function world(): NodeWorld {
  return new NodeWorld("n1", new Membership("n1"));
}

function record(changed: Partial<LeaseEvent> = {}, sequence = 5) {
  const data = encodeLeaseEvent({ ...event, ...changed });
  return { key: X, data, revision: sequence, at: 2000 };
}

describe("what the feed shows", () => {
  it("is taken into the view when it is news", () => {
    const node = world();
    expect(takeIn(node, record())).toEqual(leaseAfter(event, revision(5), instant(2000)));
    expect(node.view.ofClient(alice.client)).toHaveLength(1);
  });

  it("gives the stream's time to what this node wrote itself, and has so been seen before", () => {
    const node = world();
    node.view.apply(leaseAfter(event, revision(5), instant(1000)));
    expect(takeIn(node, record())).toMatchObject({ client: alice.client, at: 2000, heldUntil: 122_000 });
    expect(node.view.get(ip(X))?.heldUntil).toBe(122_000);
  });

  it("changes nothing when something newer is known, and is not even read", () => {
    const node = world();
    node.view.apply(leaseAfter({ ...event, client: bob.client }, revision(6), instant(1000)));
    expect(takeIn(node, record())).toBe("known");
    expect(takeIn(node, { ...record(), data: new Uint8Array([1]) })).toBe("known");
    expect(node.view.get(ip(X))?.client).toBe(bob.client);
  });

  it("moves an address from one client to another", () => {
    const node = world();
    takeIn(node, record());
    takeIn(node, record({ client: bob.client, mac: bob.mac }, 6));
    expect(node.view.ofClient(alice.client)).toEqual([]);
    expect(node.view.ofClient(bob.client)).toHaveLength(1);
    expect(node.view.heldIn("lan")).toBe(1);
  });

  it("takes a removed key out", () => {
    const node = world();
    takeIn(node, record());
    expect(takeIn(node, { ...record({}, 6), data: undefined })).toBe("known");
    expect([node.view.get(ip(X)), node.view.revisionOf(ip(X))]).toEqual([undefined, 6]);
  });

  it("leaves alone what is no lease event of ours", () => {
    expect(takeIn(world(), { ...record(), key: "not-an-address" })).toBe("foreign");
    expect(takeIn(world(), { ...record(), data: new TextEncoder().encode('{"v":2}') })).toBe("foreign");
    expect(takeIn(world(), { ...record(), data: new Uint8Array(0) })).toBe("foreign");
  });
});
