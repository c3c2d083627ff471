// Which node answers a packet that all of them saw. The one that comes first for the client answers now; the next ones do
// when the client asks again, or has asked for long (secs), as then the first one was silent. What a dead node left
// unanswered is taken over in left-packets.ts.

import type { Members } from "@leasehold/leases";
import type { ClientId, Ipv4 } from "@leasehold/protocol";

export interface Heard {
  readonly client: ClientId;
  readonly xid: number;
  readonly type: number;
  /** Only this node saw it: it came by unicast, from a relay or a renewing client. */
  readonly isUnicast: boolean;
  /** Option 54: the node whose offer the client took. */
  readonly serverIdentifier: Ipv4 | undefined;
  /** For how long the client has been asking, by its own word. */
  readonly secs: number;
}

export interface MemberAddresses {
  /** The live member that is known by this address; undefined for a dead one, and for an address of the whole cluster. */
  liveMemberOf(address: Ipv4): string | undefined;
}

/**
 * RFC 2131 §4.1: the first retransmission comes after 4 s, "randomized by … -1 to +1". A client that makes a new xid for each
 * of its tries is known by that: each so many seconds let one more node answer.
 */
export const SECS_A_TRY = 3;
const FORGET_AFTER_MS = 20_000;
const REMEMBERED_MAX = 50_000;

interface Seen {
  times: number;
  readonly at: number;
}

export class Responder {
  private readonly seen = new Map<string, Seen>();

  /** Whether this node is to answer. `now` is any steady clock in ms. */
  mayAnswer(heard: Heard, members: Members, addresses: MemberAddresses, now: number): boolean {
    if (heard.isUnicast) return true;
    const named = namedIn(heard, members, addresses);
    if (named === members.self) return true;
    const times = this.count(heard, now);
    // A named member that lives answers itself; the others wait for one more try than usual. RFC 2131 §3.1 item 3: secs is that
    // of the DISCOVER, so it does not tell how long the named one has been silent.
    const tries = named === undefined ? Math.max(times, 1 + Math.floor(heard.secs / SECS_A_TRY)) : times - 1;
    return members.rankFor(heard.client) < tries;
  }

  /** Whether it is for this node to answer at once, however often the packet came. */
  isFirst(heard: Heard, members: Members, addresses: MemberAddresses): boolean {
    const named = namedIn(heard, members, addresses);
    return named === undefined ? members.rankFor(heard.client) === 0 : named === members.self;
  }

  /** Whether it is a REQUEST that names another node, which is alive. */
  namesAnother(heard: Heard, members: Members, addresses: MemberAddresses): boolean {
    const named = namedIn(heard, members, addresses);
    return named !== undefined && named !== members.self;
  }

  private count(heard: Heard, now: number): number {
    this.sweep(now);
    const key = `${heard.client}/${heard.xid}/${heard.type}`;
    const seen = this.seen.get(key);
    if (seen !== undefined) return ++seen.times;
    this.seen.set(key, { times: 1, at: now });
    return 1;
  }

  private sweep(now: number): void {
    for (const [key, seen] of this.seen) {
      if (this.seen.size <= REMEMBERED_MAX && now - seen.at < FORGET_AFTER_MS) return;
      this.seen.delete(key);
    }
  }
}

/** The node that option 54 names, if it lives and can hear the client. */
function namedIn(
  { serverIdentifier }: Heard,
  members: Members,
  addresses: MemberAddresses,
): string | undefined {
  const named = serverIdentifier && addresses.liveMemberOf(serverIdentifier);
  return named !== undefined && (named === members.self || members.names.includes(named)) ? named : undefined;
}
