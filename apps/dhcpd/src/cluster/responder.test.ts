import { Members } from "@leasehold/cluster";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alice, bob, client, ip } from "../../test/wire.ts";
import { DeferredPackets, type Heard, Responder } from "./responder.ts";

const NODES = ["n1", "n2", "n3"];
const ADDRESS = { n1: ip("10.0.0.2"), n2: ip("10.0.0.3"), n3: ip("10.0.0.4") };
const CLUSTER = ip("10.0.0.250");

/** Each node with its own memory of what it heard; `live` are those that all of them take for alive. */
function cluster(live = NODES) {
  const nodes = live.map((name) => ({ members: new Members(name, live), responder: new Responder() }));
  const addresses = {
    liveMemberOf: (address: number) => live.find((name) => ADDRESS[name as keyof typeof ADDRESS] === address),
  };
  /** Who answers it, when all hear it. */
  return (heard: Heard, now = 0) =>
    nodes
      .filter(({ members, responder }) =>
        responder.mayAnswer(heard, responder.hear(heard, now), members, addresses, now),
      )
      .map(({ members }) => members.self);
}

const heard = (of: number, more: Partial<Heard> = {}): Heard => ({
  ...{ client: client(of).client, xid: 1, type: 1, isUnicast: false, serverIdentifier: undefined },
  ...more,
});

/** The nodes in the order in which they are to answer a client. */
const order = (of: number, live = NODES) =>
  live.toSorted((a, b) => {
    const rank = (name: string) => new Members(name, live).rankFor(client(of).client);
    return rank(a) - rank(b);
  });

describe("a broadcast", () => {
  test("is answered by one node, and by one more for each 4 s that its client goes on asking", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), (of) => {
        const answers = cluster();
        const [first, second, third] = order(of);
        expect(answers(heard(of), 0)).toEqual([first]);
        expect(new Set(answers(heard(of), 3000))).toEqual(new Set([first, second]));
        expect(new Set(answers(heard(of), 10_000))).toEqual(new Set([first, second, third]));
      }),
      { numRuns: 50 },
    );
  });

  test("of a DISCOVER with a new xid each time goes on all the same; a renewal with a new xid is asked anew", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), (of) => {
        const answers = cluster();
        const [first, second] = order(of);
        expect(answers(heard(of, { xid: 1 }), 0)).toEqual([first]);
        expect(new Set(answers(heard(of, { xid: 2 }), 3000))).toEqual(new Set([first, second]));
        for (const [i, at] of [6000, 9000, 12_000].entries())
          expect(answers(heard(of, { type: 3, xid: 3 + i }), at)).toEqual([first]);
      }),
      { numRuns: 50 },
    );
  });

  test("is shared out evenly", () => {
    const answers = cluster();
    const counts = new Map<string, number>();
    for (let of = 0; of < 600; of++) {
      for (const node of answers(heard(of))) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
    for (const node of NODES) expect(counts.get(node)).toBeGreaterThan(150);
  });

  test("of another type is not a repetition: the client has gone on, and begins anew when it comes back", () => {
    const answers = cluster();
    answers(heard(1), 0);
    expect(answers(heard(1, { type: 3 }), 4000)).toHaveLength(1);
    expect(answers(heard(1), 8000)).toHaveLength(1);
    expect(answers(heard(2), 8000)).toHaveLength(1);
  });

  test("with another xid is one: some clients make a new one for each try", () => {
    const answers = cluster();
    answers(heard(1), 0);
    expect(answers(heard(1, { xid: 2 }), 4000)).toHaveLength(2);
  });

  test("that comes again after 20 seconds is new", () => {
    const answers = cluster();
    answers(heard(1), 0);
    expect(answers(heard(1), 19_999)).toHaveLength(2);
    expect(answers(heard(1), 39_999)).toEqual([order(1)[0]]);
  });

  test("is answered by who is left, when a node has died", () => {
    for (let of = 0; of < 20; of++) {
      const live = NODES.filter((name) => name !== order(of)[0]);
      expect(cluster(live)(heard(of))).toEqual([order(of)[1]]);
    }
  });
});

