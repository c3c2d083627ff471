// Who is a member, in the store: a record a node under `member.<name>` of the bucket dhcp-network. So a node that has just
// started knows of one that died before, and how many make a majority. Each node keeps its own record; one that nobody has
// heard of for a day is removed by the others, which a minority cannot do, because it cannot write.
import { Wrong } from "@leasehold/bus";
import { parseIpv4 } from "@leasehold/protocol";
import type { DhcpMembership } from "../cluster/dhcp-membership.ts";
import { type KnownKeys, knownKeysOf } from "../cluster/known-keys.ts";

const PREFIX = "member.";
const NAME = /^[\w-]{1,64}$/;
const ADDRESSES_MAX = 256;

/** What it knows is noted that often at most. */
const KEYS_EVERY_MS = 10_000;

interface MemberRecord {
  readonly node: string;
  /** On the served links. */
  readonly addresses: readonly string[];
  /** How much it knew: should the buckets have less one day, and nobody else be there, then that is lost. */
  readonly keys?: KnownKeys | undefined;
}

export interface MemberRegistryParts {
  readonly self: string;
  readonly membership: DhcpMembership;
  /** Stores `value` if the key still has that revision; null for one that is gone. May reject. */
  readonly put: (
    key: string,
    value: MemberRecord | null,
    expectedRevision: number,
  ) => Promise<{ readonly ok: boolean }>;
}

export class MemberRegistry {
  private readonly parts: MemberRegistryParts;
  private readonly revisions = new Map<string, number>();
  /** The last word of each, also of those that the bucket has lost. */
  private readonly records = new Map<string, MemberRecord>();
  private keysWrittenAt = Number.NEGATIVE_INFINITY;
  private isWriting = false;

  constructor(parts: MemberRegistryParts) {
    this.parts = parts;
  }

  /** A record of the bucket, if it is one of these; says what is wrong with it. */
  take(key: string, value: unknown, revision: number, now: number): Wrong | undefined {
    if (!key.startsWith(PREFIX)) return undefined;
    const node = key.slice(PREFIX.length);
    const isGone = value === undefined || value === null;
    const record = isGone ? undefined : readMember(node, value);
    if (record instanceof Wrong) return this.takeWrong(node, record, revision);
    this.revisions.set(node, revision);
    if (record !== undefined) {
      this.parts.membership.register(node, now);
      this.parts.membership.noteAddressesOf(node, record.addresses);
      this.records.set(node, record);
    } else {
      this.parts.membership.unregister(node);
      this.records.delete(node);
    }
    return undefined;
  }

  /** Who was a member before its record was spoilt is one still: a majority of fewer would be a wrong one. */
  private takeWrong(node: string, wrong: Wrong, revision: number): Wrong {
    if (!NAME.test(node)) return wrong;
    this.revisions.set(node, revision);
    // Its own it writes anew.
    if (node === this.parts.self) this.records.delete(node);
    return wrong;
  }

  /** The bucket is another one, or has less than it had. What each said stays, and is written back where it is not there. */
  replaced(): void {
    this.revisions.clear();
  }

  /** What the members that served last had noted of what they knew; undefined when nobody has. */
  get recorded(): KnownKeys | undefined {
    const newest = [...this.records.values()]
      .filter(({ keys }) => keys !== undefined)
      .sort((a, b) => this.revisionOf(b.node) - this.revisionOf(a.node))[0];
    return newest?.keys;
  }

  /**
   * An operator says that what was noted before is gone for good: from now on this counts, as the newest word, for all nodes. Answers
   * whether it is stored; may reject.
   */
  async note(addresses: readonly string[], keys: KnownKeys): Promise<boolean> {
    const { self } = this.parts;
    const result = await this.put(self, { node: self, addresses, keys });
    return result.ok;
  }

  /** Every some seconds while the node serves. Never rejects: what fails now is done the next time. */
  async keep(addresses: readonly string[], now: number, keys?: KnownKeys): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    try {
      const { self, membership } = this.parts;
      if (this.isToWrite(addresses, keys, now)) {
        this.keysWrittenAt = now;
        await this.put(self, { node: self, addresses, ...(keys && { keys }) });
      }
      for (const record of this.records.values()) {
        const { node, addresses: of } = record;
        // What it knew is for itself to say again.
        if (!this.revisions.has(node)) await this.put(node, { node, addresses: of });
      }
      for (const node of membership.overdue(now)) await this.put(node, null);
    } catch {
      // The store's state is told elsewhere.
    } finally {
      this.isWriting = false;
    }
  }

  private isToWrite(addresses: readonly string[], keys: KnownKeys | undefined, now: number): boolean {
    const own = this.records.get(this.parts.self);
    if (own?.addresses.join() !== addresses.join() || !this.revisions.has(this.parts.self)) return true;
    const had = own.keys ?? { leases: 0, hosts: 0 };
    const has = keys ?? had;
    // Less is known when a loss is over: who starts now must not take what was noted before for lost.
    if (has.leases < had.leases || has.hosts < had.hosts) return true;
    return (has.leases > had.leases || has.hosts > had.hosts) && now - this.keysWrittenAt >= KEYS_EVERY_MS;
  }

  private put(node: string, value: MemberRecord | null): Promise<{ readonly ok: boolean }> {
    return this.parts.put(PREFIX + node, value, this.revisionOf(node));
  }

  private revisionOf(node: string): number {
    return this.revisions.get(node) ?? 0;
  }
}

function readMember(node: string, value: unknown): MemberRecord | Wrong {
  const { node: named, addresses, keys } = value as Partial<MemberRecord>;
  if (!NAME.test(node) || named !== node) return new Wrong(`node: ${brief(named)}`, "the name in its key");
  const isList =
    Array.isArray(addresses) &&
    addresses.length <= ADDRESSES_MAX &&
    addresses.every((each) => typeof each === "string" && parseIpv4(each) !== undefined);
  return isList
    ? { node, addresses, keys: knownKeysOf(keys) }
    : new Wrong(`addresses: ${brief(addresses)}`, "a list of IPv4 addresses");
}

function brief(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 60) : typeof value;
}
