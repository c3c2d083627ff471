// Laws of the view, of the shares, and of decide. A failure prints the seed and the path that repeat it.

import { Members } from "@leasehold/cluster";
import { formatIpv4, ipv4, MessageType } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  client,
  granted,
  ip,
  LEASE_SECONDS,
  NOW,
  OTHER_MEMBER,
  request,
  SERVER,
  STRANGER,
  secondsLater,
  TestWorld,
} from "../../test/world.ts";
import {
  type Append,
  decide,
  instant,
  type LeaseEvent,
  LeaseView,
  leaseAfter,
  MemoryLeaseStore,
  revision,
  type StoredEvent,
} from "../index.ts";
import { LEASE_EVENT_TYPES } from "../lease/lease-event.ts";

// Few values, so that they meet.
const CLIENTS = [1, 2, 3].map(client);
const ADDRESSES = ["10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13"];
const someone = fc.constantFrom(...CLIENTS);
const address = fc.constantFrom(...ADDRESSES);

const event: fc.Arbitrary<LeaseEvent> = fc
  .record({
    of: someone,
    address,
    type: fc.constantFrom(...LEASE_EVENT_TYPES),
    held: fc.constantFrom(0, 60, 2 * LEASE_SECONDS),
    subnet: fc.constantFrom("lan", "office"),
    xid: fc.constantFrom(1, 3),
  })
  .map(({ of, type, held, ...where }) => ({ ...granted(of, where.address, { held, ...where }).event, type }));

/** What a bucket has delivered: events, and keys that were purged, each at a revision of its own. */
const history: fc.Arbitrary<StoredEvent[]> = fc
  .array(fc.oneof({ weight: 5, arbitrary: event }, address), { maxLength: 20 })
  .map((all) =>
    all.map((each, i) => ({
      address: ip(typeof each === "string" ? each : each.address),
      event: typeof each === "string" ? undefined : each,
      revision: revision(i + 1),
      at: instant(NOW + i * 1000),
    })),
  );

function viewOf(delivered: readonly StoredEvent[]): LeaseView {
  const view = new LeaseView();
  for (const each of delivered) {
    if (each.event === undefined) view.remove(each.address, each.revision);
    else view.apply(leaseAfter(each.event, each.revision, each.at));
  }
  return view;
}

/** All that can be asked of a view; which of a client's addresses is named first does not count. */
function shown(view: LeaseView) {
  return {
    leases: ADDRESSES.map((text) => view.get(ip(text))),
    revisions: ADDRESSES.map((text) => view.revisionOf(ip(text))),
    size: view.size,
    ofClients: CLIENTS.map(({ client }) => view.ofClient(client).toSorted((a, b) => a.address - b.address)),
    held: ["lan", "office"].map((subnet) => view.heldIn(subnet)),
  };
}

describe("a view", () => {
  test("any order and repetition of the same records gives the same one", () => {
    const deliveries = history.chain((records) =>
      fc.tuple(
        fc.constant(records),
        fc.array(fc.shuffledSubarray(records), { maxLength: 3 }),
        fc.shuffledSubarray(records, { minLength: records.length }),
      ),
    );
    fc.assert(
      fc.property(deliveries, ([inOrder, someOften, shuffled]) => {
        expect(shown(viewOf([...someOften.flat(), ...shuffled]))).toEqual(shown(viewOf(inOrder)));
      }),
      { numRuns: 300 },
    );
  });

  test("is the newest record of each address, and the index is what these say", () => {
    fc.assert(
      fc.property(history, (records) => {
        const view = viewOf(records);
        for (const text of ADDRESSES) {
          const newest = records.findLast((record) => record.address === ip(text));
          expect(view.get(ip(text))?.revision).toBe(newest?.event && newest.revision);
          expect(view.revisionOf(ip(text))).toBe(newest?.revision ?? 0);
        }
        const leases = [...view.all()];
        expect(view.size).toBe(leases.length);
        for (const { client } of CLIENTS) {
          const own = leases.filter((lease) => lease.client === client);
          expect(new Set(view.ofClient(client))).toEqual(new Set(own));
        }
        const kept = leases.filter(({ subnet, state }) => subnet === "lan" && state !== "released");
        expect(view.heldIn("lan")).toBe(kept.length);
      }),
      { numRuns: 300 },
    );
  });

  test("a replay of the store's log is the live view, whoever was refused on the way", () => {
    const attempts = fc.array(fc.tuple(event, fc.nat({ max: 3 })), { maxLength: 30 });
    fc.assert(
      fc.property(attempts, (all) => {
        let now = NOW;
        const store = new MemoryLeaseStore(() => now);
        const live = new LeaseView();
        store.follow((stored) => live.apply(leaseAfter(stored.event!, stored.revision, stored.at)));
        for (const [i, [each, stale]] of all.entries()) {
          now = instant(now + 1000);
          const newest = live.revisionOf(ip(each.address));
          const expected = revision(Math.max(0, newest - stale));
          const append: Append = { address: ip(each.address), expected, event: { ...each, intent: `${i}` } };
          store.append(append, ({ kind }) => expect(kind).toBe(expected === newest ? "stored" : "conflict"));
        }
        expect(shown(viewOf(store.log))).toEqual(shown(live));
        const late = new LeaseView();
        store.follow((stored) => late.apply(leaseAfter(stored.event!, stored.revision, stored.at)));
        expect(shown(late)).toEqual(shown(live));
      }),
      { numRuns: 300 },
    );
  });
});

