// After a pause: what was known before counts again once the stream's leader has said what time it is, and has nothing newer.
import type { PauseWatch } from "@leasehold/cluster";

export class Suspicion {
  private readonly pause: PauseWatch;
  private isClearing = false;

  constructor(pause: PauseWatch) {
    this.pause = pause;
  }

  /** `look` says whether the leader answered; `caughtUp` whether all is known that it has. */
  async clear(look: () => Promise<boolean>, caughtUp: () => Promise<boolean>): Promise<void> {
    if (this.isClearing) return;
    this.isClearing = true;
    const checked = this.pause.pauses;
    try {
      if ((await look()) && (await caughtUp())) this.pause.verified(checked);
    } finally {
      this.isClearing = false;
    }
  }
}
