// A node that went without a word may have left packets unanswered that were its to answer: whoever comes first now answers them.
// Had one been answered, its client hears the same once more. Who is cut off learns nothing of who has died.
import type { ClientId } from "@leasehold/protocol";
import type { ServiceParts } from "./exchange.ts";
import type { LeftPacket, LeftPackets } from "./left-packets.ts";

/** In a storm thousands of clients wait for the dead node; others are served meanwhile. */
const PACKETS_A_TICK = 256;

export class Takeover {
  private readonly parts: ServiceParts;
  private readonly left: LeftPackets;
  private readonly answer: (client: ClientId, left: LeftPacket) => void;
  private servingBefore: readonly string[] = [];
  private waiting: (readonly [client: ClientId, left: LeftPacket])[] = [];

  constructor(parts: ServiceParts, left: LeftPackets, answer: (client: ClientId, left: LeftPacket) => void) {
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
    const { names } = world.members;
    if (names === this.servingBefore) return;
    const lost = this.servingBefore.filter(
      (name) => !names.includes(name) && !world.membership.hasLeftInOrder(name),
    );
    this.servingBefore = names;
    const now = clocks.steady();
    if (lost.length === 0 || !health.isReachable(now) || this.parts.refusal() !== undefined) return;
    const lastBeatAt = Math.min(...lost.map((name) => world.membership.lastServed(name) ?? now));
    this.waiting = [...this.left.since(lastBeatAt, now)];
  }
}
