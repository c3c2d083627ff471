// Who publishes for all, and what nodes tell each other of what is stored (docs/adr/0017).
import { type KeyWrite, type Told, Wrong } from "@leasehold/bus";
import type { StreamClock } from "@leasehold/cluster";
import { LEASE_WRITES } from "@leasehold/lease-store";

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

/** A node's clock and the stream's agree within seconds, or the node is fenced. */
const APART_MAX_MS = 60_000;

/**
 * What is wrong with what another node tells. By the heads of its events only, as all that is stored under load is told: one that
 * cannot be read further in is treated as one that the feed has shown.
 */
export function faultOfTold({ at, writes }: Told, clock: StreamClock, now: number): Wrong | undefined {
  const apartMs = at - clock.now(now);
  if (clock.isKnown && Math.abs(apartMs) > APART_MAX_MS)
    return new Wrong(`a time ${Math.round(apartMs / 1000)} s from now`, "about now");
  for (const write of writes) {
    if (LEASE_WRITES.subjectOf(write.key) === undefined) return new Wrong(write.key, "an address");
    const fault = LEASE_WRITES.faultOf(write);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
