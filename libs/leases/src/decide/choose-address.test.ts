// RFC 2131 §4.3.1, DISCOVER: which address is offered. What the RFC leaves to "administrative policy" is docs/leases.md.
import { Members } from "@leasehold/cluster";
import { formatIpv4, ipv4, MessageType } from "@leasehold/protocol";
import { describe, expect, test, vi } from "vitest";
import {
  after,
  alice,
  bob,
  type Client,
  carol,
  client,
  declined,
  given,
  granted,
  ip,
  LEASE_SECONDS,
  NOW,
  offered,
  released,
  request,
  STRANGER,
  secondsLater,
  TestWorld,
  when,
} from "../../test/world.ts";
import { decide, instant, leaseAfter, MemoryLeaseStore, revision } from "../index.ts";
import { chooseAddress } from "./choose-address.ts";
import { contextOf } from "./entitlement.ts";

const HELD = 2 * LEASE_SECONDS;
const GUARD = 15;
/** What an OFFER looks like; the node is alone, so that every free address is of its share. */
const offerOf = (address: string) => `OFFER ${address} for ${LEASE_SECONDS} s`;

describe("RFC 2131 §4.3.1: the address offered is chosen in this order", () => {
  test.each([
    ["the client's current address", granted(alice, "10.0.0.11", { ago: 60 })],
    ["the client's previous address, released", released(alice, "10.0.0.11", { ago: 60 })],
    ["the client's previous address, expired", granted(alice, "10.0.0.11", { ago: HELD + 60 })],
    ["the address that was reserved for an earlier offer to it", offered(alice, "10.0.0.11", { ago: 5 })],
  ])("%s, before the one that it asks for", (_, event) => {
    const world = given({}, event);
    expect(when(world).discover(alice, { requested: "10.0.0.13" })).toBe(offerOf("10.0.0.11"));
  });

  test("the current address, before a newer one that was released", () => {
    const world = given({}, granted(alice, "10.0.0.11"), released(alice, "10.0.0.12"));
    expect(when(world).discover(alice)).toBe(offerOf("10.0.0.11"));
  });

  test("of several previous addresses the newest", () => {
    const world = given({}, released(alice, "10.0.0.11"), released(alice, "10.0.0.12"));
    expect(when(world).discover(alice)).toBe(offerOf("10.0.0.12"));
  });

  test("the address that it asks for (option 50), if that is valid and free", () => {
    const world = given({});
    expect(when(world).discover(alice, { requested: "10.0.0.13" })).toBe(offerOf("10.0.0.13"));
  });

  test.each([
    ["held for another", granted(bob, "10.0.0.13"), "10.0.0.13"],
    ["expired, but within the guard", granted(bob, "10.0.0.13", { ago: HELD + GUARD - 1 }), "10.0.0.13"],
    ["reserved for another's offer", offered(bob, "10.0.0.13"), "10.0.0.13"],
    ["declined", declined(bob, "10.0.0.13"), "10.0.0.13"],
    ["in no pool", granted(bob, "10.0.0.12"), "10.0.0.77"],
    ["of another network", granted(bob, "10.0.0.12"), "192.168.1.7"],
  ])("an address from the pool, when the one that it asks for is %s", (_, event, requested) => {
    const world = given({ pools: [{ range: "10.0.0.12-10.0.0.13" }] }, event);
    const free = event.event.address === "10.0.0.12" ? "10.0.0.13" : "10.0.0.12";
    expect(when(world).discover(alice, { requested })).toBe(offerOf(free));
  });

  test("a repeated DISCOVER is offered the same address while the offer stands", () => {
    const world = given({});
    world.offers.put(alice.client, ip("10.0.0.13"), secondsLater(30));
    expect(when(world).discover(alice)).toBe(offerOf("10.0.0.13"));
  });

  test("one address is not offered to two clients while the first offer stands", () => {
    const world = given({ pools: [{ range: "10.0.0.13-10.0.0.13" }] });
    world.offers.put(alice.client, ip("10.0.0.13"), secondsLater(30));
    expect(when(world).discover(bob)).toBe("silent: pool-exhausted");
    expect(when(world, secondsLater(31)).discover(bob)).toBe(offerOf("10.0.0.13"));
  });

  test("a client that moved to another link gets an address of that one", () => {
    const office = { id: "office", prefix: "10.1.0.0/24", pools: [{ range: "10.1.0.5-10.1.0.5" }] };
    const world = given({ moreSubnets: [office] }, granted(alice, "10.0.0.11"));
    expect(when(world).discover(alice, { link: ["office"] })).toBe(offerOf("10.1.0.5"));
  });

  test("of the subnets of a shared network the primary one is used up first", () => {
    const more = { id: "more", prefix: "10.1.0.0/24", pools: [{ range: "10.1.0.5-10.1.0.5" }] };
    const setting = { moreSubnets: [more], pools: [{ range: "10.0.0.10-10.0.0.10" }] };
    const link = ["lan", "more"];
    expect(when(given(setting)).discover(alice, { link })).toBe(offerOf("10.0.0.10"));
    const world = given(setting, granted(bob, "10.0.0.10"));
    expect(when(world).discover(alice, { link })).toBe(offerOf("10.1.0.5"));
  });
});

