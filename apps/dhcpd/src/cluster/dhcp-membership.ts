// Who is in the cluster, as heard in heartbeats.
import { DEAD_AFTER_MS, type HeardWord, Members } from "@leasehold/cluster";
import type { LinkView } from "@leasehold/link";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import type { Heartbeat } from "./heartbeat.ts";
import { type KnownKeys, knownKeysOf } from "./known-keys.ts";
import type { MemberAddresses } from "./responder.ts";

/** So long a dead node stays in the list that people see, and its address stays one of ours. */
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;
const MEMBERS_MAX = 64;

interface Heard {
  readonly beat: Heartbeat;
  /** Of this node's steady clock, in ms. */
  readonly at: number;
  readonly servedAt: number | undefined;
}

export class Membership implements MemberAddresses {
  private readonly self: string;
  private readonly heard = new Map<string, Heard>();
  /** Of the store: who is a member, heard or not; since when this node knows. */
  private readonly registered = new Map<string, number>();
  private readonly nodeByAddress = new Map<Ipv4, string>();
  private current: Members;
  private ownLinks: readonly LinkView[] | undefined;
  private present: readonly string[] = [];

  constructor(self: string) {
    this.self = self;
    this.current = new Members(self, []);
  }

  /** Those that serve now, and this node. */
  get members(): Members {
    return this.current;
  }

  /** Takes in what was heard; says whether the serving members changed. Nonsense is ignored. */
  hear(node: string, value: unknown, now: number): boolean {
    const beat = value as Heartbeat;
    if (typeof beat !== "object" || beat === null || beat.node !== node || !Array.isArray(beat.addresses))
      return false;
    if (!this.heard.has(node) && this.heard.size >= MEMBERS_MAX) return false;
    const servedAt = beat.state === "serving" ? now : this.heard.get(node)?.servedAt;
    this.heard.set(node, { beat, at: now, servedAt });
    for (const text of beat.addresses) {
      const address = parseIpv4(String(text));
      if (address !== undefined) this.nodeByAddress.set(address, node);
    }
    return this.refresh(now);
  }

  /** Lets the dead go; says whether the serving members changed. */
  refresh(now: number): boolean {
    for (const [node, { at }] of this.heard) {
      if (now - at > FORGOTTEN_AFTER_MS && this.heard.delete(node)) this.forgetAddressesOf(node);
    }
    const serving = [...this.heard.values()]
      .filter(({ beat, at }) => beat.state === "serving" && now - at < DEAD_AFTER_MS)
      .map(({ beat }) => beat.node);
    const next = new Members(this.self, serving);
    this.lookAtLinks(next);
    if (next.names.join() === this.current.names.join()) return false;
    this.current = next;
    return true;
  }

