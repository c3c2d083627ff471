// Who is a member, by the store: known to a node that has just started, kept by each for itself, and cleared of who is gone.
import { Wrong } from "@leasehold/bus";
import { describe, expect, test } from "vitest";
import { ip } from "../../test/wire.ts";
import { DhcpMembership } from "../cluster/dhcp-membership.ts";
import { MemberRegistry } from "./member-registry.ts";

const DAY = 24 * 3600 * 1000;

/** A bucket whose writes come back at once. */
function registryOf(self = "n1") {
  const membership = new DhcpMembership(self);
  const written: string[] = [];
  let revision = 10;
  const registry = new MemberRegistry({
    ...{ self, membership },
    put: async (key, value, expected) => {
      written.push(`${key} ${value === null ? "gone" : value.addresses.join()} on ${expected}`);
      registry.take(key, value, ++revision, 0);
      return { ok: true };
    },
  });
  return { membership, registry, written };
}

describe("a node that has just started", () => {
  test("knows the addresses of one that died before, and that it is a member", () => {
    const { membership, registry } = registryOf();
    registry.take("member.n2", { node: "n2", addresses: ["10.0.0.3"] }, 4, 0);
    expect([membership.isMember(ip("10.0.0.3")), membership.liveMemberOf(ip("10.0.0.3"))]).toEqual([
      true,
      undefined,
    ]);
    expect([membership.sizeAt(0), membership.unheard()]).toEqual([2, ["n2"]]);
    expect(membership.members.names).toEqual(["n1"]);
  });

  test("writes its own record once, and again when its addresses are others", async () => {
    const { registry, written } = registryOf();
    await registry.keep(["10.0.0.2"], 0);
    await registry.keep(["10.0.0.2"], 1);
    await registry.keep(["10.0.0.9"], 2);
    expect(written).toEqual(["member.n1 10.0.0.2 on 0", "member.n1 10.0.0.9 on 11"]);
  });

  test("writes nothing when the record is there, and writes it anew when somebody removed it", async () => {
    const { registry, written } = registryOf();
    registry.take("member.n1", { node: "n1", addresses: ["10.0.0.2"] }, 7, 0);
    await registry.keep(["10.0.0.2"], 0);
    expect(written).toEqual([]);
    registry.take("member.n1", undefined, 8, 0);
    await registry.keep(["10.0.0.2"], 0);
    expect(written).toEqual(["member.n1 10.0.0.2 on 8"]);
  });
});

describe("a node that nobody has heard of for a day", () => {
  test("is removed, with its addresses", async () => {
    const { membership, registry, written } = registryOf();
    registry.take("member.n1", { node: "n1", addresses: ["10.0.0.2"] }, 3, 0);
    registry.take("member.n2", { node: "n2", addresses: ["10.0.0.3"] }, 4, 0);
    await registry.keep(["10.0.0.2"], DAY);
    expect([written, membership.sizeAt(DAY)]).toEqual([[], 2]);
    await registry.keep(["10.0.0.2"], DAY + 1);
    expect(written).toEqual(["member.n2 gone on 4"]);
    expect([membership.sizeAt(DAY), membership.isMember(ip("10.0.0.3"))]).toEqual([1, false]);
  });

  test("counts from its last heartbeat on", async () => {
    const { membership, registry, written } = registryOf();
    registry.take("member.n1", { node: "n1", addresses: [] }, 3, 0);
    registry.take("member.n2", { node: "n2", addresses: ["10.0.0.3"] }, 4, 0);
    membership.hear("n2", { node: "n2", state: "serving", addresses: ["10.0.0.3"] }, 5000);
    await registry.keep([], DAY + 5000);
    expect(written).toEqual([]);
    await registry.keep([], DAY + 5001);
    expect(written).toEqual(["member.n2 gone on 4"]);
  });
});

test("what the store refuses is tried again the next time", async () => {
  const membership = new DhcpMembership("n1");
  let tries = 0;
  const put = async () => {
    tries++;
    throw new Error("no quorum");
  };
  const registry = new MemberRegistry({ self: "n1", membership, put });
  await registry.keep(["10.0.0.2"], 0);
  await registry.keep(["10.0.0.2"], 1000);
  expect(tries).toBe(2);
});

test("other records of the bucket, and nonsense, are left alone", () => {
  const { membership, registry } = registryOf();
  registry.take("document", { addresses: ["10.0.0.3"] }, 1, 0);
  registry.take("member.n2", "hello", 2, 0);
  registry.take("member.n3", { addresses: "10.0.0.3" }, 3, 0);
  expect([membership.sizeAt(0), membership.isMember(ip("10.0.0.3"))]).toEqual([1, false]);
});

test("A5: a member whose record was spoilt is a member still, and is told of", () => {
  const { membership, registry } = registryOf();
  registry.take("member.n2", { node: "n2", addresses: ["10.0.0.3"] }, 1, 0);
  for (const spoilt of ["hello", 7, [], {}, { node: "n3", addresses: [] }, { node: "n2", addresses: [7] }])
    expect(registry.take("member.n2", spoilt, 2, 0)).toBeInstanceOf(Wrong);
  expect([membership.sizeAt(0), membership.isMember(ip("10.0.0.3"))]).toEqual([2, true]);
  expect(registry.take("member.n2", undefined, 3, 0)).toBeUndefined();
  expect(membership.sizeAt(0)).toBe(1);
});

test("A5: a node writes its own record anew when somebody spoilt it", async () => {
  const { registry, written } = registryOf();
  registry.take("member.n1", { node: "n1", addresses: ["10.0.0.2"] }, 1, 0);
  registry.take("member.n1", "spoilt", 2, 0);
  await registry.keep(["10.0.0.2"], 0);
  expect(written).toEqual(["member.n1 10.0.0.2 on 2"]);
});

describe("A2: the bucket of the members is emptied", () => {
  test("each member's last word is written back, on top of nothing", async () => {
    const { registry, written } = registryOf();
    registry.take("member.n1", { node: "n1", addresses: ["10.0.0.2"] }, 3, 0);
    registry.take("member.n2", { node: "n2", addresses: ["10.0.0.3"] }, 4, 0);
    registry.replaced();
    await registry.keep(["10.0.0.2"], 0);
    expect(written).toEqual(["member.n1 10.0.0.2 on 0", "member.n2 10.0.0.3 on 0"]);
    await registry.keep(["10.0.0.2"], 1);
    expect(written).toHaveLength(2);
  });

  test("what a node knows is noted when it changes, every ten seconds at most; the newest word counts", async () => {
    const { registry, written } = registryOf();
    await registry.keep(["10.0.0.2"], 0, { leases: 1, hosts: 0 });
    await registry.keep(["10.0.0.2"], 9999, { leases: 2, hosts: 0 });
    expect([written.length, registry.recorded]).toEqual([1, { leases: 1, hosts: 0 }]);
    await registry.keep(["10.0.0.2"], 10_000, { leases: 2, hosts: 0 });
    expect([written.length, registry.recorded]).toEqual([2, { leases: 2, hosts: 0 }]);
    registry.take("member.n2", { node: "n2", addresses: [], keys: { leases: "x" } }, 90, 0);
    expect(registry.recorded).toEqual({ leases: 2, hosts: 0 });
    registry.take("member.n2", { node: "n2", addresses: [], keys: { leases: 7, hosts: 1 } }, 91, 0);
    expect(registry.recorded).toEqual({ leases: 7, hosts: 1 });
  });
});