describe("silence, never NAK, answers a DISCOVER that cannot be served", () => {
  test("the pool is exhausted: by leases, by what was declined, and within the guard of the last one", () => {
    const world = given(
      {},
      granted(bob, "10.0.0.10"),
      declined(bob, "10.0.0.11", { ago: 3600 }),
      granted(carol, "10.0.0.12", { ago: HELD + GUARD - 1 }),
      offered(carol, "10.0.0.13", { ago: 60 + GUARD - 1 }),
    );
    expect(when(world).discover(alice)).toBe("silent: pool-exhausted");
    expect(when(world, secondsLater(1)).discover(alice)).toMatch(/^OFFER 10\.0\.0\.1[23] /);
  });

  test("a pool that was searched in vain is named, so that it is not searched again at once", () => {
    const world = given({ pools: [{ range: "10.0.0.10-10.0.0.10" }] }, granted(bob, "10.0.0.10"));
    const discover = request(world, MessageType.DISCOVER, alice);
    expect(decide(world, discover, NOW, "writable")).toMatchObject({
      offers: [{ kind: "exhausted", pool: "lan/10.0.0.10-10.0.0.10", until: secondsLater(1) }],
    });
    world.offers.noteExhausted("lan/10.0.0.10-10.0.0.10", secondsLater(1));
    after(world, released(bob, "10.0.0.10"));
    expect(when(world).discover(alice)).toBe("silent: pool-exhausted");
    expect(when(world, secondsLater(1)).discover(alice)).toBe(offerOf("10.0.0.10"));
  });

  test.each([
    ["known", alice, "silent: no-pool-for-client"],
    ["known", bob, offerOf("10.0.0.10")],
    ["unknown", alice, offerOf("10.0.0.10")],
    ["unknown", bob, "silent: no-pool-for-client"],
    ["any", alice, offerOf("10.0.0.10")],
    ["any", bob, offerOf("10.0.0.10")],
  ] satisfies [string, Client, string][])("a pool for %s clients: case %#", (who, of, then) => {
    const pools = [{ range: "10.0.0.10-10.0.0.10", for: who }];
    expect(when(given({ pools, hosts: { "bobs-machine": { of: bob } } })).discover(of)).toBe(then);
  });

  test("a reserved-only pool gives nothing by itself", () => {
    const pools = [{ range: "10.0.0.10-10.0.0.13", allocate: "reserved-only" as const }];
    const world = given({ pools, hosts: { b: { of: bob, address: "10.0.0.12" } } });
    expect(when(world).discover(alice)).toBe("silent: no-pool-for-client");
    expect(when(world).discover(bob)).toBe(offerOf("10.0.0.12"));
  });
});

