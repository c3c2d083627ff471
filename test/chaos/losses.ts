// What a load tool that never asks twice lost, outside of the faults: a DISCOVER without an OFFER, a REQUEST without an ACK.
import { MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../lab/wire.ts";
import type { FaultRecord } from "./fault-record.ts";

/** The load tool's clients, by the first octets of their hardware addresses. */
export const LOAD_MACS = "02:c4:0f:";
export const LOAD_MAC_BASE = `${LOAD_MACS}00:00:00`;

const ANSWERED_BY: Readonly<Record<number, number>> = {
  [MessageType.DISCOVER]: MessageType.OFFER,
  [MessageType.REQUEST]: MessageType.ACK,
};
const PATIENCE_MS = 1000;
/** Who was asked just before a fault may be struck by it. */
const BEFORE_MS = PATIENCE_MS;

export class Losses {
  sent = 0;
  lost = 0;
  sentInFaults = 0;
  lostInFaults = 0;
  private readonly faults: readonly FaultRecord[];
  private readonly open = new Map<string, number>();

  constructor(faults: readonly FaultRecord[]) {
    this.faults = faults;
  }

  get share(): number {
    return this.sent === 0 ? 0 : this.lost / this.sent;
  }

  see({ at, client, type, packet }: WireMessage): void {
    if (!client.startsWith(LOAD_MACS) || type === undefined) return;
    this.giveUp(at);
    if (type in ANSWERED_BY) {
      this.open.set(`${ANSWERED_BY[type]} ${packet.xid} ${client}`, at);
      return;
    }
    const answered = `${type} ${packet.xid} ${client}`;
    const askedAt = this.open.get(answered);
    if (askedAt === undefined) return;
    this.open.delete(answered);
    this.count(askedAt, false);
  }

  /** Counts what was never answered; call it when all has been seen. */
  end(): void {
    this.giveUp(Number.POSITIVE_INFINITY);
  }

  // A Map keeps the order of insertion: the oldest are first.
  private giveUp(now: number): void {
    for (const [key, at] of this.open) {
      if (now - at < PATIENCE_MS) return;
      this.open.delete(key);
      this.count(at, true);
    }
  }

  private count(at: number, isLost: boolean): void {
    const isInFault = this.faults.some(({ from, calmAt }) => at > from - BEFORE_MS && at < calmAt);
    if (isInFault) {
      this.sentInFaults++;
      if (isLost) this.lostInFaults++;
    } else {
      this.sent++;
      if (isLost) this.lost++;
    }
  }
}
