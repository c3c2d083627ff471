// A7: what one client, or one port, may take out of use; and what is left for known hosts when unknown ones take all they get.
import { formatIpv4, MessageType } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { type Client, client, ip, NOW, request, SERVER, secondsLater, TestWorld } from "../../test/world.ts";
import { decide, type Instant, instant, type LeaseRequest, leaseAfter, revision } from "../index.ts";

const { DISCOVER, REQUEST, DECLINE } = MessageType;
const POOL = { pools: [{ range: "10.0.0.10-10.0.0.209" }] };

/** DISCOVER and REQUEST as a client sends them; the address, or the reason for none. */
function lease(world: TestWorld, of: Client, more: Partial<LeaseRequest> = {}, now: Instant = NOW): string {
  const offer = decide(world, { ...request(world, DISCOVER, of), ...more }, now, "writable");
  if (offer.kind !== "grant") return offer.kind === "silent" ? offer.reason : offer.kind;
  const address = formatIpv4(offer.address);
  return (
    settle(world, { ...request(world, REQUEST, of, { requested: address, server: SERVER }), ...more }, now) ??
    address
  );
}

function settle(world: TestWorld, asked: LeaseRequest, now: Instant): string | undefined {
  const decision = decide(world, asked, now, "writable");
  const append = "append" in decision ? decision.append : undefined;
  if (append !== undefined)
    world.view.apply(leaseAfter(append.event, revision(++world.stored), instant(now)));
  return decision.kind === "silent" ? decision.reason : undefined;
}

function decline(world: TestWorld, of: Client, address: string, more: Partial<LeaseRequest> = {}, now = NOW) {
  const asked = { ...request(world, DECLINE, of, { requested: address, server: SERVER }), ...more };
  return settle(world, asked, now);
}

const outOfUse = (world: TestWorld) =>
  [...world.view.all()].filter(({ state }) => state === "declined").length;

describe("A7: DECLINEs of one client in a loop", () => {
  test("take three addresses out of use, whatever its client id; then it keeps the one that it has", () => {
    const world = new TestWorld(POOL);
    const reasons = Array.from({ length: 100 }, (_, i) => {
      const of = { mac: client(1).mac, client: client(1000 + (i % 7)).client };
      return decline(world, of, lease(world, of));
    });
    expect(outOfUse(world)).toBe(3);
    expect(new Set(reasons)).toEqual(new Set(["declined", "too-many-declines"]));
  });

  test("it may decline again when a probation is over", () => {
    const world = new TestWorld(POOL);
    for (let i = 0; i < 5; i++) decline(world, client(1), lease(world, client(1)));
    const later = secondsLater(86_400);
    expect(decline(world, client(1), lease(world, client(1), {}, later), {}, later)).toBe("declined");
  });

  test("the limit is a setting", () => {
    const world = new TestWorld({ ...POOL, limits: { declinesOfClient: 10 } });
    for (let i = 0; i < 50; i++) decline(world, client(1), lease(world, client(1)));
    expect(outOfUse(world)).toBe(10);
  });

  test("clients that are made up behind one port of a relay agent take sixteen", () => {
    const world = new TestWorld(POOL);
    const behind = (port: string) => ({ relay: { giaddr: "10.0.0.5", agent: `0104${port}` } });
    for (let i = 0; i < 100; i++) {
      const of = client(i);
      decline(world, of, lease(world, of, behind("65746831")), behind("65746831"));
    }
    expect(outOfUse(world)).toBe(16);
    const other = client(500);
    expect(decline(world, other, lease(world, other, behind("65746832")), behind("65746832"))).toBe(
      "declined",
    );
  });
});

describe("A7: unknown hosts that empty a pool", () => {
  const known = client(999);

  test("leave a twentieth of it, which known hosts get", () => {
    const world = new TestWorld({ ...POOL, hosts: { h1: { of: known } } });
    const told = Array.from({ length: 250 }, (_, i) => lease(world, client(i)));
    expect(told.filter((one) => one === "pool-exhausted")).toHaveLength(60);
    expect(lease(world, known)).toMatch(/^10\.0\.0\.\d+$/);
  });

  test("DISCOVERs alone do not take it either: what is on offer counts", () => {
    const world = new TestWorld({ ...POOL, hosts: { h1: { of: known } } });
    for (let i = 0; i < 250; i++) {
      const offer = decide(world, request(world, DISCOVER, client(i)), NOW, "writable");
      if (offer.kind === "grant") world.offers.put(client(i).client, offer.address, secondsLater(30));
    }
    expect(world.offers.size).toBe(190);
    expect(lease(world, known)).toMatch(/^10\.0\.0\.\d+$/);
  });

  test("nothing is kept where nobody is known, nor where the document says 0", () => {
    for (const world of [
      new TestWorld(POOL),
      new TestWorld({ pools: [{ ...POOL.pools[0]!, keepForKnown: 0 }], hosts: { h1: { of: known } } }),
    ]) {
      for (let i = 0; i < 200; i++) expect(lease(world, client(i))).toMatch(/^10\./);
    }
  });
});

test("isFree is what isFreeFor says for nobody", () => {
  const world = new TestWorld(POOL);
  lease(world, client(1));
  decline(world, client(2), lease(world, client(2)));
  const taken = [...world.view.all()];
  expect(taken.map(({ address }) => world.view.isFree(address, NOW, 15_000))).toEqual([false, false]);
  expect(taken.map(({ address }) => world.view.isFree(address, secondsLater(7214), 15_000))).toEqual([
    false,
    false,
  ]);
  expect(world.view.isFree(ip("10.0.0.250"), NOW, 15_000)).toBe(true);
  expect(taken.map(({ address }) => world.view.isFree(address, secondsLater(86_400), 15_000))).toEqual([
    true,
    true,
  ]);
});