describe("the nodes' shares", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 7 });
  const addresses = fc.array(fc.nat({ max: 0xffffffff }).map(ipv4), { minLength: 1, maxLength: 50 });
  const each = (live: readonly string[]) => live.map((name) => new Members(name, live));

  test("an address belongs to exactly one node", () => {
    fc.assert(
      fc.property(names, addresses, (live, all) => {
        for (const one of all) {
          expect(each(live).filter((members) => members.owns(one))).toHaveLength(1);
        }
      }),
    );
  });

  test("for a client every node has a place of its own, and one is first", () => {
    fc.assert(
      fc.property(names, fc.nat({ max: 500 }).map(client), (live, of) => {
        const ranks = each(live).map((members) => members.rankFor(of.client));
        expect(ranks.toSorted((a, b) => a - b)).toEqual(live.map((_, i) => i));
      }),
    );
  });

  test("a member that leaves moves its own share and no other; who is left closes up in order", () => {
    const leaving = names
      .filter((live) => live.length > 1)
      .chain((live) => fc.tuple(fc.constant(live), fc.constantFrom(...live)));
    fc.assert(
      fc.property(leaving, addresses, fc.nat({ max: 500 }).map(client), ([live, gone], all, of) => {
        const rest = live.filter((name) => name !== gone);
        const before = all.map((one) => each(live).find((members) => members.owns(one))!.self);
        const now = all.map((one) => each(rest).find((members) => members.owns(one))!.self);
        for (const [i, owner] of before.entries()) if (owner !== gone) expect(now[i]).toBe(owner);
        const order = (names: readonly string[]) =>
          each(names)
            .toSorted((a, b) => a.rankFor(of.client) - b.rankFor(of.client))
            .map(({ self }) => self);
        expect(order(rest)).toEqual(order(live).filter((name) => name !== gone));
      }),
    );
  });

  test("neither the order in which members are named nor naming one twice makes a difference", () => {
    fc.assert(
      fc.property(names, addresses, (live, all) => {
        const [one, other] = [
          new Members(live[0]!, live),
          new Members(live[0]!, [...live, ...live].reverse()),
        ];
        expect(all.map((address) => one.owns(address))).toEqual(all.map((address) => other.owns(address)));
      }),
    );
  });

  test("three nodes have about a third each", () => {
    const live = each(["n1", "n2", "n3"]);
    const all = Array.from({ length: 4096 }, (_, i) => ipv4(0x0a4d1000 + i));
    for (const members of live) {
      const share = all.filter((address) => members.owns(address)).length / all.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.37);
    }
  });
});

