// Whether the buckets had more once than they have now: members note in the store how much they know. Said by a node that starts after
// the loss, when nobody is left who knows what it was; one that lived through it has written it back.
import type { KnownKeys } from "../cluster/known-keys.ts";

/** Most leases that were lost have ended by then, and it is known who has which address. */
const SAID_FOR_MS = 24 * 3600 * 1000;

export class StoreCensus {
  private startedAt: number | undefined;
  private lost: KnownKeys | undefined;
  private had: KnownKeys | undefined;

  /** Looked at from when the node serves on. `recorded` is what members have noted last. */
  look(own: KnownKeys, recorded: KnownKeys | undefined, now: number): void {
    const isFirst = this.startedAt === undefined;
    this.startedAt ??= now;
    if (!isFirst && this.lost === undefined) return;
    const leases = Math.max(0, (recorded?.leases ?? 0) - own.leases);
    const hosts = Math.max(0, (recorded?.hosts ?? 0) - own.hosts);
    const isOver = (leases === 0 && hosts === 0) || now - this.startedAt >= SAID_FOR_MS;
    this.lost = isOver ? undefined : { leases, hosts };
    this.had = recorded;
  }

  /** Nothing is lost that anybody knows of: what this node knows may be noted. */
  get isSettled(): boolean {
    return this.startedAt !== undefined && this.lost === undefined;
  }

  get lostLeases(): string | undefined {
    if (!this.lost?.leases) return undefined;
    return `the store had ${this.had!.leases} addresses and has lost ${this.lost.leases} of them, which no node remembers: clients may still use them. Restore a backup, or set conflictProbe until these leases have expired`;
  }

  get lostHosts(): string | undefined {
    if (!this.lost?.hosts) return undefined;
    return `the inventory's store had ${this.had!.hosts} hosts and has lost ${this.lost.hosts} of them: start the syncer`;
  }
}
