import { DEAD_AFTER_MS } from "@leasehold/cluster";
import type { LinkState, LinkView } from "@leasehold/link";
import { compileNetwork } from "@leasehold/network";
import type { ClientId } from "@leasehold/protocol";
import { describe, expect, it, test } from "vitest";
import { ip } from "../../test/wire.ts";
import { DhcpMembership, MembersOnLink } from "./dhcp-membership.ts";
import type { DhcpHeartbeat } from "./heartbeat.ts";
import { furthestOther } from "./other-nodes.ts";

const DAY = 24 * 3600 * 1000;

function beat(node: string, more: Partial<DhcpHeartbeat> = {}): DhcpHeartbeat {
  return {
    ...{ node, version: "0.1.0", state: "serving", addresses: [`10.0.0.${node.slice(1)}`], api: "" },
    ...{ networkRevision: 1, leasesPosition: 0, inventoryRevision: 0, hosts: 0, leases: 0, counters: {} },
    ...more,
  };
}

function membership(...nodes: string[]): DhcpMembership {
  const all = new DhcpMembership("n1");
  for (const node of nodes) all.hear(node, beat(node), 0);
  return all;
}

test("a node alone is a cluster of one", () => {
  expect(new DhcpMembership("n1").members.names).toEqual(["n1"]);
});

test("members are those that serve, and this node whatever it says of itself", () => {
  const all = membership("n2", "n3");
  all.hear("n1", beat("n1", { state: "starting" }), 0);
  expect(all.members.names).toEqual(["n1", "n2", "n3"]);
  for (const state of ["starting", "suspect", "draining"] as const) {
    expect(all.hear("n3", beat("n3", { state }), 1)).toBe(state === "starting");
    expect(all.members.names).toEqual(["n1", "n2"]);
  }
});

test("who is not heard for two seconds is taken for dead, and comes back with a word", () => {
  const all = membership("n2");
  expect(all.refresh(DEAD_AFTER_MS - 1)).toBe(false);
  expect(all.refresh(DEAD_AFTER_MS)).toBe(true);
  expect(all.members.names).toEqual(["n1"]);
  expect(all.hear("n2", beat("n2"), 9000)).toBe(true);
  expect(all.members.names).toEqual(["n1", "n2"]);
});

test("hearing says whether the members changed, so that it is logged once", () => {
  const all = new DhcpMembership("n1");
  expect(all.hear("n2", beat("n2"), 0)).toBe(true);
  expect(all.hear("n2", beat("n2"), 500)).toBe(false);
});

describe("by which addresses the cluster is known", () => {
  test("a member's, for as long as it may be named in a lease", () => {
    const all = membership("n2");
    all.refresh(DEAD_AFTER_MS);
    expect([all.isMember(ip("10.0.0.2")), all.isMember(ip("10.0.0.9"))]).toEqual([true, false]);
  });

  test("which live member one is: not a dead one's, nor the cluster's own", () => {
    const all = membership("n2");
    expect(all.liveMemberOf(ip("10.0.0.2"))).toBe("n2");
    expect(all.liveMemberOf(ip("10.0.0.250"))).toBeUndefined();
    all.refresh(DEAD_AFTER_MS);
    expect(all.liveMemberOf(ip("10.0.0.2"))).toBeUndefined();
  });

  test("one that moves to another node is that node's", () => {
    const all = membership("n2", "n3");
    all.hear("n3", beat("n3", { addresses: ["10.0.0.3", "10.0.0.2"] }), 1);
    expect(all.liveMemberOf(ip("10.0.0.2"))).toBe("n3");
  });
});

describe("what people see", () => {
  test("every node that was heard, by name, dead ones too, with its last word", () => {
    const all = membership("n3", "n2");
    all.hear("n2", beat("n2", { leases: 7 }), 3000);
    expect(all.all(3500)).toEqual([
      { beat: beat("n2", { leases: 7 }), silentMs: 500, isAlive: true },
      { beat: beat("n3"), silentMs: 3500, isAlive: false },
    ]);
  });

  test("a node that was silent for a day is forgotten", () => {
    const all = membership("n2");
    all.refresh(DAY);
    expect(all.all(DAY)).toHaveLength(1);
    all.refresh(DAY + 1);
    expect(all.all(DAY + 1)).toEqual([]);
  });
});

