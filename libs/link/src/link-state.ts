// In what state a served interface is, from what the machine says of it; in words for people.
import { formatIpv4, type Ipv4, type Mac } from "@leasehold/protocol";

/** An interface as the machine has it now. */
export interface InterfaceFacts {
  readonly index: number;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  readonly mac: Mac | undefined;
  /** 0 where the machine does not tell. */
  readonly mtu: number;
  /** In the machine's order, without the cluster's floating one. */
  readonly addresses: readonly Ipv4[];
}

/** "down": it is there, and nothing can be heard or answered by it. */
export const LINK_STATES = ["up", "down", "missing"] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** What a node tells the others, and people, of an interface that it is to serve. */
export interface LinkView {
  readonly name: string;
  readonly state: LinkState;
  /** Why it is not up, in words that follow its name; absent while it is. */
  readonly problem?: string | undefined;
  /** The first is the server identifier. */
  readonly addresses: readonly string[];
  readonly mtu: number;
}

/** All that a node serves. */
export interface ServedInterfaces {
  readonly views: readonly LinkView[];
  /** Of those that are there. */
  readonly addresses: readonly Ipv4[];
  readonly texts: readonly string[];
  readonly isAnyUp: boolean;
  /** Which are not served, and why, in a sentence without its full stop; undefined: all are. */
  readonly problem: string | undefined;
  /** Throws away what waits in their sockets; how many packets that were. */
  discardQueued(): number;
}

/** What keeps it from being served, in words that follow its name; undefined: nothing. */
export function problemOf(facts: InterfaceFacts | undefined): string | undefined {
  if (facts === undefined) return "does not exist on this machine";
  if (!facts.isUp) return "is set down";
  if (facts.addresses.length === 0) return "has no IPv4 address";
  return facts.hasCarrier ? undefined : "has no carrier";
}

/** The sockets stay right while these are the same: they are bound to the index, the address and, in frames, the MAC. */
export function isSameDevice(a: InterfaceFacts, b: InterfaceFacts): boolean {
  return a.index === b.index && a.mac === b.mac;
}

/** The one in use comes first as long as it is there: who was told a server identifier goes on to find us by it. */
export function inOrder(addresses: readonly Ipv4[], inUse: Ipv4 | undefined): readonly Ipv4[] {
  if (inUse === undefined || !addresses.includes(inUse)) return addresses;
  return [inUse, ...addresses.filter((address) => address !== inUse)];
}

export function viewOf(
  name: string,
  facts: InterfaceFacts | undefined,
  problem: string | undefined,
): LinkView {
  const state = problem === undefined ? "up" : facts === undefined ? "missing" : "down";
  const addresses = (facts?.addresses ?? []).map(formatIpv4);
  return { name, state, ...(problem !== undefined && { problem }), addresses, mtu: facts?.mtu ?? 0 };
}

/** What to do about it. */
export function fixOf(name: string, facts: InterfaceFacts | undefined, others: readonly string[]): string {
  if (facts === undefined) {
    const there = others.filter((other) => other !== "lo").join(", ") || "none but lo";
    return `This machine has ${there}. Correct \`interfaces\` in node.yaml, or create the interface; the node opens it when it exists.`;
  }
  if (!facts.isUp) return `Set it up: ip link set ${name} up.`;
  if (facts.addresses.length === 0)
    return `Give it one: ip address add <address>/<length> dev ${name}. It becomes the server identifier.`;
  return "Check its cable, its switch port, or its parent interface.";
}
