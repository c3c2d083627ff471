import { describe, expect, test } from "vitest";
import type { TestWorld } from "../../test/world.ts";
import {
  after,
  alice,
  bob,
  declined,
  given,
  granted,
  ip,
  NOW,
  offered,
  released,
  SERVER,
  secondsLater,
  when,
} from "../../test/world.ts";
import { clearingOf, decodeLeaseEvent, encodeLeaseEvent, instant, leaseAfter, revision } from "../index.ts";

const X = "10.0.0.11";
const order = {
  address: ip(X),
  by: "somebody",
  why: "a cable was wrong",
  isForced: false,
  intent: "clear-1",
};

function cleared(world: TestWorld, more: Partial<typeof order> = {}): string {
  const found = clearingOf(world, { ...order, ...more }, NOW);
  if (found.kind !== "clear") return found.kind;
  world.view.apply(leaseAfter(found.append.event, revision(99), instant(NOW)));
  return JSON.stringify(decodeLeaseEvent(encodeLeaseEvent(found.append.event))?.cleared);
}

describe("field report 16: an operator clears an address", () => {
  test("a reserved host that declined its address once is served again; the event says who and why", () => {
    const world = given({ hosts: { h1: { of: alice, address: X } } }, declined(alice, X));
    expect(when(world).discover(alice)).toBe("silent: reserved-address-held");
    expect(cleared(world)).toBe('{"by":"somebody","why":"a cable was wrong","state":"declined"}');
    expect(when(world).discover(alice)).toMatch(`OFFER ${X} `);
  });

  test("an offer that nobody took", () => {
    const world = given({ pools: [{ range: `${X}-${X}` }] }, offered(alice, X));
    expect(when(world).discover(bob)).toBe("silent: pool-exhausted");
    expect(cleared(world)).toContain('"state":"offered"');
    expect(when(world).request(bob, { requested: X, server: SERVER })).toMatch(`ACK ${X} `);
  });

  test("a client's lease stays (I1), within the guard, too; with force it ends", () => {
    const world = given({}, granted(alice, X));
    expect(cleared(world)).toBe("held");
    expect(cleared(given({}, granted(alice, X, { ago: 7200 + 14 })))).toBe("held");
    expect(when(world).request(alice, { ciaddr: X })).toMatch(`ACK ${X} `);
    expect(cleared(world, { isForced: true })).toContain('"state":"bound"');
    expect(when(world).request(bob, { requested: X, server: SERVER })).toMatch(`ACK ${X} `);
  });

  test.each([
    ["never leased", given({})],
    ["given back", given({}, released(alice, X))],
    ["expired", given({}, granted(alice, X, { ago: 7200 + 15 }))],
    ["a probation that is over", given({}, declined(alice, X, { ago: 86_400 }))],
  ])("%s: nothing keeps it from anybody", (_, world) => {
    expect(cleared(world, { isForced: true })).toBe("free");
  });
});

test("field report 16: how long a declined address is out of use is a setting", () => {
  const world = given({ subnet: { lease: { probationSeconds: 60 } } }, granted(alice, X));
  expect(when(world).decline(alice, { server: SERVER, requested: X })).toBe(
    "silent: declined, once AddressDeclined for 60 s is stored",
  );
  const later = after(given({ pools: [{ range: `${X}-${X}` }] }), declined(alice, X, { held: 60 }));
  expect(when(later, secondsLater(59)).discover(bob)).toBe("silent: pool-exhausted");
  expect(when(later, secondsLater(60)).discover(bob)).toMatch(`OFFER ${X} `);
});