  private lookAtLinks({ names }: Members): void {
    const present = names.flatMap((name) => [
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
    this.lookAtLinks(this.current);
  }

  /** The serving nodes, and the links that each can be heard by: the same array until one of these changes. */
  get presence(): readonly string[] {
    return this.present;
  }

  /** The store has it as a member, with these addresses, whether it was heard or not. */
  register(node: string, addresses: readonly string[], now: number): void {
    if (!this.registered.has(node)) this.registered.set(node, now);
    for (const text of addresses) {
      const address = parseIpv4(text);
      if (address !== undefined && !this.nodeByAddress.has(address)) this.nodeByAddress.set(address, node);
    }
  }

  unregister(node: string): void {
    this.registered.delete(node);
    this.forgetAddressesOf(node);
  }

  private forgetAddressesOf(node: string): void {
    if (this.heard.has(node) || this.registered.has(node) || node === this.self) return;
    for (const [address, of] of this.nodeByAddress) if (of === node) this.nodeByAddress.delete(address);
  }

  /** Members by the store that nobody has heard of for a day: they are gone for good. */
  overdue(now: number): string[] {
    const since = (node: string, known: number) => Math.max(known, this.heard.get(node)?.at ?? known);
    return [...this.registered]
      .filter(([node, known]) => node !== this.self && now - since(node, known) > FORGOTTEN_AFTER_MS)
      .map(([node]) => node);
  }

  /** Members by the store of which this node, since it runs, has heard nothing. */
  unheard(): string[] {
    return [...this.registered.keys()].filter((node) => node !== this.self && !this.heard.has(node)).sort();
  }

  /** Whether the store has any member besides this node, or this node. */
  get isAnyRegistered(): boolean {
    return this.registered.size > 0;
  }

  /** What the other nodes say that they know, of those that are alive and have loaded it. */
  knowledge(
    now: number,
  ): { readonly node: string; readonly known: KnownKeys; readonly isRestoring: boolean }[] {
    return [...this.heard].flatMap(([node, { beat, at }]) => {
      const isSilent = node === this.self || now - at >= DEAD_AFTER_MS;
      const known = knownKeysOf(beat.keys);
      if (isSilent || known === undefined || beat.state === "starting" || beat.state === "stopped") return [];
      return [{ node, known, isRestoring: beat.isRestoring === true }];
    });
  }

  /** The other node that has seen most of the leases, and how far it has come. */
  furthest(now: number): { readonly node: string; readonly position: number } | undefined {
    let found: { node: string; position: number } | undefined;
    for (const [node, { beat, at }] of this.heard) {
      const position = beat.leasesPosition;
      if (node === this.self || now - at >= DEAD_AFTER_MS || typeof position !== "number") continue;
      if (found === undefined || position > found.position) found = { node, position };
    }
    return found;
  }

  /** How many nodes the cluster has: those of the store, whoever else is alive, and this one. */
  sizeAt(now: number): number {
    const alive = [...this.heard].filter(([, { at }]) => now - at < DEAD_AFTER_MS).map(([node]) => node);
    return new Set([...this.registered.keys(), ...alive, this.self]).size;
  }

  /** What the nodes last said of a floating address. */
  floatingWords(address: string, now: number): HeardWord[] {
    return [...this.heard].flatMap(([node, { beat, at }]) => {
      const { floating } = beat;
      return floating?.address === address ? [{ ...floating, node, silentMs: now - at }] : [];
    });
  }

  /** Who says that it carries the floating address. */
  carrier(now: number): string | undefined {
    return this.all(now).find(({ beat, isAlive }) => isAlive && beat.floating?.carries)?.beat.node;
  }

  /** Known before the first heartbeat, and without one. */
  addOwnAddress(address: Ipv4): void {
    this.nodeByAddress.set(address, this.self);
  }

  /** When it was last heard to serve, by the clock of `hear`. */
  lastServed(node: string): number | undefined {
    return this.heard.get(node)?.servedAt;
  }

  /** Whether it told that it would go, and finished what it had been asked. Else it may have left something unanswered. */
  hasLeftInOrder(node: string): boolean {
    const state = this.heard.get(node)?.beat.state;
    return state === "draining" || state === "stopped";
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
    return node !== undefined && this.current.names.includes(node) ? node : undefined;
  }

  /** Whether another live node still writes back what the store has lost. */
  isAnyRestoring(now: number): boolean {
    for (const { beat, at } of this.heard.values()) {
      if (beat.isRestoring === true && beat.node !== this.self && now - at < DEAD_AFTER_MS) return true;
    }
    return false;
  }

  /** Every node that was heard of, the newest word of each, and how long ago that was. */
  all(now: number): { beat: Heartbeat; silentMs: number; isAlive: boolean }[] {
    return [...this.heard.values()]
      .map(({ beat, at }) => ({ beat, silentMs: Math.round(now - at), isAlive: now - at < DEAD_AFTER_MS }))
      .sort((a, b) => a.beat.node.localeCompare(b.beat.node));
  }
}

/** An address is part of it: with another one, a link may be of another subnet. */
const linkKey = (node: string, { name, addresses }: LinkView) => `${node} ${name} ${addresses.join("+")}`;

function isLinkView(value: unknown): value is LinkView {
  const { name, state, addresses } = (value ?? {}) as Partial<LinkView>;
  return typeof name === "string" && typeof state === "string" && Array.isArray(addresses);
}