describe("a reserved address", () => {
  const hosts = { "bobs-machine": { of: bob, address: "10.0.0.10" } };

  test("is offered to its host without a choice, inside a pool or outside, whatever else that had or asks for", () => {
    const world = given({ hosts }, released(bob, "10.0.0.12"));
    expect(when(world).discover(bob, { requested: "10.0.0.13" })).toBe(offerOf("10.0.0.10"));
    world.setHost("bobs-machine", bob, { address: "10.0.0.200" });
    expect(when(world).discover(bob)).toBe(offerOf("10.0.0.200"));
  });

  test("is never given to others, not even when they ask for it or had it", () => {
    const world = given({ hosts, pools: [{ range: "10.0.0.10-10.0.0.10" }] }, released(alice, "10.0.0.10"));
    expect(when(world).discover(alice, { requested: "10.0.0.10" })).toBe("silent: pool-exhausted");
  });

  test("waits while another client was promised it, guard included", () => {
    const world = given({ hosts }, granted(alice, "10.0.0.10", { ago: HELD + GUARD - 1 }));
    expect(when(world).discover(bob)).toBe("silent: reserved-address-held");
    expect(when(world, secondsLater(1)).discover(bob)).toBe(offerOf("10.0.0.10"));
  });

  test("waits while it is declined", () => {
    const world = given({ hosts }, declined(bob, "10.0.0.10", { ago: 60 }));
    expect(when(world).discover(bob)).toBe("silent: reserved-address-held");
  });

  test("is one for each link", () => {
    const world = given({ hosts, moreSubnets: [{ id: "office", prefix: "10.1.0.0/24" }] });
    expect(when(world).discover(bob, { link: ["office"] })).toBe("silent: no-pool-for-client");
    expect(when(world).discover(bob, { link: ["office", "lan"] })).toBe(offerOf("10.0.0.10"));
  });
});

test("an address by which the cluster is known is in no pool", () => {
  const world = given({ pools: [{ range: "10.0.0.2-10.0.0.3" }] });
  expect(when(world).discover(alice)).toBe("silent: pool-exhausted");
  expect(when(world).discover(alice, { server: STRANGER })).toBe("silent: pool-exhausted");
});

describe("free addresses are shared out among the live nodes", () => {
  const members = ["n1", "n2", "n3"];
  const world = (node: string) => given({ members, node, pools: [{ range: "10.0.0.10-10.0.0.200" }] });
  const ownerOf = (address: string) => members.find((node) => new Members(node, members).owns(ip(address)))!;
  const chosen = (node: string, of: Client) => {
    const here = world(node);
    const choice = chooseAddress(contextOf(here, request(here, MessageType.DISCOVER, of), NOW));
    return "entitlement" in choice ? { ...choice.entitlement, isForeign: choice.isForeign } : undefined;
  };

  test("no two nodes offer one of them, and nothing is written at OFFER", () => {
    const offers = Array.from({ length: 30 }, (_, n) => members.map((node) => chosen(node, client(n))!));
    for (const [i, node] of members.entries()) {
      const own = offers.map((each) => each[i]!);
      expect(own.every(({ isForeign, address }) => !isForeign && ownerOf(formatIpv4(address)) === node)).toBe(
        true,
      );
    }
  });

  test("one of another node's share is reserved first, when the own share is used up", () => {
    const pools = [{ range: "10.0.0.10-10.0.0.40" }];
    const here = given({ members, pools });
    const own = Array.from({ length: 31 }, (_, i) => `10.0.0.${10 + i}`).filter((a) => ownerOf(a) === "n1");
    after(here, ...own.map((address, i) => granted(client(100 + i), address)));
    expect(when(here).discover(alice)).toMatch(
      /^OFFER \S+ for 3600 s, once AddressOffered for 60 s is stored$/,
    );
  });

  test.each([
    ["that it asks for", []],
    ["that it released", [released(alice, "10.0.0.10")]],
    ["that it had long ago", [granted(alice, "10.0.0.10", { ago: HELD + GUARD })]],
  ])("so is one %s: its owner may be offering it to somebody else now", (_, events) => {
    const reserved = `${offerOf("10.0.0.10")}, once AddressOffered for 60 s is stored`;
    for (const node of members) {
      const here = given({ members, node }, ...events);
      expect(when(here).discover(alice, { requested: "10.0.0.10" })).toBe(
        ownerOf("10.0.0.10") === node ? offerOf("10.0.0.10") : reserved,
      );
    }
  });

  test.each([
    ["bound to it", granted(alice, "10.0.0.10")],
    ["not yet free for others", granted(alice, "10.0.0.10", { ago: HELD + GUARD - 1 })],
    ["reserved for it already", offered(alice, "10.0.0.10", { ago: 59 })],
  ])("but not one that is %s: nobody else can be offered it", (_, event) => {
    for (const node of members) {
      expect(when(given({ members, node }, event)).discover(alice)).toBe(offerOf("10.0.0.10"));
    }
  });

  test("and not one that the inventory gives it", () => {
    for (const node of members) {
      const here = given({ members, node, hosts: { a: { of: alice, address: "10.0.0.10" } } });
      expect(when(here).discover(alice)).toBe(offerOf("10.0.0.10"));
    }
  });

  test("two nodes that reserve one address at once: one of them has to choose again", () => {
    const store = new MemoryLeaseStore(() => instant(NOW));
    const pools = [{ range: "10.0.0.10-10.0.0.10" }];
    const others = members.filter((node) => node !== ownerOf("10.0.0.10"));
    const results = others.map((node, i) => {
      const here = new TestWorld({ members, node, pools });
      const decision = decide(here, request(here, MessageType.DISCOVER, client(i)), NOW, "writable");
      if (decision.kind !== "grant" || !decision.append) throw new Error("expected a reservation");
      let kind: string | undefined;
      const event = { ...decision.append.event, intent: node };
      store.append({ ...decision.append, event }, (result) => {
        kind = result.kind;
      });
      return kind;
    });
    expect(results).toEqual(["stored", "conflict"]);
  });
});

