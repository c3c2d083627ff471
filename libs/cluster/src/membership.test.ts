// Who is a member: the processes of one role. Those of others are heard, and listed.
import { describe, expect, test } from "vitest";
import { DEAD_AFTER_MS, type Heartbeat } from "./heartbeat.ts";
import { Membership } from "./membership.ts";

const DAY = 24 * 3600 * 1000;

function beat(node: string, more: Partial<Heartbeat> = {}): Heartbeat {
  return { node, version: "0.1.0", state: "serving", addresses: [], api: "", ...more };
}

function heard(self: string, role: string, ...beats: Heartbeat[]): Membership {
  const all = new Membership(self, role);
  for (const one of beats) all.hear(one.node, one, 0);
  return all;
}

const names = (some: readonly { beat: Heartbeat }[]) => some.map(({ beat: { node } }) => node);

describe("a process of another role", () => {
  const dhcp = heard("n1", "dhcp", beat("n2"), beat("b1", { role: "boot" }), beat("s1", { role: "syncer" }));

  test("is no member, counts for no majority, and is told as no change of the members", () => {
    expect(dhcp.members.names).toEqual(["n1", "n2"]);
    expect(dhcp.sizeAt(0)).toBe(2);
    expect(dhcp.hear("b2", beat("b2", { role: "boot" }), 0)).toBe(false);
    expect(names(dhcp.all(0))).toEqual(["n2"]);
  });

  test("is listed with its last word until it was silent for a day", () => {
    const all = heard("n1", "dhcp", beat("b1", { role: "boot" }), beat("s1", { role: "a-role-to-come" }));
    expect(names(all.others(DAY))).toEqual(["b1", "s1"]);
    expect(all.others(DEAD_AFTER_MS).map(({ isAlive }) => isAlive)).toEqual([false, false]);
    all.refresh(DAY + 1);
    expect(all.others(DAY + 1)).toEqual([]);
  });

  test("serves for those who ask for its role", () => {
    const all = heard(
      "n1",
      "dhcp",
      beat("b1", { role: "boot" }),
      beat("b2", { role: "boot", state: "draining" }),
    );
    const serving = (role: string, now = 0) => all.servingAs(role, now).map(({ node }) => node);
    expect([serving("boot"), serving("syncer"), serving("dhcp")]).toEqual([["b1"], [], []]);
    expect(serving("boot", DEAD_AFTER_MS)).toEqual([]);
  });

  test("may have the name of a member, and neither hides the other", () => {
    const all = heard("n1", "dhcp", beat("n2"), beat("n2", { role: "boot", state: "stopped" }));
    expect(all.members.names).toEqual(["n1", "n2"]);
    expect(all.hasLeftInOrder("n2")).toBe(false);
    expect(all.others(0)).toMatchObject([{ beat: { node: "n2", role: "boot" } }]);
  });

  test("sees nodes that answer DHCP as others, those of earlier versions too, which tell no role", () => {
    const boot = heard("b1", "boot", beat("n1", { role: "dhcp" }), beat("n2"), beat("b2", { role: "boot" }));
    expect(boot.members.names).toEqual(["b1", "b2"]);
    expect(boot.servingAs("dhcp", 0).map(({ node }) => node)).toEqual(["n1", "n2"]);
  });

  test("cannot crowd out members, however many names there are", () => {
    const all = new Membership("n1", "dhcp");
    for (let n = 0; n < 100; n++) all.hear(`b${n}`, beat(`b${n}`, { role: "boot" }), 0);
    expect(all.others(0)).toHaveLength(64);
    expect(all.hear("n2", beat("n2"), 0)).toBe(true);
  });
});

test("a role that is none is ignored", () => {
  const all = new Membership("n1", "dhcp");
  for (const role of [null, 7, {}]) expect(all.hear("n2", { ...beat("n2"), role }, 0)).toBe(false);
  expect([all.all(0), all.others(0)]).toEqual([[], []]);
});
