// What a node does with the floating address once it has been elected, or not any more.
import { describe, expect, test } from "vitest";
import { ip } from "../../test/wire.ts";
import { DhcpMembership } from "./dhcp-membership.ts";
import { FloatingIdentity } from "./floating-identity.ts";

const ADDRESS = ip("10.0.0.250");
const OTHER = ip("10.0.0.251");

/** A machine that only tells what it is asked, with a node alone in its cluster. */
function played() {
  const said: string[] = [];
  const machine = { obstacle: undefined as string | undefined, fails: false };
  const carrier = {
    obstacle: () => machine.obstacle,
    carry: () => {
      if (machine.fails) throw new Error("RTM_NEWADDR: EPERM");
      said.push("carry");
    },
    announce: () => void said.push("announce"),
    drop: () => void said.push("drop"),
  };
  const note = ({ kind, ...more }: { kind: string; reason?: string }) =>
    void said.push(more.reason === undefined ? kind : `${kind}: ${more.reason}`);
  const membership = new DhcpMembership("n1");
  const identity = new FloatingIdentity({ self: "n1", membership, carrier, note }, -10_000);
  const heard = () => said.splice(0);
  return { identity, machine, membership, heard };
}

/** The same when it has the address. */
function carrying() {
  const all = played();
  all.identity.noticeAddress(ADDRESS, -10_000);
  all.identity.tick(0, true);
  expect(all.identity.carries).toBe(true);
  return all;
}

test("without a floating address it says nothing and does nothing", () => {
  const { identity, heard } = played();
  expect(identity.tick(0, true)).toBe(false);
  identity.refresh(0);
  expect([identity.word, heard()]).toEqual([undefined, []]);
});

test("what an earlier process left on the interface is removed first", () => {
  const { identity, heard } = played();
  identity.noticeAddress(ADDRESS, 0);
  expect(heard()).toEqual(["drop"]);
});

test("elected, it carries the address before it says so, and announces it five times", () => {
  const { identity, heard } = carrying();
  expect(heard()).toEqual(["drop", "carry", "announce", "taken"]);
  for (let beat = 1; beat < 10; beat++) identity.refresh(beat * 500);
  expect(heard().filter((what) => what === "announce")).toHaveLength(4);
  expect(identity.word).toMatchObject({ address: "10.0.0.250", carries: true, obstacle: null });
});

describe("it lets go", () => {
  test("when told to, once", () => {
    const { identity, heard } = carrying();
    heard();
    identity.giveUp(500);
    identity.giveUp(600);
    expect(heard()).toEqual(["drop", "given-up"]);
  });

  test("when it does not serve any more", () => {
    const { identity, heard } = carrying();
    heard();
    expect(identity.tick(100, false)).toBe(true);
    expect(heard()).toEqual(["drop", "given-up"]);
  });

  test("when there are others and it hears none of them", () => {
    const { identity, membership, heard } = carrying();
    heard();
    membership.register("n2", 0);
    identity.tick(100, true);
    expect(heard()).toEqual(["drop", "given-up"]);
  });

  test("when the network document names another one, which it takes later", () => {
    const { identity, heard } = carrying();
    heard();
    identity.noticeAddress(OTHER, 1000);
    identity.tick(1100, true);
    expect(heard()).toEqual(["drop", "given-up", "drop"]);
    identity.tick(9000, true);
    expect(identity.word).toMatchObject({ address: "10.0.0.251", carries: true });
  });

  test("when the document names none", () => {
    const { identity, heard } = carrying();
    heard();
    identity.noticeAddress(undefined, 1000);
    expect([heard(), identity.word]).toEqual([["drop", "given-up"], undefined]);
  });
});

describe("a machine that cannot carry it", () => {
  test("says why, once, and is not elected", () => {
    const { identity, machine, heard } = played();
    machine.obstacle = "it lacks CAP_NET_ADMIN";
    identity.noticeAddress(ADDRESS, -10_000);
    for (let at = 0; at < 3000; at += 500) identity.refresh(at);
    identity.tick(3000, true);
    expect(heard()).toEqual(["drop", "obstacle: it lacks CAP_NET_ADMIN"]);
    expect(identity.word).toMatchObject({ able: false, carries: false, obstacle: "it lacks CAP_NET_ADMIN" });
  });

  test("because the kernel refuses leaves it to others for ten seconds", () => {
    const { identity, machine, heard } = played();
    machine.fails = true;
    identity.noticeAddress(ADDRESS, -10_000);
    identity.tick(0, true);
    expect(heard()).toEqual(["drop", "obstacle: RTM_NEWADDR: EPERM", "drop", "given-up"]);
    machine.fails = false;
    identity.refresh(9000);
    identity.tick(9000, true);
    expect(identity.carries).toBe(false);
    identity.refresh(10_000);
    identity.tick(10_000, true);
    expect(identity.carries).toBe(true);
  });
});
