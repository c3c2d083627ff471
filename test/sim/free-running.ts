// A timeline that goes on by itself, for tests that wait for real promises.
import type { Timers } from "@leasehold/lease-store";
import type { Timeline } from "./timeline.ts";

/** Everything that becomes due happens soon; returns how to stop. */
export function freeRunning(timeline: Timeline): () => void {
  let isStopped = false;
  const run = async () => {
    while (!isStopped) {
      for (let i = 0; i < 100 && !timeline.isIdle; i++) await timeline.step();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  void run();
  return () => {
    isStopped = true;
  };
}

export function timersOf(timeline: Timeline): Timers {
  return {
    now: () => timeline.now,
    wall: () => timeline.now,
    after: (ms, run) => timeline.after(ms, run),
    soon: (run) => timeline.after(0, run),
    random: () => 0.5,
  };
}
