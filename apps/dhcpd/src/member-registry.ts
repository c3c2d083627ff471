// Who is a member, in the store: a record a node under `member.<name>` of the bucket dhcp-network. So a node that has just
// started knows of one that died before, and how many make a majority. Each node keeps its own record; one that nobody has
// heard of for a day is removed by the others, which a minority cannot do, because it cannot write.
import type { Membership } from "./membership.ts";

const PREFIX = "member.";

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

  /** A record of the bucket, if it is one of these. */
  take(key: string, value: unknown, revision: number, now: number): void {
    if (!key.startsWith(PREFIX)) return;
    const node = key.slice(PREFIX.length);
    const { addresses } = (value ?? {}) as Partial<MemberRecord>;
    this.revisions.set(node, revision);
    if (node === this.parts.self) this.own = addresses?.join();
    if (Array.isArray(addresses)) this.parts.membership.register(node, addresses.map(String), now);
    else this.parts.membership.unregister(node);
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
