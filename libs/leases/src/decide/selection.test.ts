// What a node learns from a REQUEST that it leaves to another one (RFC 2131 §3.1 item 4).
import { MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import {
  alice,
  bob,
  type Client,
  given,
  granted,
  ip,
  LEASE_SECONDS,
  NOW,
  OTHER_MEMBER,
  request,
  STRANGER,
  secondsLater,
  type TestWorld,
  when,
} from "../../test/world.ts";
import { selectionReceived } from "../index.ts";

const members = ["n1", "n2", "n3"];
const addresses = ["10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13"];
const offerOf = (address: string) => `OFFER ${address} for ${LEASE_SECONDS} s`;

function hears(world: TestWorld, of: Client, requested: string, server = OTHER_MEMBER): TestWorld {
  const asked = request(world, MessageType.REQUEST, of, { requested, server });
  world.offers.apply(of.client, selectionReceived(world, asked, NOW));
  return world;
}

describe("a client that was heard to take an address from another node", () => {
  test.each(addresses)(
    "is offered %s again, whosever share that is, and nothing is written first",
    (address) => {
      expect(when(hears(given({ members }), alice, address)).discover(alice)).toBe(offerOf(address));
    },
  );

  test("is not offered what this node had offered to it", () => {
    const world = given({});
    world.offers.put(alice.client, ip("10.0.0.13"), secondsLater(30));
    expect(when(hears(world, alice, "10.0.0.11")).discover(alice)).toBe(offerOf("10.0.0.11"));
  });

  test("is offered it once more when it asks once more", () => {
    const world = hears(given({ members }), alice, "10.0.0.11");
    world.offers.put(alice.client, ip("10.0.0.11"), secondsLater(30));
    expect(when(world).discover(alice)).toBe(offerOf("10.0.0.11"));
  });

  test("keeps it from others, until its lease would have been seen", () => {
    const world = hears(given({ pools: [{ range: "10.0.0.10-10.0.0.10" }] }), alice, "10.0.0.10");
    expect(when(world).discover(bob)).toBe("silent: pool-exhausted");
    expect(world.offers.to(alice.client, secondsLater(30))).toBeUndefined();
  });

  test("declines this node's offer also by taking that of a stranger, whose address is none of ours to offer", () => {
    const world = given({});
    world.offers.put(alice.client, ip("10.0.0.13"), secondsLater(30));
    expect(hears(world, alice, "10.0.0.11", STRANGER).offers.size).toBe(0);
  });

  test("does not take what another client has or is offered", () => {
    const held = hears(given({}, granted(bob, "10.0.0.11")), alice, "10.0.0.11");
    expect(held.offers.size).toBe(0);
    const onOffer = given({});
    onOffer.offers.put(bob.client, ip("10.0.0.11"), secondsLater(30));
    hears(onOffer, alice, "10.0.0.11");
    expect(onOffer.offers.to(bob.client, NOW)).toBe(ip("10.0.0.11"));
    expect(onOffer.offers.to(alice.client, NOW)).toBeUndefined();
  });
});

test("an address that the client may not have is not kept for it", () => {
  expect(hears(given({}), alice, "10.0.0.77").offers.size).toBe(0);
});

test("other messages select nothing", () => {
  const world = given({});
  for (const type of [MessageType.DISCOVER, MessageType.REQUEST])
    expect(selectionReceived(world, request(world, type, alice, { requested: "10.0.0.11" }), NOW)).toEqual(
      [],
    );
});
