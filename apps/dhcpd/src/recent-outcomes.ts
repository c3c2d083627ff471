// What became of the last packets, for `leasehold why`: a ring in memory, one small object a packet, gone with the process.
import type { Instant } from "@leasehold/leases";

export interface Outcome {
  /** Stream time. */
  readonly at: Instant;
  /** What left, "OFFER", "ACK", "NAK"; or why nothing did. */
  readonly outcome: string;
  /** Of a NAK. */
  readonly reason?: string | undefined;
  /** "DISCOVER"; "BOOTP" for a packet without a message type. */
  readonly type: string;
  /** In hex, as is chaddr. */
  readonly xid: string;
  readonly chaddr: string;
  /** Undefined when it was not asked who the client is. */
  readonly client: string | undefined;
  readonly address?: string;
}

export class RecentOutcomes {
  private readonly limit: number;
  private readonly ring: Outcome[] = [];
  private next = 0;

  constructor(limit = 20_000) {
    this.limit = limit;
  }

  note(outcome: Outcome): void {
    this.ring[this.next] = outcome;
    this.next = this.next + 1 === this.limit ? 0 : this.next + 1;
  }

  /** Of one client, by its hardware address or its identity in hex; the newest first. */
  of(client: string, most: number): Outcome[] {
    const found: Outcome[] = [];
    for (let back = 1; back <= this.ring.length && found.length < most; back++) {
      const outcome = this.ring[(this.next - back + this.ring.length) % this.ring.length]!;
      if (outcome.chaddr === client || outcome.client === client) found.push(outcome);
    }
    return found;
  }
}
