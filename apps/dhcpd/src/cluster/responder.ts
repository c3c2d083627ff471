// Which node answers a packet that all of them saw. The one that comes first for the client answers now; the next ones do when the
// client goes on asking for longer than it takes to be answered, as then the first one is silent (docs/adr/0026). What a dead node
// left unanswered is taken over in deferred-packets.ts.

import type { Members } from "@leasehold/cluster";
import { type ClientId, type Ipv4, MessageType } from "@leasehold/protocol";
import { type Asked, Tries } from "../intake/tries.ts";

export interface Heard {
  readonly client: ClientId;
  readonly xid: number;
  readonly type: number;
  /** Only this node saw it: it came by unicast, from a relay or a renewing client. */
  readonly isUnicast: boolean;
  /** Option 54: the node whose offer the client took. */
  readonly serverIdentifier: Ipv4 | undefined;
}

export interface MemberAddresses {
  /** The live member that is known by this address; undefined for a dead one, and for an address of the whole cluster. */
  liveMemberOf(address: Ipv4): string | undefined;
}

/**
 * Each time that it goes on for so long, one more node answers. Longer than iPXE waits before it asks again though it was answered
 * (1 s), shorter than the first wait of RFC 2131 §4.1 (3 s at least), and as long as it takes to notice that a node is dead.
 */
export const SILENT_AFTER_MS = 2000;

export class Responder {
  private readonly tries = new Tries<ClientId>();

  /** Notes a packet; how often this node has heard its client ask for that. `now` is any steady clock in ms. */
  hear(heard: Heard, now: number): Asked {
    return this.tries.note(heard.client, questionOf(heard), now);
  }

  /** Whether this node is to answer what it heard just now. */
  mayAnswer(
    heard: Heard,
    { times, firstAt }: Asked,
    members: Members,
    addresses: MemberAddresses,
    now: number,
  ): boolean {
    if (heard.isUnicast) return true;
    const named = namedIn(heard, members, addresses);
    if (named === members.self) return true;
    // A named member that lives answers itself; the others wait for one more try than usual.
    const before = members.rankFor(heard.client) + (named === undefined ? 0 : 1);
    return times > before && now - firstAt >= before * SILENT_AFTER_MS;
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
}

/**
 * What is repeated. A client that looks for a server may take a new xid for each DISCOVER, and goes on asking; any other message with
 * a new xid is asked anew, as a client that renews twice within some seconds was answered the first time.
 */
function questionOf({ type, xid }: Heard): number {
  return type === MessageType.DISCOVER ? type : xid * 256 + type;
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
