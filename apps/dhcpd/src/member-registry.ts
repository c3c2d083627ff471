// Who is a member, in the store: a record a node under `member.<name>` of the bucket dhcp-network. So a node that has just
// started knows of one that died before, and how many make a majority. Each node keeps its own record; one that nobody has
// heard of for a day is removed by the others, which a minority cannot do, because it cannot write.
import { Wrong } from "@leasehold/bus";
import { parseIpv4 } from "@leasehold/protocol";
import type { Membership } from "./membership.ts";

const PREFIX = "member.";
const NAME = /^[\w-]{1,64}$/;
const ADDRESSES_MAX = 256;

interface MemberRecord {
  readonly node: string;
  /** On the served links. */
  readonly addresses: readonly string[];
}

export interface MemberRegistryParts {
  readonly self: string;
  readonly membership: Membership;
  /** Stores `value` if the key still has that revision; null for one that is gone. May reject. */
  readonly put: (key: string, value: MemberRecord | null, expectedRevision: number) => Promise<unknown>;
}

export class MemberRegistry {
  private readonly parts: MemberRegistryParts;
  private readonly revisions = new Map<string, number>();
  private own: string | undefined;
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
    if (node === this.parts.self) this.own = record?.addresses.join();
    if (record !== undefined) this.parts.membership.register(node, record.addresses, now);
    else this.parts.membership.unregister(node);
    return undefined;
  }

  /** Who was a member before its record was spoilt is one still: a majority of fewer would be a wrong one. */
  private takeWrong(node: string, wrong: Wrong, revision: number): Wrong {
    if (!NAME.test(node)) return wrong;
    this.revisions.set(node, revision);
    // Its own it writes anew.
    if (node === this.parts.self) this.own = undefined;
    return wrong;
  }

  /** Every some seconds while the node serves. Never rejects: what fails now is done the next time. */
  async keep(addresses: readonly string[], now: number): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    try {
      const { self, membership } = this.parts;
      if (this.own !== addresses.join()) await this.put(self, { node: self, addresses });
      for (const node of membership.overdue(now)) await this.put(node, null);
    } catch {
      // The store's state is told elsewhere.
    } finally {
      this.isWriting = false;
    }
  }

  private put(node: string, value: MemberRecord | null): Promise<unknown> {
    return this.parts.put(PREFIX + node, value, this.revisions.get(node) ?? 0);
  }
}

function readMember(node: string, value: unknown): MemberRecord | Wrong {
  const { node: named, addresses } = value as Partial<MemberRecord>;
  if (!NAME.test(node) || named !== node) return new Wrong(`node: ${brief(named)}`, "the name in its key");
  const isList =
    Array.isArray(addresses) &&
    addresses.length <= ADDRESSES_MAX &&
    addresses.every((each) => typeof each === "string" && parseIpv4(each) !== undefined);
  return isList
    ? { node, addresses }
    : new Wrong(`addresses: ${brief(addresses)}`, "a list of IPv4 addresses");
}

function brief(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 60) : typeof value;
}
