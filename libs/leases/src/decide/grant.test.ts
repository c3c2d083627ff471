// Headroom: the store holds more than the client was told, so that a renewal inside it needs no write, and goes on
// without a store (docs/leases.md, "Headroom").
import { MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import {
  after,
  alice,
  bob,
  type Client,
  client,
  given,
  granted,
  LEASE_SECONDS,
  NOW,
  offered,
  request,
  SERVER,
  secondsLater,
  type TestWorld,
  when,
} from "../../test/world.ts";
import { decide } from "./decide.ts";
import type { Grant } from "./decision.ts";
import type { LeaseRequest } from "./request.ts";

const X = "10.0.0.11";
const HELD = 2 * LEASE_SECONDS;
const ack = (seconds = LEASE_SECONDS) => `ACK ${X} for ${seconds} s`;
const renews = `${ack()}, once LeaseRenewed for ${HELD} s is stored`;
const renewing = { ciaddr: X };

describe("a renewal", () => {
  const world = given({}, granted(alice, X));
  const at = (seconds: number) => when(world, secondsLater(seconds)).request(alice, renewing);

  test.each([0, 1, LEASE_SECONDS / 2, HELD - LEASE_SECONDS])(
    "that fits into what is held costs no write: after %i s",
    (seconds) => {
      expect(at(seconds)).toBe(ack());
    },
  );

  test.each([HELD - LEASE_SECONDS + 1, HELD - 1])("that does not is stored first: after %i s", (seconds) => {
    expect(at(seconds)).toBe(renews);
  });

  test("that comes when nothing is held any more is a new lease", () => {
    expect(at(HELD)).toBe(`${ack()}, once LeaseGranted for ${HELD} s is stored`);
  });

  test("that brings another hostname is stored, so that people see it", () => {
    expect(when(world).request(alice, { ...renewing, hostname: "new-name" })).toBe(renews);
  });

  test("of an address that is held for ever leaves it so (BOOTP)", () => {
    const ever = 0xffffffff;
    const world = given({}, granted(alice, X, { seconds: ever, held: ever }));
    expect(when(world).request(alice, { requested: X })).toBe(
      `${ack()}, once LeaseRenewed for ${ever} s is stored`,
    );
    expect(when(world, secondsLater(1e9)).request(alice, renewing)).toBe(ack());
  });

  test("follows the lease time that is configured now", () => {
    const pools = [{ range: "10.0.0.10-10.0.0.13", lease: { seconds: 600 } }];
    expect(when(given({ pools }, granted(alice, X))).request(alice, renewing)).toBe(ack(600));
    const longer = [{ range: "10.0.0.10-10.0.0.13", lease: { seconds: 3 * LEASE_SECONDS, heldFactor: 1 } }];
    expect(when(given({ pools: longer }, granted(alice, X))).request(alice, renewing)).toBe(
      `ACK ${X} for 10800 s, once LeaseRenewed for 10800 s is stored`,
    );
  });
});

describe("while the store takes no writes", () => {
  const world = given({ store: "stored-only" }, granted(alice, X));
  const at = (seconds: number) => when(world, secondsLater(seconds)).request(alice, renewing);

  test("a renewal inside what is held is granted as always", () => {
    expect(at(HELD - LEASE_SECONDS)).toBe(ack());
  });

  test.each([LEASE_SECONDS - 1, 600, 11, 10])("it is clipped to what is left of it: %i s", (left) => {
    expect(at(HELD - left)).toBe(ack(left));
    expect(when(world, secondsLater(HELD - left - 0.5)).request(alice, renewing)).toBe(ack(left));
  });

  test.each([9, 1, 0, -1])("with less than a client could use, it waits: %i s", (left) => {
    expect(at(HELD - left)).toBe("silent: store-unavailable");
  });

  test("a lease that is shorter than that anyway may be granted to its end", () => {
    const pools = [{ range: "10.0.0.10-10.0.0.13", lease: { seconds: 4, heldFactor: 2 } }];
    const short = given({ store: "stored-only", pools }, granted(alice, X, { seconds: 4, held: 8 }));
    expect(when(short, secondsLater(4)).request(alice, renewing)).toBe(ack(4));
    expect(when(short, secondsLater(5)).request(alice, renewing)).toBe("silent: store-unavailable");
  });

  test("new clients wait, also those with an offer", () => {
    const empty = given({ store: "stored-only" }, offered(bob, "10.0.0.12"));
    expect(when(empty).discover(alice)).toBe("silent: store-unavailable");
    expect(when(empty).discover(bob)).toBe("silent: store-unavailable");
    const selecting = { server: SERVER, requested: "10.0.0.12" };
    expect(when(empty).request(bob, selecting)).toBe("silent: store-unavailable");
  });

  test("a client that starts anew waits: it may have released the address through another node", () => {
    expect(when(world).discover(alice)).toBe("silent: store-unavailable");
    expect(when(world).request(alice, { requested: X })).toBe("silent: store-unavailable");
    expect(when(world).request(alice, { server: SERVER, requested: X })).toBe("silent: store-unavailable");
  });

  test("a host with a reserved address is served on within what is held: nothing has ended that early", () => {
    const hosts = { a: { of: alice, address: X } };
    const reserved = given({ store: "stored-only", hosts }, granted(alice, X, { reserved: true }));
    expect(when(reserved).discover(alice)).toBe(`OFFER ${X} for ${LEASE_SECONDS} s`);
    expect(when(reserved).request(alice, { server: SERVER, requested: X })).toBe(ack());
    expect(when(reserved, secondsLater(HELD - 600)).request(alice, { requested: X })).toBe(ack(600));
    expect(when(reserved, secondsLater(HELD)).discover(alice)).toBe("silent: store-unavailable");
  });

  test("not one that leased the address before it was reserved: a RELEASE may have ended that", () => {
    const hosts = { a: { of: alice, address: X } };
    const reserved = given({ store: "stored-only", hosts }, granted(alice, X));
    expect(when(reserved).discover(alice)).toBe("silent: store-unavailable");
    expect(when(reserved).request(alice, { requested: X })).toBe("silent: store-unavailable");
    expect(when(reserved).request(alice, renewing)).toBe(ack());
  });

  test("nor one whose address is not reserved any more, nor any host where the document says so", () => {
    const moved = given({ store: "stored-only" }, granted(alice, X, { reserved: true }));
    expect(when(moved).discover(alice)).toBe("silent: store-unavailable");
    const hosts = { a: { of: alice, address: X } };
    const barred = given({ store: "stored-only", hosts }, granted(alice, X, { reserved: true }));
    barred.network = { ...barred.network, withoutQuorum: "renewals-only" };
    expect(when(barred).discover(alice)).toBe("silent: store-unavailable");
    expect(when(barred).request(alice, renewing)).toBe(ack());
  });

  test("RELEASE and DECLINE are tried: what is not stored is not promised either", () => {
    expect(when(world).release(alice, { ciaddr: X })).toMatch(/LeaseReleased/);
    expect(when(world).decline(alice, { server: SERVER, requested: X })).toMatch(/AddressDeclined/);
  });
});

describe("the fuller a subnet, the less is held beyond what was told", () => {
  const pools = [{ range: "10.0.0.101-10.0.0.200" }];
  const heldWhen = (used: number) => {
    const world = given({ pools });
    after(world, ...Array.from({ length: used }, (_, i) => granted(client(100 + i), `10.0.0.${101 + i}`)));
    const then = when(world).request(alice, { server: SERVER, requested: "10.0.0.200" });
    return Number(/for (\d+) s is stored/.exec(then)![1]);
  };

  test.each([
    [0, 7200],
    [75, 7200],
    [80, 6480],
    [90, 5040],
    [99, 3744],
  ])("%i of 100 addresses in use: %i s", (used, held) => {
    expect(heldWhen(used)).toBe(held);
  });

  test("a full one holds what was told and no more, never less", () => {
    const world = given({ pools: [{ range: `${X}-${X}` }] }, granted(alice, X));
    const then = when(world, secondsLater(LEASE_SECONDS + 1)).request(alice, renewing);
    expect(then).toBe(`${ack()}, once LeaseRenewed for ${LEASE_SECONDS} s is stored`);
  });

  test("a renewal never shortens what is held: a node whose view is behind may have promised it", () => {
    const world = given({ pools: [{ range: `${X}-${X}` }] }, granted(alice, X));
    const at = (seconds: number) => when(world, secondsLater(seconds)).request(alice, { requested: X });
    expect(at(60)).toBe(`${ack()}, once LeaseRenewed for ${HELD - 60} s is stored`);
    expect(at(60.5)).toBe(`${ack()}, once LeaseRenewed for ${HELD - 60} s is stored`);
    expect(at(HELD - LEASE_SECONDS)).toBe(`${ack()}, once LeaseRenewed for ${LEASE_SECONDS} s is stored`);
  });

  test("reserved addresses keep their headroom: nobody waits for them", () => {
    const hosts = { a: { of: alice, address: X } };
    const world = given({ hosts, pools: [{ range: "10.0.0.10-10.0.0.10" }] }, granted(bob, "10.0.0.10"));
    expect(when(world).request(alice, { requested: X })).toMatch(/once LeaseGranted for 7200 s is stored$/);
  });
});

describe("RFC 6704 §3.1.3: the nonce of a client", () => {
  const recorded = (world: TestWorld, ...of: Client[]) =>
    Object.assign(world, { nonces: new Set(of.map(({ client }) => client)) });
  const nonceIn = (world: TestWorld, type: number, nonce: LeaseRequest["nonce"]) => {
    const asked = request(world, type, alice, { requested: X, server: SERVER });
    return (decide(world, { ...asked, nonce }, NOW, "writable") as Grant).nonce;
  };

  test("is to come with the ACK, where the DISCOVER asks for one", () => {
    expect(nonceIn(given({}), MessageType.DISCOVER, "new")).toBe("to-come");
    expect(nonceIn(given({}), MessageType.DISCOVER, undefined)).toBeUndefined();
  });

  test("is a new one in the ACK, unless it only renews and one is recorded", () => {
    expect(nonceIn(given({}), MessageType.REQUEST, "new")).toBe("new");
    expect(nonceIn(recorded(given({}), alice), MessageType.REQUEST, "new")).toBe("new");
    expect(nonceIn(recorded(given({}), alice), MessageType.REQUEST, "kept")).toBe("kept");
    // MUST: none is recorded.
    expect(nonceIn(given({}), MessageType.REQUEST, "kept")).toBe("new");
    expect(nonceIn(recorded(given({}), bob), MessageType.REQUEST, "kept")).toBe("new");
    expect(nonceIn(recorded(given({}), alice), MessageType.REQUEST, undefined)).toBeUndefined();
  });
});
