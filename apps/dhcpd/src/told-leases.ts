// Who publishes for all, and what nodes tell each other of what is stored (docs/adr/0017).
import type { KeyWrite, Told } from "@leasehold/bus";
import type { StreamClock } from "./stream-clock.ts";

/** What took longer to store is left to the feed, which knows the stream's own time of it. */
export const TOLD_MAX_MS = 1000;

/** All that see the same members name the same one; who is alone waits for nobody's writes. */
export const publisherOf = (names: readonly string[]) => (names.length > 1 ? names[0] : undefined);

/**
 * What is told of writes that were sent at `sentAt` and are stored now, from revision `first` on; undefined for nothing. Both times
 * are of the node's steady clock.
 */
export function toldOf(
  stream: string,
  clock: StreamClock,
  first: number,
  writes: readonly KeyWrite[],
  sentAt: number,
  now: number,
): Told | undefined {
  if (now - sentAt > TOLD_MAX_MS) return undefined;
  return { stream, at: Math.round(clock.now(sentAt)), first, writes };
}
