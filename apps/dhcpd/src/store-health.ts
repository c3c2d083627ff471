// Whether the store takes writes, judged by what became of the last ones.
import type { AppendResult } from "@leasehold/leases";

/** After a write of unknown fate, new clients are not made promises for so long, unless a later write is stored. */
const DOUBT_MS = 2000;

export class StoreHealth {
  private doubtUntil = 0;
  private readonly isConnected: () => boolean;

  constructor(isConnected: () => boolean) {
    this.isConnected = isConnected;
  }

  note(result: AppendResult["kind"], now: number): void {
    this.doubtUntil = result === "unknown" ? now + DOUBT_MS : 0;
  }

  isReachable(): boolean {
    return this.isConnected();
  }

  isTaking(now: number): boolean {
    return this.isConnected() && now >= this.doubtUntil;
  }
}
