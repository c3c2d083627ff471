import {
  encodeLeaseEvent,
  instant,
  isFreeFor,
  isRemoved,
  isUnreadable,
  type LeaseEvent,
  LeaseView,
  leaseAfter,
  revision,
  shownState,
} from "@leasehold/leases";
import { describe, expect, it } from "vitest";
import { alice, bob, granted as event, ip, X } from "../test/records.ts";
import { takeIn } from "./lease-feed.ts";

const world = () => ({ view: new LeaseView() });

function record(changed: Partial<LeaseEvent> = {}, sequence = 5) {
  const data = encodeLeaseEvent({ ...event, ...changed });
  return { key: X, data, revision: sequence, at: 2000 };
}

describe("what the feed shows", () => {
  const unreadable = (reason: RegExp) => ({ unreadable: expect.stringMatching(reason) });

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

  it("keeps the lease whose record somebody removed, at the revision that the next write expects", () => {
    const node = world();
    takeIn(node, record());
    expect(takeIn(node, { ...record({}, 6), data: undefined })).toMatchObject({
      removed: { client: alice.client },
    });
    expect(node.view.get(ip(X))).toMatchObject({ client: alice.client, heldUntil: 122_000, revision: 6 });
    expect(takeIn(node, record())).toBe("known");
  });

  it("gives an address whose record somebody removed to nobody, where it is not known what it said", () => {
    const node = world();
    expect(takeIn(node, { ...record({}, 6), data: undefined })).toEqual(unreadable(/removed by hand/));
    const lease = node.view.get(ip(X))!;
    expect([lease.revision, isUnreadable(lease), isRemoved(lease)]).toEqual([6, true, true]);
    for (const { client } of [alice, bob]) expect(isFreeFor(lease, client, instant(9e15), 0)).toBe(false);
  });

  it("A5: leaves alone what is no lease event of ours, and says why", () => {
    const octets = (text: string) => new TextEncoder().encode(text);
    expect(takeIn(world(), { ...record(), key: "not-an-address" })).toEqual(unreadable(/^the key/));
    expect(takeIn(world(), { ...record(), data: octets('{"v":2}') })).toEqual(unreadable(/^v: found 2/));
    expect(takeIn(world(), { ...record(), data: octets("") })).toEqual(unreadable(/not JSON/));
    expect(takeIn(world(), { ...record(), key: "10.0.0.77" })).toEqual(unreadable(/which is its key/));
    expect(takeIn(world(), record({ hostname: "h".repeat(900_000) }))).toEqual(
      unreadable(/^hostname: .*\(900000 characters\)/),
    );
  });

  it("A5: gives the address of a record that cannot be read to nobody, whatever was there before", () => {
    const node = world();
    takeIn(node, record());
    takeIn(node, { ...record({ heldSeconds: 1e15 }, 6) });
    const lease = node.view.get(ip(X))!;
    expect([lease.revision, shownState(lease, instant(9e15))]).toEqual([6, "unreadable"]);
    for (const { client } of [alice, bob]) expect(isFreeFor(lease, client, instant(9e15), 0)).toBe(false);
    expect(node.view.ofClient(alice.client)).toEqual([]);
    // Until somebody writes one that can be read: that it was removed says no more of the lease.
    takeIn(node, { ...record({}, 7), data: undefined });
    expect(shownState(node.view.get(ip(X))!, instant(9e15))).toBe("unreadable");
    takeIn(node, record({}, 8));
    expect(node.view.get(ip(X))?.client).toBe(alice.client);
  });
});
