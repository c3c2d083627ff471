// What became of the last packets, for `leasehold why`: a ring in memory, one small object a packet, gone with the process.
import type { Instant } from "@leasehold/leases";
import { formatIpv4, type Ipv4, type Mac, messageTypeName } from "@leasehold/protocol";

/** As it is kept: nothing is made into text before somebody asks. */
export interface Outcome {
  /** Stream time. */
  readonly at: Instant;
  /** What left, "OFFER", "ACK", "NAK"; or why nothing did. */
  readonly outcome: string;
  /** Of a NAK. */
  readonly reason: string | undefined;
  /** Option 53. */
  readonly type: number | undefined;
  readonly xid: number;
  readonly mac: Mac;
  /** Undefined when it was not asked who the client is. */
  readonly client: string | undefined;
  /** 0 in a NAK. */
  readonly address: Ipv4 | undefined;
}

/** For people. */
export function shownOutcome({ at, outcome, reason, type, xid, mac, client, address }: Outcome) {
  return {
    ...{ at, outcome, reason, type: nameOf(type), xid: xid.toString(16), chaddr: hexOf(mac), client },
    address: address === undefined ? undefined : formatIpv4(address),
  };
}

/** "DISCOVER"; "BOOTP" for a packet without a message type. */
export function nameOf(type: number | undefined): string {
  return type === undefined ? "BOOTP" : (messageTypeName(type) ?? "unassigned");
}

function hexOf(mac: Mac): string {
  return mac.replaceAll(":", "");
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
    return this.ofAny({ clients: new Set([client]), address: undefined }, most);
  }

  /** Of all of these clients, and whatever was said of the address; the newest first. */
  ofAny({ clients, address }: Sought, most: number): Outcome[] {
    const found: Outcome[] = [];
    for (let back = 1; back <= this.ring.length && found.length < most; back++) {
      const outcome = this.ring[(this.next - back + this.ring.length) % this.ring.length]!;
      const isClient = outcome.client !== undefined && clients.has(outcome.client);
      const isAddress = address !== undefined && outcome.address === address;
      if (isClient || isAddress || clients.has(hexOf(outcome.mac))) found.push(outcome);
    }
    return found;
  }
}

/** Hardware addresses and identities in hex without separators. */
export interface Sought {
  readonly clients: ReadonlySet<string>;
  readonly address: Ipv4 | undefined;
}