describe("nonsense on the subject is ignored", () => {
  test.each<[what: string, value: unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["text", "hello"],
    ["an empty object", {}],
    ["another's name", beat("n9")],
    ["no addresses", { ...beat("n2"), addresses: undefined }],
    ["addresses that are none", { ...beat("n2"), addresses: "10.0.0.2" }],
  ])("%s", (_, value) => {
    const all = new DhcpMembership("n1");
    expect(all.hear("n2", value, 0)).toBe(false);
    expect(all.all(0)).toEqual([]);
  });

  test("an address among others that is none", () => {
    const all = new DhcpMembership("n1");
    all.hear("n2", beat("n2", { addresses: ["10.0.0.300", null as never, "10.0.0.2"] }), 0);
    expect(all.isMember(ip("10.0.0.2"))).toBe(true);
  });

  test("more names than a cluster has nodes", () => {
    const all = new DhcpMembership("n1");
    for (let n = 0; n < 100; n++) all.hear(`x${n}`, beat(`x${n}`, { addresses: [] }), 0);
    expect(all.all(0)).toHaveLength(64);
  });
});

test("a process of another role on the same machine shares its addresses, and is none of the nodes that clients know", () => {
  const all = membership("n2");
  all.hear("n2", { ...beat("n2"), role: "boot", addresses: ["10.0.0.2", "10.0.0.7"] }, 0);
  all.hear("b1", { ...beat("b1"), role: "boot", addresses: ["10.0.0.8"], leasesPosition: 9 }, 0);
  expect(all.members.names).toEqual(["n1", "n2"]);
  expect(all.liveMemberOf(ip("10.0.0.2"))).toBe("n2");
  expect([all.isMember(ip("10.0.0.7")), all.isMember(ip("10.0.0.8"))]).toEqual([false, false]);
  expect(furthestOther(all, 0)).toEqual({ node: "n2", position: 0 });
  expect(all.presence).toEqual(["n1", "n2"]);
});

const network = compileNetwork(
  {
    version: 1,
    subnets: [
      { id: "one", prefix: "10.1.0.0/16", pools: [{ range: "10.1.1.0-10.1.1.9" }] },
      { id: "two", prefix: "10.2.0.0/16", interface: "lan2", pools: [{ range: "10.2.1.0-10.2.1.9" }] },
      { id: "far", prefix: "10.3.0.0/16", pools: [{ range: "10.3.1.0-10.3.1.9" }] },
    ],
  } as Parameters<typeof compileNetwork>[0],
  1,
);
const subnet = (id: string) => network.subnet(id)!;

const link = (name: string, address: string, state: LinkState = "up"): LinkView => ({
  ...{ name, state, mtu: 1500 },
  addresses: state === "missing" ? [] : [address],
});

function cluster(ofN2: readonly LinkView[] | undefined) {
  const membership = new DhcpMembership("n1");
  const onLink = new MembersOnLink("n1", membership);
  membership.noteOwnLinks([link("lan1", "10.1.0.1"), link("lan2", "10.2.0.1")]);
  const hear = (links: readonly LinkView[] | undefined) =>
    membership.hear("n2", { node: "n2", state: "serving", addresses: [], links }, 0);
  hear(ofN2);
  return { membership, hear, on: (id: string) => onLink.of(subnet(id), network) };
}

describe("A1: who can hear the clients of a link", () => {
  it("A1: a node whose link is missing or down is not asked for them, and comes back with its link", () => {
    const { on, hear } = cluster([link("lan1", "10.1.0.2"), link("lan2", "10.2.0.2", "missing")]);
    expect(on("one").names).toEqual(["n1", "n2"]);
    expect(on("two").names).toEqual(["n1"]);
    hear([link("lan1", "10.1.0.2", "down"), link("lan2", "10.2.0.2")]);
    expect([on("one").names, on("two").names]).toEqual([["n1"], ["n1", "n2"]]);
  });

  it("A1: a link whose address is of another network is another link", () => {
    const { on, hear } = cluster([link("lan1", "10.1.0.2")]);
    hear([link("lan1", "192.0.2.2")]);
    expect(on("one").names).toEqual(["n1"]);
  });

  it("A1: the node itself without the link answers nobody there and owns no free address", () => {
    const { on, membership } = cluster([link("lan1", "10.1.0.2"), link("lan2", "10.2.0.2")]);
    membership.noteOwnLinks([link("lan1", "10.1.0.1"), link("lan2", "", "missing")]);
    const members = on("two");
    expect(members.names).toEqual(["n2"]);
    expect(members.rankFor("01aabb" as ClientId)).toBe(Number.POSITIVE_INFINITY);
    const [pool] = subnet("two").pools;
    expect(Array.from({ length: 10 }, (_, i) => members.owns(pool!.at(i)))).not.toContain(true);
  });

  it("A1: a subnet that is on nobody's link, as behind relays, is all nodes'; so is one of a node that does not tell", () => {
    expect(cluster([link("lan1", "10.1.0.2")]).on("far").names).toEqual(["n1", "n2"]);
    expect(cluster(undefined).on("two").names).toEqual(["n1", "n2"]);
  });
});