test("where a search begins depends on the client, so that clients do not queue for one address", () => {
  const world = given({ pools: [{ range: "10.0.0.10-10.0.0.200" }] });
  const first = Array.from({ length: 20 }, (_, n) => when(world).discover(client(n)));
  expect(new Set(first).size).toBeGreaterThan(10);
});

test("of two addresses that a race gave it, the client is offered the newest", () => {
  const world = given({}, granted(alice, "10.0.0.12"), granted(alice, "10.0.0.11"));
  expect(when(world).discover(alice)).toBe(offerOf("10.0.0.11"));
});

describe("a long run of taken addresses", () => {
  const [first, taken] = [ip("10.1.0.0"), 20_000];

  /** The pool is taken from its first address on; only the last 100 are free. */
  function nearlyFull(): { world: TestWorld; looks: () => number } {
    const pools = [{ range: `10.1.0.0-${formatIpv4(ipv4(first + taken + 99))}` }];
    const world = given({ prefix: "10.1.0.0/16", pools });
    for (let i = 0; i < taken; i++) {
      const { event } = granted(client(1000 + i), formatIpv4(ipv4(first + i)));
      world.view.apply(leaseAfter(event, revision(i + 1), instant(NOW)));
    }
    const get = vi.spyOn(world.view, "get");
    return { world, looks: () => get.mock.calls.splice(0).length };
  }

  test("is walked through now and then, not by every packet", () => {
    const { world, looks } = nearlyFull();
    const discovered = (n: number) => {
      const choice = chooseAddress(contextOf(world, request(world, MessageType.DISCOVER, client(n)), NOW));
      if ("reason" in choice) throw new Error(choice.reason);
      const { address } = choice.entitlement;
      world.offers.put(client(n).client, address, instant(NOW + 30_000));
      world.offers.noteFound("lan/10.1.0.0-10.1.78.131", address);
      return address;
    };
    expect(world.network.subnets[0]!.pools[0]!.id).toBe("lan/10.1.0.0-10.1.78.131");
    const all = new Set([discovered(0)]);
    looks();
    for (let n = 1; n < 100; n++) all.add(discovered(n));
    expect(looks()).toBeLessThan((99 * taken) / 10);
    expect(all.size).toBe(100);
  });

  test("of which the last ones are kept for known hosts is counted once, not by every packet", () => {
    const world = given({ pools: [{ range: "10.0.0.10-10.0.0.13", keepForKnown: 4 }] });
    const { id } = world.network.subnets[0]!.pools[0]!;
    const choice = chooseAddress(contextOf(world, request(world, MessageType.DISCOVER, alice), NOW));
    expect(choice).toEqual({ reason: "pool-exhausted", pools: [`${id} for unknown hosts`] });
    world.offers.noteExhausted(`${id} for unknown hosts`, instant(NOW + 1000));
    const get = vi.spyOn(world.view, "get");
    expect(when(world).discover(alice)).toBe("silent: pool-exhausted");
    expect(get).not.toHaveBeenCalled();
    expect(when(world.setHost("b", bob)).discover(bob)).toMatch(/^OFFER /);
  });
});