describe("decide", () => {
  const fields = fc.record(
    {
      ciaddr: address,
      requested: fc.oneof(address, fc.constantFrom("10.0.0.77", "192.168.1.7")),
      server: fc.constantFrom(SERVER, OTHER_MEMBER, STRANGER),
      firmware: fc.boolean(),
      xid: fc.constantFrom(1, 2),
    },
    { requiredKeys: [] },
  );
  const setting = fc.record({
    store: fc.constantFrom("writable", "stored-only"),
    authoritative: fc.boolean(),
    members: fc.constantFrom([], ["n1", "n2", "n3"]),
    hosts: fc.constantFrom({}, { a: { of: CLIENTS[0]!, address: "10.0.0.11" }, b: { of: CLIENTS[1]! } }),
  });
  const situation = fc.record({
    setting,
    records: history,
    offers: fc.array(fc.tuple(someone, address), { maxLength: 3 }),
    of: someone,
    type: fc.constantFrom(...Object.values(MessageType)),
    fields,
    later: fc.constantFrom(0, 59, LEASE_SECONDS, 2 * LEASE_SECONDS, 3 * LEASE_SECONDS),
  });

  type Situation = Parameters<Parameters<typeof situation.map>[0]>[0];

  function worldOf({ setting, records, offers }: Situation): TestWorld {
    const world = new TestWorld(setting);
    for (const lease of viewOf(records).all()) world.view.apply(lease);
    for (const [{ client }, text] of offers) world.offers.put(client, ip(text), secondsLater(30));
    return world;
  }

  test("same world, same request, same instant: same decision, and the world is as it was", () => {
    fc.assert(
      fc.property(situation, (it) => {
        const world = worldOf(it);
        const asked = request(world, it.type, it.of, it.fields);
        const known = () => structuredClone([shown(world.view), world.offers]);
        const before = known();
        const decision = decide(world, asked, secondsLater(it.later), world.store);
        expect(known()).toEqual(before);
        expect(decide(world, asked, secondsLater(it.later), world.store)).toEqual(decision);
        expect(decide(worldOf(it), asked, secondsLater(it.later), world.store)).toMatchObject({
          kind: decision.kind,
        });
      }),
      { numRuns: 1000 },
    );
  });

  test("whatever was stored and is asked: no address that is held for another, and no promise beyond what is held", () => {
    fc.assert(
      fc.property(situation, (it) => {
        const world = worldOf(it);
        const now = secondsLater(it.later);
        const decision = decide(world, request(world, it.type, it.of, it.fields), now, world.store);
        if (decision.kind !== "grant") return;
        const lease = world.view.get(decision.address);
        const isOthers = lease !== undefined && lease.client !== it.of.client && lease.state !== "released";
        const guardMs = lease?.state === "declined" ? 0 : world.policy.guardMs;
        if (isOthers) expect(now).toBeGreaterThanOrEqual(lease.heldUntil + guardMs);
        const { append } = decision;
        if (append !== undefined) {
          expect(append.expected).toBe(world.view.revisionOf(decision.address));
          expect(append.event.address).toBe(formatIpv4(decision.address));
          expect(append.event.client).toBe(it.of.client);
          if (decision.reply === "ACK")
            expect(append.event.heldSeconds).toBeGreaterThanOrEqual(decision.seconds);
        } else if (decision.reply === "ACK") {
          expect(lease?.client).toBe(it.of.client);
          expect(now + decision.seconds * 1000).toBeLessThanOrEqual(lease!.heldUntil);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("what it changes of the offers is in it: who is offered an address is offered it again, and nobody else is", () => {
    const discovers = situation.map((it) => ({ ...it, type: MessageType.DISCOVER }));
    fc.assert(
      fc.property(discovers, someone, (it, other) => {
        const world = worldOf(it);
        const now = secondsLater(it.later);
        const ask = (of: typeof other) =>
          decide(world, request(world, it.type, of, of === it.of ? it.fields : {}), now, "writable");
        const decision = ask(it.of);
        world.offers.apply(it.of.client, decision.offers);
        if (decision.kind !== "grant") return;
        const { address } = decision;
        expect(decision.offers).toMatchObject([{ kind: "offered", address, until: now + 30_000 }]);
        expect(ask(it.of)).toMatchObject({ kind: "grant", address });
        const others = ask(other);
        if (other !== it.of && others.kind === "grant") expect(others.address).not.toBe(address);
      }),
      { numRuns: 1000 },
    );
  });
});
