// How late the event loop is: a timer that should fire every 25 ms says by how much it did not. A packet waits as long.
// More often, and a node that has nothing to do would wake for nothing else.
const EVERY_MS = 25;

/** Tells `observe` in seconds, for as long as the process lives; it does not keep it alive. */
export function watchEventLoopDelay(observe: (seconds: number) => void): void {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    observe(Math.max(0, now - last - EVERY_MS) / 1000);
    last = now;
  }, EVERY_MS).unref();
}
