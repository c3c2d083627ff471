import type { LinkState, LinkView } from "@leasehold/link";
import { compileNetwork } from "@leasehold/network";
import type { ClientId } from "@leasehold/protocol";
import { describe, expect, it } from "vitest";
import { DhcpMembership } from "./dhcp-membership.ts";
import { MembersOnLink } from "./members-on-link.ts";

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
