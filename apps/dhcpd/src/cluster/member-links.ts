// The links of the nodes, as each tells them in its heartbeat, and which subnet each would serve.
import type { Network, Subnet } from "@leasehold/network";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import type { DhcpMembership } from "./dhcp-membership.ts";

export interface MemberLink {
  readonly name: string;
  readonly addresses: readonly Ipv4[];
}

export interface MemberLinks {
  readonly node: string;
  readonly links: readonly MemberLink[];
}

/** Of the nodes that are alive and say which links they have. */
export function memberLinks(membership: DhcpMembership, now: number): MemberLinks[] {
  return membership.all(now).flatMap(({ beat, isAlive }) => {
    if (!isAlive || beat.state === "stopped" || beat.links === undefined) return [];
    const there = beat.links.filter(({ state }) => state !== "missing");
    const links = there.map(({ name, addresses }) => ({
      name,
      addresses: addresses.flatMap((text) => parseIpv4(text) ?? []),
    }));
    return [{ node: beat.node, links }];
  });
}

export function subnetOnLink({ name, addresses }: MemberLink, network: Network): Subnet | undefined {
  return network.subnetOnLink(name, addresses);
}

/** Whether a client on the subnet's own link is heard by a node without a relay agent. */
export function servesDirectly(subnet: Subnet, network: Network, members: readonly MemberLinks[]): boolean {
  return members.some(({ links }) =>
    links.some((link) => subnetOnLink(link, network)?.link.includes(subnet) === true),
  );
}
