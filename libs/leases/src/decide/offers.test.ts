// Offers are kept in memory only: one a client, one an address, bounded, and forgotten when they lapse.
import { expect, test } from "vitest";
import { alice, bob, client, ip, NOW, secondsLater } from "../../test/world.ts";
import { Offers } from "../index.ts";

const [X, Y] = [ip("10.0.0.11"), ip("10.0.0.12")];

function offersOf(
  ...made: [of: { client: typeof alice.client }, address: typeof X, until: number][]
): Offers {
  const offers = new Offers();
  for (const [of, address, until] of made) offers.put(of.client, address, secondsLater(until));
  return offers;
}

test("an offer keeps the address from others until it lapses", () => {
  const offers = offersOf([alice, X, 30]);
  expect(offers.to(alice.client, secondsLater(29.9))).toBe(X);
  expect(offers.isOfferedToOther(X, bob.client, secondsLater(29.9))).toBe(true);
  expect(offers.isOfferedToOther(X, alice.client, NOW)).toBe(false);
  expect(offers.to(alice.client, secondsLater(30))).toBeUndefined();
  expect(offers.isOfferedToOther(X, bob.client, secondsLater(30))).toBe(false);
});

test("a client has one offer: another address lets go of the first", () => {
  const offers = offersOf([alice, X, 30], [alice, Y, 30]);
  expect(offers.to(alice.client, NOW)).toBe(Y);
  expect(offers.isOfferedToOther(X, bob.client, NOW)).toBe(false);
  expect(offers.size).toBe(1);
});

test("an address is on offer to one client: a lapsed offer does not come back with the next", () => {
  const offers = offersOf([alice, X, 1], [bob, X, 30]);
  expect(offers.to(alice.client, NOW)).toBeUndefined();
  expect(offers.isOfferedToOther(X, alice.client, NOW)).toBe(true);
});

test("a dropped offer is gone; dropping none is no matter", () => {
  const offers = offersOf([alice, X, 30]);
  offers.drop(bob.client);
  offers.drop(alice.client);
  expect([offers.to(alice.client, NOW), offers.size]).toEqual([undefined, 0]);
});

test("a sweep forgets what lapsed and nothing else", () => {
  const offers = offersOf([alice, X, 10], [bob, Y, 20]);
  offers.sweep(secondsLater(9));
  expect(offers.size).toBe(2);
  offers.sweep(secondsLater(10));
  expect([offers.size, offers.to(bob.client, secondsLater(10))]).toEqual([1, Y]);
});

test("there are never more than the limit: the oldest goes", () => {
  const offers = new Offers(3);
  const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"].map(ip);
  for (const [n, address] of addresses.entries()) offers.put(client(n).client, address, secondsLater(30));
  expect(offers.size).toBe(3);
  expect(offers.to(client(0).client, NOW)).toBeUndefined();
  expect(offers.to(client(3).client, NOW)).toBe(addresses[3]);
});

test("when the pools are others, nothing of the old ones counts, and offers stand", () => {
  const offers = new Offers();
  offers.put(alice.client, ip("10.0.0.10"), secondsLater(30));
  offers.noteExhausted("lan/a", secondsLater(1));
  offers.noteFound("lan/a", ip("10.0.0.10"));
  offers.forgetPools();
  expect([offers.isExhausted("lan/a", NOW), offers.foundIn("lan/a")]).toEqual([false, undefined]);
  expect(offers.to(alice.client, NOW)).toBe(ip("10.0.0.10"));
});

test("a pool is taken for exhausted until the time that was noted", () => {
  const offers = new Offers();
  offers.noteExhausted("lan/a", secondsLater(1));
  expect([offers.isExhausted("lan/a", NOW), offers.isExhausted("lan/b", NOW)]).toEqual([true, false]);
  expect(offers.isExhausted("lan/a", secondsLater(1))).toBe(false);
});

test("what came of a request is applied: one after the other, for the client that asked", () => {
  const offers = new Offers();
  offers.apply(alice.client, [{ kind: "offered", address: X, until: secondsLater(30), pool: "lan/a" }]);
  expect([offers.to(alice.client, NOW), offers.foundIn("lan/a")]).toEqual([X, X]);
  expect(offers.isSelected(X, alice.client, NOW)).toBe(false);
  offers.apply(alice.client, [{ kind: "selected", address: Y, until: secondsLater(30) }]);
  expect([offers.to(alice.client, NOW), offers.size]).toEqual([Y, 1]);
  expect(offers.isSelected(Y, alice.client, NOW)).toBe(true);
  offers.apply(bob.client, [
    { kind: "dropped" },
    { kind: "exhausted", pool: "lan/a", until: secondsLater(1) },
  ]);
  expect([offers.to(alice.client, NOW), offers.isExhausted("lan/a", NOW)]).toEqual([Y, true]);
  offers.apply(alice.client, [{ kind: "dropped" }]);
  expect(offers.size).toBe(0);
});
