// Who of the cluster can hear a client of a link: a broadcast there is for them alone to answer, and the free addresses of its
// subnets are theirs to give. By what the nodes say of their links in heartbeats, and by the network document.
import { Members } from "@leasehold/cluster";
import type { LinkView } from "@leasehold/link";
import type { Network, Subnet } from "@leasehold/network";
import { parseIpv4 } from "@leasehold/protocol";
import type { DhcpMembership } from "./dhcp-membership.ts";

export class MembersOnLink {
  private readonly self: string;
  private readonly membership: DhcpMembership;
  private readonly known = new Map<string, Members>();
  private presence: readonly string[] | undefined;
  private network: Network | undefined;

  constructor(self: string, membership: DhcpMembership) {
    this.self = self;
    this.membership = membership;
  }

  /** Of a subnet that is on no node's link, as of one behind relays, all that serve. */
  of(subnet: Subnet, network: Network): Members {
    const { presence } = this.membership;
    if (presence !== this.presence || network !== this.network) {
      this.presence = presence;
      this.network = network;
      this.known.clear();
    }
    const id = subnet.link[0]!.id;
    let members = this.known.get(id);
    if (members === undefined) {
      members = this.find(id, network);
      this.known.set(id, members);
    }
    return members;
  }

  private find(id: string, network: Network): Members {
    const all = this.membership.members;
    const isThere = (node: string) => {
      const links = this.membership.linksOf(node);
      return links === undefined || links.some((link) => isOn(link, id, network));
    };
    const there = all.names.filter(isThere);
    if (there.length === 0 || there.length === all.names.length) return all;
    return Members.among(this.self, there);
  }
}

function isOn({ name, state, addresses }: LinkView, id: string, network: Network): boolean {
  if (state !== "up") return false;
  const own = addresses.flatMap((text) => parseIpv4(String(text)) ?? []);
  return network.subnetOnLink(name, own)?.link[0]?.id === id;
}
