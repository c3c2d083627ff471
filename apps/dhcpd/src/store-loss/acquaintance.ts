// A node that has just started knows what the store has, which may be less than what the others know: the store was emptied, and they
// have not noticed, or not written it back yet. So it hears each of them first, and serves when it knows as many addresses and hosts.

import { DEAD_AFTER_MS } from "@leasehold/cluster";
import type { DhcpMembership } from "../cluster/dhcp-membership.ts";
import type { KnownKeys } from "../cluster/known-keys.ts";
import { knowledgeOfOthers } from "../cluster/other-nodes.ts";

/** Hosts come from the inventory, whose syncer may be down, and one may have been removed just then: not waited for for ever. */
const HOSTS_PATIENCE_MS = 600_000;

export class Acquaintance {
  private readonly membership: DhcpMembership;
  private readonly since: number;
  /** Nothing is waited for any more. */
  isMade = false;

  constructor(membership: DhcpMembership, since: number) {
    this.membership = membership;
    this.since = since;
  }

  /** What is still waited for; undefined when it is done, and from then on. */
  missing(own: KnownKeys, now: number): string | undefined {
    if (this.isMade) return undefined;
    const reason = this.waitsFor(own, now);
    if (reason === undefined) this.isMade = true;
    return reason;
  }

  private waitsFor(own: KnownKeys, now: number): string | undefined {
    const { membership } = this;
    // A bucket that was emptied has no members in it, either: then whoever is there is waited for.
    const unheard = membership.isAnyRegistered ? membership.unheard() : ["the other nodes"];
    if (unheard.length > 0 && now - this.since < DEAD_AFTER_MS)
      return `waiting for a heartbeat from ${unheard.join(", ")}`;
    for (const { node, known, isRestoring } of knowledgeOfOthers(membership, now)) {
      if (isRestoring) return `${node} is writing back leases that the store has lost`;
      if (known.leases > own.leases)
        return `the store has ${own.leases} addresses, and ${node} knows ${known.leases}: waiting until that node has written them back`;
      if (known.hosts > own.hosts && now - this.since < HOSTS_PATIENCE_MS)
        return `the store has ${own.hosts} hosts, and ${node} knows ${known.hosts}: waiting for the syncer to write them again`;
    }
    return undefined;
  }
}
