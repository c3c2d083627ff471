// What this node heard and left to another one: should that one die, whoever comes first then answers what is still fresh
// (takeover.ts). Of a client only the newest packet counts, as with that it went on. Bounded by number and by age.

import { BEAT_EVERY_MS, DEAD_AFTER_MS } from "@leasehold/cluster";
import type { ClientId } from "@leasehold/protocol";
import type { Arrival } from "../ports.ts";

export interface DeferredPacket {
  /** A copy: what the socket gave may be overwritten. */
  readonly bytes: Uint8Array;
  readonly arrival: Arrival;
  /** Of the steady clock, in ms. */
  readonly heardAt: number;
}

/** Of a boot storm of 10,000 machines all; some megabytes. */
const LEFT_MAX = 16_384;
/** A node may die between its heartbeat and an answer that it was about to give. */
const MARGIN_MS = 500;
/** Until a death is noticed: the last heartbeat is up to this old when the node dies, and then it must be missed. */
const FRESH_MS = DEAD_AFTER_MS + BEAT_EVERY_MS + MARGIN_MS;

export class DeferredPackets {
  private readonly newest = new Map<ClientId, DeferredPacket>();

  get size(): number {
    return this.newest.size;
  }

  note(client: ClientId, left: DeferredPacket): void {
    this.newest.delete(client);
    this.newest.set(client, left);
    for (const [oldest, { heardAt }] of this.newest) {
      if (this.newest.size <= LEFT_MAX && left.heardAt - heardAt < FRESH_MS) return;
      this.newest.delete(oldest);
    }
  }

  /** This node answers the client itself now. */
  forget(client: ClientId): void {
    this.newest.delete(client);
  }

  isNewest(client: ClientId, left: DeferredPacket): boolean {
    return this.newest.get(client) === left;
  }

  /** What a node may have left unanswered whose last heartbeat was heard then; they are kept for the next death. */
  since(lastBeatAt: number, now: number): readonly (readonly [client: ClientId, left: DeferredPacket])[] {
    const from = Math.max(lastBeatAt - MARGIN_MS, now - FRESH_MS);
    return [...this.newest].filter(([, { heardAt }]) => heardAt >= from);
  }
}
