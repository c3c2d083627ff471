// Which node answers what all of them heard: one at first, the next when the client asks again, the named one, and whoever
// was asked alone.
import { Members } from "@leasehold/leases";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { client, ip } from "../test/wire.ts";
import { type Heard, Responder } from "./responder.ts";

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
      .filter(({ members, responder }) => responder.mayAnswer(heard, members, addresses, now))
      .map(({ members }) => members.self);
}

const heard = (of: number, more: Partial<Heard> = {}): Heard => ({
  ...{ client: client(of).client, xid: 1, type: 1, isUnicast: false, serverIdentifier: undefined, secs: 0 },
  ...more,
});

/** The nodes in the order in which they are to answer a client. */
const order = (of: number, live = NODES) =>
  live.toSorted((a, b) => {
    const rank = (name: string) => new Members(name, live).rankFor(client(of).client);
    return rank(a) - rank(b);
  });

describe("a broadcast", () => {
  test("is answered by one node, a repetition by one more each time", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), (of) => {
        const answers = cluster();
        const [first, second, third] = order(of);
        expect(answers(heard(of))).toEqual([first]);
        expect(new Set(answers(heard(of)))).toEqual(new Set([first, second]));
        expect(new Set(answers(heard(of)))).toEqual(new Set([first, second, third]));
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

  test("of another exchange, or of another type, is not a repetition", () => {
    const answers = cluster();
    answers(heard(1));
    expect(answers(heard(1, { xid: 2 }))).toHaveLength(1);
    expect(answers(heard(1, { type: 3 }))).toHaveLength(1);
    expect(answers(heard(2))).toHaveLength(1);
    expect(answers(heard(1))).toHaveLength(2);
  });

  test("after 20 seconds is new again", () => {
    const answers = cluster();
    answers(heard(1), 0);
    answers(heard(1), 19_999);
    expect(answers(heard(1), 20_000)).toEqual([order(1)[0]]);
  });

  test("is answered by who is left, when a node has died", () => {
    for (let of = 0; of < 20; of++) {
      const live = NODES.filter((name) => name !== order(of)[0]);
      expect(cluster(live)(heard(of))).toEqual([order(of)[1]]);
    }
  });
});

describe("a client that makes a new xid for each try is known by secs", () => {
  test.each([
    [2, 1],
    [3, 2],
    [5, 2],
    [6, 3],
    [0xffff, 3],
  ])("secs %i: %i answer", (secs, count) => {
    expect(new Set(cluster()(heard(1, { secs })))).toEqual(new Set(order(1).slice(0, count)));
  });

  test("but the REQUEST that takes an offer has the secs of its DISCOVER: the named node is not silent yet", () => {
    const serverIdentifier = ADDRESS[order(1)[2] as keyof typeof ADDRESS];
    expect(cluster()(heard(1, { type: 3, serverIdentifier, secs: 12 }))).toEqual([order(1)[2]]);
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
    expect(new Set(answers(named))).toEqual(new Set([order(1)[2], order(1)[0]]));
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
    expect(responder.mayAnswer(heard(1, { isUnicast: true }), members, addresses, 0)).toBe(true);
  }
});

test("what was heard is bounded: the oldest is forgotten first", () => {
  const responder = new Responder();
  const [first, second] = order(0);
  const members = new Members(second!, NODES);
  const addresses = { liveMemberOf: () => undefined };
  const hear = (of: number) => responder.mayAnswer(heard(of), members, addresses, 0);
  expect([first === second, hear(0)]).toEqual([false, false]);
  for (let of = 1; of <= 50_001; of++) {
    responder.mayAnswer(heard(0, { xid: of + 1 }), members, addresses, 0);
  }
  expect(hear(0)).toBe(false);
  expect(hear(0)).toBe(true);
});
