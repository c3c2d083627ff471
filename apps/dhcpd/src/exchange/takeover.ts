// A node that went without a word, or lost a link, may have left packets unanswered that were its to answer: whoever comes first
// now answers them. If the dead node had already answered, the client merely receives a duplicate. A partitioned node draws no
// conclusions about its peers.
import type { ClientId } from "@leasehold/protocol";
import type { DeferredPacket, DeferredPackets } from "../cluster/responder.ts";
import type { ServiceParts } from "./exchange.ts";

/** In a storm thousands of clients wait for the dead node; others are served meanwhile. */
const PACKETS_A_TICK = 256;
const LINK_NOTICED_MS = 500;

/** What is known of who is, and was, there. */
export interface Witness {
  /** Of the serving nodes, "name", and of the links that each can be heard by, "name link …". */
  readonly presence: readonly string[];
  hasLeftInOrder(node: string): boolean;
  /** By the steady clock, in ms. */
  lastServed(node: string): number | undefined;
}

/** Since when packets may have been left unanswered by who is not there any more; undefined: nobody was lost. Pure. */
export function unansweredSince(
  before: readonly string[],
  witness: Witness,
  now: number,
): number | undefined {
  const lost = before
    .filter((each) => !witness.presence.includes(each))
    .map((each) => each.split(" ", 1)[0]!)
    .filter((name) => !witness.hasLeftInOrder(name));
  if (lost.length === 0) return undefined;
  const lastBeatAt = Math.min(...lost.map((name) => witness.lastServed(name) ?? now));
  // A node that lives and lost a link tells it at once.
  return Math.min(lastBeatAt, now - LINK_NOTICED_MS);
}

export type Deferral = readonly [client: ClientId, deferred: DeferredPacket];

export class Takeover {
  private readonly parts: Pick<ServiceParts, "world" | "health" | "clocks" | "readiness">;
  private readonly deferred: DeferredPackets;
  private presenceBefore: readonly string[] = [];
  private waiting: Deferral[] = [];

  constructor(parts: Takeover["parts"], deferred: DeferredPackets) {
    this.parts = parts;
    this.deferred = deferred;
  }

  /** Every some 100 ms: what is to be answered now. */
  due(): Deferral[] {
    this.lookForLost();
    // Else it has asked again since, and is answered for that.
    return this.waiting
      .splice(0, PACKETS_A_TICK)
      .filter(([client, deferred]) => this.deferred.isNewest(client, deferred));
  }

  private lookForLost(): void {
    const { world, health, clocks, readiness } = this.parts;
    const { membership } = world;
    const before = this.presenceBefore;
    if (membership.presence === before) return;
    this.presenceBefore = membership.presence;
    const now = clocks.steady();
    const since = unansweredSince(before, membership, now);
    if (since === undefined || !health.isReachable(now) || readiness.refusal() !== undefined) return;
    this.waiting = [...this.deferred.since(since, now)];
  }
}
