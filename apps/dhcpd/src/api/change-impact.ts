// What another network document would take away: leases whose holders would be told NAK or nothing, links that would serve nobody.
// Each lease is renewed in thought, by the decision that serves packets, before and after; nothing comes of it.
import { type Decision, decide, type Instant, isBound, type Lease } from "@leasehold/leases";
import type { Network, NetworkDocument, Subnet } from "@leasehold/network";
import {
  type ClientId,
  clientIdBytes,
  clientIdOfHardware,
  decode,
  type EncodedOption,
  encode,
  formatIpv4,
  ipv4,
  MessageType,
  macBytes,
  OptionCode,
  type Packet,
} from "@leasehold/protocol";
import { type MemberLinks, servesDirectly, subnetOnLink } from "../cluster/member-links.ts";
import { leaseRequestOf } from "../request/lease-request.ts";
import type { NodeWorld } from "../views/node-world.ts";

export interface LostLease {
  readonly address: string;
  readonly client: string;
  readonly mac: string | null;
  readonly hostname: string | null;
  readonly subnet: string;
  readonly reason: string;
}

export interface LinkOfNode {
  readonly node: string;
  readonly interface: string;
}

export interface Impact {
  /** Whether leases or links are lost that are served now: then a change needs to be accepted. */
  readonly isLoss: boolean;
  readonly leases: { readonly lost: number; readonly some: readonly LostLease[] };
  /** Links that serve a subnet now, and would serve none. */
  readonly links: readonly LinkOfNode[];
  /** All of it in sentences, what was so before included. */
  readonly lines: readonly string[];
}

export interface ImpactParts {
  readonly world: NodeWorld;
  readonly members: readonly MemberLinks[];
  readonly now: Instant;
}

const LEASES_A_STEP = 100;
const SHOWN = 10;
const NAMED = 3;

/** A step for some leases, so that the caller can let packets pass between two of them. */
export function* impactInSteps(after: Network, parts: ImpactParts): Generator<void, Impact, void> {
  const { world } = parts;
  const before = world.network;
  const lost = new LostLeases();
  if (before.revision > 0) {
    const judge = new RenewalJudge(before, after, parts);
    let looked = 0;
    for (const lease of world.view.all()) {
      if (++looked % LEASES_A_STEP === 0) yield;
      const reason = judge.whyLost(lease);
      if (reason !== undefined) lost.add(lease, reason);
    }
  }
  const without = linksWithout(after, parts.members);
  const links = without.filter(({ isServedNow }) => before.revision > 0 && isServedNow(before));
  return {
    isLoss: lost.count > 0 || links.length > 0,
    leases: { lost: lost.count, some: lost.some },
    links: links.map(({ node, interface: name }) => ({ node, interface: name })),
    lines: [...lost.lines(), ...linkLines(without), ...unservedSubnets(after, parts.members).map(sentence)],
  };
}

/** Whether a lease that is renewed now would not be after the change. */
class RenewalJudge {
  private readonly before: Network;
  private readonly after: Network;
  private readonly parts: ImpactParts;
  private readonly unchanged: ReadonlySet<string>;

  constructor(before: Network, after: Network, parts: ImpactParts) {
    this.before = before;
    this.after = after;
    this.parts = parts;
    this.unchanged = unchangedSubnets(before, after);
  }

  whyLost(lease: Lease): string | undefined {
    if (!isBound(lease, this.parts.now) || this.unchanged.has(lease.subnet)) return undefined;
    const reason = this.whyRefused(lease, this.after);
    return reason !== undefined && this.whyRefused(lease, this.before) === undefined ? reason : undefined;
  }

  private whyRefused(lease: Lease, network: Network): string | undefined {
    const subnet = subnetOf(lease, network);
    if (subnet === undefined) return "no subnet has this address";
    const { members, world, now } = this.parts;
    const isDirect = lease.relay === undefined && members.length > 0;
    if (isDirect && !servesDirectly(subnet, network, members))
      return `no node has a link to subnet ${subnet.id}`;
    const packet = renewalOf(lease);
    if (packet === undefined) return undefined;
    const { inventory, view } = world;
    const knowledge = { network, inventory, view, link: subnet.link, client: lease.client, intent: "" };
    const request = leaseRequestOf(packet, MessageType.REQUEST, knowledge);
    // Classes of what the record does not tell of (vendor class, user class) cannot be judged.
    const pool = subnet.poolOf(lease.address);
    if (pool !== undefined && !["any", "known", "unknown"].includes(pool.for)) return undefined;
    const supposed = Object.create(world, { network: { value: network } });
    return reasonOf(decide(supposed as NodeWorld, request, now, "writable"), lease);
  }
}

function subnetOf({ subnet: id, address }: Lease, network: Network): Subnet | undefined {
  const same = network.subnet(id);
  return same?.contains(address) ? same : network.subnetContaining(address);
}