describe("field report 17: a node's silence is what the others heard themselves", () => {
  test.each([
    ["iPXE, which asks again after a second though it was answered, and takes the last offer", [0, 1000]],
    ["copies of a switch or of two relays", [0, 0, 1, 50, 199]],
    ["a client that asks at once, in a hurry", [0, 300, 600, 900, 1200, 1500, 1800]],
  ])("one node answers %s", (_, times) => {
    const answers = cluster();
    for (const now of times) expect(answers(heard(1), now)).toEqual([order(1)[0]]);
  });

  test.each([
    ["iPXE", [0, 1000, 3100, 7200], 3100],
    ["EDK2", [0, 4000, 12_000, 28_000], 4000],
    ["klibc", [0, 1000, 3200, 7300, 15_400], 3200],
    ["RFC 2131, in a hurry", [0, 3000, 10_000], 3000],
  ])("%s is answered by the second node at the first try after two seconds", (_, times, at) => {
    const answers = cluster();
    const [, second] = order(1);
    const answered = times.find((now) => answers(heard(1), now).includes(second!));
    expect(answered).toBe(at);
  });

  test("a copy that comes late does not stand for a try", () => {
    const answers = cluster();
    answers(heard(1), 0);
    answers(heard(1), 150);
    expect(answers(heard(1), 3000)).toHaveLength(2);
  });
});

describe("a REQUEST that names a server", () => {
  test.each(NODES)("that lives is answered by that one, whoever comes first: %s", (name) => {
    for (let of = 0; of < 10; of++) {
      const serverIdentifier = ADDRESS[name as keyof typeof ADDRESS];
      expect(cluster()(heard(of, { type: 3, serverIdentifier }))).toEqual([name]);
    }
  });

  test("is answered by another one too, when the client has to repeat it", () => {
    const answers = cluster();
    const named = heard(1, { type: 3, serverIdentifier: ADDRESS[order(1)[2] as keyof typeof ADDRESS] });
    expect(answers(named)).toEqual([order(1)[2]]);
    expect(answers(named, 800)).toEqual([order(1)[2]]);
    expect(new Set(answers(named, 3000))).toEqual(new Set([order(1)[2], order(1)[0]]));
  });

  test("that is dead is answered by another at once", () => {
    const answers = cluster(["n2", "n3"]);
    expect(answers(heard(1, { type: 3, serverIdentifier: ADDRESS.n1 }))).toHaveLength(1);
  });

  test("by the cluster's own address is answered by whoever comes first", () => {
    expect(cluster()(heard(1, { type: 3, serverIdentifier: CLUSTER }))).toEqual([order(1)[0]]);
  });
});

test("a unicast reached this node only: it answers, each time", () => {
  const [, second] = order(1);
  const responder = new Responder();
  const members = new Members(second!, NODES);
  const addresses = { liveMemberOf: () => undefined };
  for (let i = 0; i < 3; i++) {
    const one = heard(1, { isUnicast: true });
    expect(responder.mayAnswer(one, responder.hear(one, 0), members, addresses, 0)).toBe(true);
  }
});

const arrival = { link: { interfaceName: "eth0", addresses: [], send: () => true }, isBroadcast: true };

function left(heardAt: number, octet = 0) {
  return { bytes: Uint8Array.of(octet), arrival: { ...arrival, sourcePort: 68 }, heardAt };
}

function clientsSince(packets: DeferredPackets, lastBeatAt: number, now: number) {
  return packets.since(lastBeatAt, now).map(([of]) => of);
}

test("of a client the newest counts: with that it went on", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0, 1));
  packets.note(alice.client, left(10, 3));
  expect(packets.since(0, 2000).map(([, { bytes }]) => bytes[0])).toEqual([3]);
});

test("what this node answers itself is not left to anybody", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0));
  packets.forget(alice.client);
  expect(packets.since(0, 0)).toEqual([]);
});

describe("a death", () => {
  test("concerns what came after the last heartbeat, less half a second", () => {
    const packets = new DeferredPackets();
    packets.note(alice.client, left(499));
    packets.note(bob.client, left(500));
    expect(clientsSince(packets, 1000, 3000)).toEqual([bob.client]);
  });

  test("that is noticed late does not bring back what its client has long given up", () => {
    const packets = new DeferredPackets();
    packets.note(alice.client, left(999));
    packets.note(bob.client, left(1000));
    expect(clientsSince(packets, 0, 4000)).toEqual([bob.client]);
  });
});

test("what is old goes when something new comes; of many the oldest goes first", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0));
  packets.note(bob.client, left(2999));
  expect(packets.size).toBe(2);
  packets.note(client(3).client, left(3000));
  expect(clientsSince(packets, 0, 3000)).toEqual([bob.client, client(3).client]);
  for (let n = 4; n < 17_000; n++) packets.note(client(n).client, left(3000));
  expect(packets.size).toBe(16_384);
  expect(clientsSince(packets, 0, 3000)).not.toContain(bob.client);
});
