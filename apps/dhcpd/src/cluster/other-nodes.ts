// What the other nodes say in their heartbeats that they know and do.
import type { DhcpMembership } from "./dhcp-membership.ts";
import type { DhcpHeartbeat } from "./heartbeat.ts";
import { type KnownKeys, knownKeysOf } from "./known-keys.ts";

export interface Knowledge {
  readonly node: string;
  readonly known: KnownKeys;
  readonly isRestoring: boolean;
}

function liveOthers(membership: DhcpMembership, now: number): DhcpHeartbeat[] {
  const { self } = membership.members;
  return membership.all(now).flatMap(({ beat, isAlive }) => (isAlive && beat.node !== self ? [beat] : []));
}

/** How much of the buckets they know, of those that have loaded them. */
export function knowledgeOfOthers(membership: DhcpMembership, now: number): Knowledge[] {
  return liveOthers(membership, now).flatMap(({ node, state, keys, isRestoring }) => {
    const known = knownKeysOf(keys);
    if (known === undefined || state === "starting" || state === "stopped") return [];
    return [{ node, known, isRestoring: isRestoring === true }];
  });
}

/** The one that has seen most of the leases, and how far it has come. */
export function furthestOther(
  membership: DhcpMembership,
  now: number,
): { readonly node: string; readonly position: number } | undefined {
  let found: { node: string; position: number } | undefined;
  for (const { node, leasesPosition: position } of liveOthers(membership, now)) {
    if (typeof position !== "number") continue;
    if (found === undefined || position > found.position) found = { node, position };
  }
  return found;
}

/** Whether one still writes back what the store has lost. */
export function isAnyRestoring(membership: DhcpMembership, now: number): boolean {
  return liveOthers(membership, now).some(({ isRestoring }) => isRestoring === true);
}

/** Who says that it carries the floating address, this node included. */
export function carrierOf(membership: DhcpMembership, now: number): string | undefined {
  return membership.all(now).find(({ beat, isAlive }) => isAlive && beat.floating?.carries)?.beat.node;
}