function reasonOf(decision: Decision, lease: Lease): string | undefined {
  if (decision.kind === "grant")
    return decision.address === lease.address ? undefined : `it moves to ${formatIpv4(decision.address)}`;
  if (decision.kind !== "refuse" && decision.kind !== "silent") return undefined;
  return decision.reason === "not-entitled"
    ? "in no pool that serves its client, and not reserved for it"
    : decision.reason.replaceAll("-", " ");
}

/** What the holder of a lease sends to renew it, as far as the record tells. */
function renewalOf(lease: Lease): Packet | undefined {
  const nothing = ipv4(0);
  const octets = clientIdBytes(lease.client);
  const chaddr = lease.mac === undefined ? octets.subarray(1, 17) : macBytes(lease.mac);
  const isHardware = lease.client === (clientIdOfHardware(1, chaddr) as ClientId);
  const options: EncodedOption[] = [[OptionCode.messageType, Uint8Array.of(MessageType.REQUEST)]];
  if (!isHardware) options.push([OptionCode.clientIdentifier, octets]);
  const message = {
    ...{ op: 1, htype: 1, hlen: chaddr.length, hops: 0, xid: 0, secs: 0, flags: 0, chaddr, options },
    ...{ ciaddr: lease.address, yiaddr: nothing, siaddr: nothing, giaddr: nothing },
  };
  const into = new Uint8Array(1472);
  const decoded = decode(into.subarray(0, encode(message, into, { maximumSize: into.length })));
  return decoded.ok ? decoded.packet : undefined;
}

/** The ids of subnets of which nothing can have changed for a client: themselves, their link, and what stands above them. */
function unchangedSubnets(before: Network, after: Network): ReadonlySet<string> {
  const restOf = ({ subnets: _, ...rest }: NetworkDocument) => JSON.stringify(rest);
  if (restOf(before.document) !== restOf(after.document)) return new Set();
  const spelled = ({ document }: Network) =>
    new Map(document.subnets.map((subnet) => [subnet.id, JSON.stringify(subnet)] as const));
  const [old, now] = [spelled(before), spelled(after)];
  if (old.size !== now.size) return new Set();
  const same = new Set([...now].filter(([id, text]) => old.get(id) === text).map(([id]) => id));
  return new Set([...same].filter((id) => after.subnet(id)!.link.every((each) => same.has(each.id))));
}

class LostLeases {
  count = 0;
  readonly some: LostLease[] = [];
  private readonly byReason = new Map<string, { count: number; named: string[] }>();

  add({ address, client, mac, hostname, host, subnet }: Lease, reason: string): void {
    this.count++;
    const text = formatIpv4(address);
    if (this.some.length < SHOWN)
      this.some.push({ address: text, client, mac: mac ?? null, hostname: hostname ?? null, subnet, reason });
    const group = this.byReason.get(reason) ?? { count: 0, named: [] };
    group.count++;
    if (group.named.length < NAMED) group.named.push(`${text} (${host ?? hostname ?? mac ?? client})`);
    this.byReason.set(reason, group);
  }

  lines(): string[] {
    return [...this.byReason].map(([reason, { count, named }]) => {
      const what = count === 1 ? "1 lease" : `${count} leases`;
      const more = count > named.length ? ` and ${count - named.length} more` : "";
      return `${what} will be refused: ${named.join(", ")}${more}: ${reason}.`;
    });
  }
}

interface LinkWithout extends LinkOfNode {
  isServedNow(before: Network): boolean;
}

function linksWithout(network: Network, members: readonly MemberLinks[]): LinkWithout[] {
  return members.flatMap(({ node, links }) =>
    links
      .filter((link) => subnetOnLink(link, network) === undefined)
      .map((link) => ({
        node,
        interface: link.name,
        isServedNow: (before: Network) => subnetOnLink(link, before) !== undefined,
      })),
  );
}

/** "n1, n2, n3: eth0 has no subnet." */
export function linkLines(links: readonly LinkOfNode[]): string[] {
  const byInterface = Map.groupBy(links, ({ interface: name }) => name);
  return [...byInterface].map(
    ([name, each]) => `${each.map(({ node }) => node).join(", ")}: ${name} has no subnet.`,
  );
}

export interface UnservedSubnet {
  readonly id: string;
  readonly problem: string;
}

/** Subnets of which the document says on which interface they are, and no node has that interface. */
export function unservedSubnets({ subnets }: Network, members: readonly MemberLinks[]): UnservedSubnet[] {
  if (members.length === 0) return [];
  const names = new Set(members.flatMap(({ links }) => links.map(({ name }) => name)));
  return subnets
    .filter((subnet) => subnet.interface !== undefined && !names.has(subnet.interface))
    .map((subnet) => ({ id: subnet.id, problem: `no node has ${subnet.interface}` }));
}

export function sentence({ id, problem }: UnservedSubnet): string {
  return `subnet ${id}: ${problem}.`;
}
