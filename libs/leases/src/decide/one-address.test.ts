// A client that a race gave two addresses in one subnet keeps the newer one.
import { describe, expect, test } from "vitest";
import { after, alice, bob, given, granted, ip, NOW, type Past, type TestWorld } from "../../test/world.ts";
import { releasesOfOlder } from "../index.ts";

const older = granted(alice, "10.0.0.11", { ago: 60 });
const newer = granted(alice, "10.0.0.12", { ago: 0 });

function released(world: TestWorld, newest = "10.0.0.12"): string[] {
  const lease = world.view.get(ip(newest))!;
  return releasesOfOlder(world, lease, { nextIntent: () => "this-attempt", now: NOW }).map(
    ({ event, expected }) => `${event.type} ${event.address} of ${event.client} at revision ${expected}`,
  );
}

test("the node that granted the newer address releases the older one, from exactly the revision it saw", () => {
  const world = given({}, older, newer);
  expect(released(world)).toEqual(["LeaseReleased 10.0.0.11 of 01020000000001 at revision 1"]);
});

describe("nothing is released", () => {
  const office = { id: "office", prefix: "10.1.0.0/24", pools: [{ range: "10.1.0.5-10.1.0.9" }] };
  test.each<[why: string, events: Past[]]>([
    ["when the client has one address", [newer]],
    ["by the nodes that did not grant the newer one", [older, granted(alice, "10.0.0.12", { node: "n2" })]],
    ["in another subnet", [granted(alice, "10.1.0.5", { subnet: "office", ago: 60 }), newer]],
    ["of another client", [granted(bob, "10.0.0.11", { ago: 60 }), newer]],
    ["that has ended", [granted(alice, "10.0.0.11", { ago: 7200 }), newer]],
    ["that was granted later", [newer, granted(alice, "10.0.0.11")]],
    // The event of a slow write is the newest, though the client has given up on it and uses the other address.
    ["that was granted at nearly the same time", [granted(alice, "10.0.0.11", { ago: 15 }), newer]],
  ])("%s", (_, events) => {
    expect(released(given({ moreSubnets: [office] }, ...events))).toEqual([]);
  });

  test("of a host that was moved: its old address stays blocked until what was promised has passed", () => {
    const world = given({ hosts: { a: { of: alice, address: "10.0.0.12" } } }, older, newer);
    expect(released(world)).toEqual([]);
  });
});

test("what a race left behind is released at the next renewal that is stored", () => {
  const world = given(
    {},
    granted(alice, "10.0.0.11", { ago: 3600 }),
    granted(alice, "10.0.0.12", { ago: 3600 }),
  );
  after(world, granted(alice, "10.0.0.11"));
  expect(released(world, "10.0.0.11")).toEqual(["LeaseReleased 10.0.0.12 of 01020000000001 at revision 2"]);
});
