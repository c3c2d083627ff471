// After a pause: what was known before counts again once the stream's leader has said what time it is, and has nothing newer.
import type { PauseWatch } from "../../store/pause-watch.ts";
import type { Views } from "../views/views.ts";
import type { StoreWatch } from "./store-watch.ts";

export class Suspicion {
  private readonly pause: PauseWatch;
  private isClearing = false;

  constructor(pause: PauseWatch) {
    this.pause = pause;
  }

  async clear(watch: StoreWatch | undefined, views: Views | undefined): Promise<void> {
    if (this.isClearing) return;
    this.isClearing = true;
    const checked = this.pause.pauses;
    try {
      if ((await watch?.look()) && (await views?.leases.caughtUp()) === true) this.pause.verified(checked);
    } finally {
      this.isClearing = false;
    }
  }
}
