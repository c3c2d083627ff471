// Which node publishes for all, and the notices of what is stored that nodes send each other (docs/adr/0017).
import { type CommitNotice, type KeyWrite, Wrong } from "@leasehold/bus";
import type { StreamClock } from "@leasehold/cluster";
import { LEASE_WRITES } from "@leasehold/lease-store";

/** What took longer to store is left to the feed, which knows the stream's own time of it. */
export const NOTICE_MAX_MS = 1000;

/** All nodes that see the same members name the same one; a node that is alone waits for no other node's writes. */
export const publisherOf = (names: readonly string[]) => (names.length > 1 ? names[0] : undefined);

/**
 * The notice of writes that were sent at `sentAt` and are stored now, from revision `first` on; undefined for none. Both times
 * are of the node's steady clock.
 */
export function commitNoticeOf(
  stream: string,
  clock: StreamClock,
  first: number,
  writes: readonly KeyWrite[],
  sentAt: number,
  now: number,
): CommitNotice | undefined {
  if (now - sentAt > NOTICE_MAX_MS) return undefined;
  return { stream, at: Math.round(clock.now(sentAt)), first, writes };
}

/** A node's clock and the stream's agree within seconds, or the node is fenced. */
const APART_MAX_MS = 60_000;

/**
 * What is wrong with another node's notice. Only the heads of its events are read, as every commit under load has one: an event that
 * cannot be read further in is treated as one that the feed has shown.
 */
export function faultOfNotice(
  { at, writes }: CommitNotice,
  clock: StreamClock,
  now: number,
): Wrong | undefined {
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
