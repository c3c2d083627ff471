// Who answers DHCP in the cluster, and what these nodes tell beside what every process does: on which links they are heard, by which
// addresses clients know them. Of a link, who of them can hear a client there: a broadcast is for
// them alone to answer, and the free addresses of its subnets are theirs to give.
import { Members, Membership } from "@leasehold/cluster";
import type { LinkView } from "@leasehold/link";
import type { Network, Subnet } from "@leasehold/network";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { type DhcpHeartbeat, ROLE } from "./heartbeat.ts";
import type { MemberAddresses } from "./responder.ts";

/** What a node last said of a floating address. */
interface FloatingVoice extends NonNullable<DhcpHeartbeat["floating"]> {
  readonly node: string;
  readonly silentMs: number;
}

export class DhcpMembership extends Membership<DhcpHeartbeat> implements MemberAddresses {
  /** A dead node's address stays one of ours for as long as the node is listed. */
  private readonly nodeByAddress = new Map<Ipv4, string>();
  private ownLinks: readonly LinkView[] | undefined;
  private present: readonly string[] = [];
  /** A heartbeat came since the links were looked at. */
  private isToldOfLinks = false;

  constructor(self: string) {
    super(self, ROLE);
  }

  override hear(node: string, value: unknown, now: number): boolean {
    if (!Array.isArray((value as Partial<DhcpHeartbeat> | null | undefined)?.addresses)) return false;
    this.isToldOfLinks = true;
    const haveChanged = super.hear(node, value, now);
    const beat = this.heard.get(node)?.beat;
    // One of another role may be on the same machine.
    if (beat === undefined || beat !== value) return haveChanged;
    for (const text of beat.addresses) {
      const address = parseIpv4(String(text));
      if (address !== undefined) this.nodeByAddress.set(address, node);
    }
    return haveChanged;
  }

  override refresh(now: number): boolean {
    const haveChanged = super.refresh(now);
    if (haveChanged || this.isToldOfLinks) this.lookAtLinks();
    return haveChanged;
  }

  private lookAtLinks(): void {
    this.isToldOfLinks = false;
    const present = this.members.names.flatMap((name) => [
      name,
      ...this.upLinksOf(name).map((link) => linkKey(name, link)),
    ]);
    if (present.join() !== this.present.join()) this.present = present;
  }

  private upLinksOf(node: string): readonly LinkView[] {
    return this.linksOf(node)?.filter(({ state }) => state === "up") ?? [];
  }

  /** Its links by its own word; undefined where it does not tell. */
  linksOf(node: string): readonly LinkView[] | undefined {
    const links = node === this.self ? this.ownLinks : this.heard.get(node)?.beat.links;
    return Array.isArray(links) ? links.filter(isLinkView) : undefined;
  }

  /** This node's own, known before anybody hears of it. */
  noteOwnLinks(links: readonly LinkView[]): void {
    this.ownLinks = links;
    this.lookAtLinks();
  }

  /** The serving nodes, and the links that each can be heard by: the same array until one of these changes. */
  get presence(): readonly string[] {
    return this.present;
  }

  /** The store has it as a member with these addresses. */
  noteAddressesOf(node: string, addresses: readonly string[]): void {
    for (const text of addresses) {
      const address = parseIpv4(text);
      if (address !== undefined && !this.nodeByAddress.has(address)) this.nodeByAddress.set(address, node);
    }
  }

  protected override gone(node: string): void {
    if (this.isKnown(node)) return;
    for (const [address, of] of this.nodeByAddress) if (of === node) this.nodeByAddress.delete(address);
  }

  /** Known before the first heartbeat, and without one. */
  addOwnAddress(address: Ipv4): void {
    this.nodeByAddress.set(address, this.self);
  }

  /** Whether the address is, or lately was, a member's. */
  isMember(address: Ipv4): boolean {
    return this.nodeByAddress.has(address);
  }

  get addresses(): readonly Ipv4[] {
    return [...this.nodeByAddress.keys()];
  }

  liveMemberOf(address: Ipv4): string | undefined {
    const node = this.nodeByAddress.get(address);
    return node !== undefined && this.members.names.includes(node) ? node : undefined;
  }

  /** What the nodes last said of a floating address. */
  floatingWords(address: string, now: number): FloatingVoice[] {
    return [...this.heard].flatMap(([node, { beat, at }]) => {
      const { floating } = beat;
      return floating?.address === address ? [{ ...floating, node, silentMs: now - at }] : [];
    });
  }
}

/** An address is part of it: with another one, a link may be of another subnet. */
const linkKey = (node: string, { name, addresses }: LinkView) => `${node} ${name} ${addresses.join("+")}`;

function isLinkView(value: unknown): value is LinkView {
  const { name, state, addresses } = (value ?? {}) as Partial<LinkView>;
  return typeof name === "string" && typeof state === "string" && Array.isArray(addresses);
}

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
