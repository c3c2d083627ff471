// A bucket as it is followed, filled by hand: what it has, and when, is said by whoever tries what follows it.
import type { Follower, FollowOptions } from "@leasehold/bus";

export class HandFilledBucket implements Follower {
  position = 0;
  complete = false;
  readonly keys = 0;
  readonly isPaused = false;
  readonly created = "2026-11-20T12:00:00.000Z";
  readonly options: FollowOptions;

  constructor(options: FollowOptions) {
    this.options = options;
  }

  /** All that there is has been shown. */
  load(): void {
    this.complete = true;
    this.options.onComplete?.();
  }

  /** The stream is another one: all of it is shown again. */
  replace(): void {
    this.position = 0;
    this.complete = false;
    this.options.onReset?.("it was replaced");
  }

  noteCommitted(): boolean {
    return false;
  }

  async caughtUp(): Promise<boolean> {
    return true;
  }

  distrust(): void {}

  async stop(): Promise<void> {}
}
