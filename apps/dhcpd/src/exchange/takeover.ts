// A node that went without a word, or lost a link, may have left packets unanswered that were its to answer: whoever comes first
// now answers them.
// Had one been answered, its client hears the same once more. Who is cut off learns nothing of who has died.
import type { ClientId } from "@leasehold/protocol";
import type { DeferredPacket, DeferredPackets } from "./deferred-packets.ts";
import type { ServiceParts } from "./exchange.ts";

/** In a storm thousands of clients wait for the dead node; others are served meanwhile. */
const PACKETS_A_TICK = 256;
const LINK_NOTICED_MS = 500;

export class Takeover {
  private readonly parts: ServiceParts;
  private readonly left: DeferredPackets;
  private readonly answer: (client: ClientId, left: DeferredPacket) => void;
  private presentBefore: readonly string[] = [];
  private waiting: (readonly [client: ClientId, left: DeferredPacket])[] = [];

  constructor(
    parts: ServiceParts,
    left: DeferredPackets,
    answer: (client: ClientId, left: DeferredPacket) => void,
  ) {
    this.parts = parts;
    this.left = left;
    this.answer = answer;
  }

  /** Every some 100 ms. */
  tick(): void {
    this.lookForLost();
    for (const [client, left] of this.waiting.splice(0, PACKETS_A_TICK)) {
      // Else it has asked again since, and is answered for that.
      if (this.left.isNewest(client, left)) this.answer(client, left);
    }
  }

  private lookForLost(): void {
    const { world, health, clocks } = this.parts;
    const { presence } = world.membership;
    if (presence === this.presentBefore) return;
    const lost = this.presentBefore
      .filter((each) => !presence.includes(each))
      .map((each) => each.split(" ", 1)[0]!)
      .filter((name) => !world.membership.hasLeftInOrder(name));
    this.presentBefore = presence;
    const now = clocks.steady();
    if (lost.length === 0 || !health.isReachable(now) || this.parts.readiness.refusal() !== undefined) return;
    const lastBeatAt = Math.min(...lost.map((name) => world.membership.lastServed(name) ?? now));
    // A node that lives and lost a link tells it at once.
    const since = Math.min(lastBeatAt, now - LINK_NOTICED_MS);
    this.waiting = [...this.left.since(since, now)];
  }
}
