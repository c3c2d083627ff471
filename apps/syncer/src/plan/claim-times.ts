// Since when a host claims an address. It is settled once, when the claim is first seen, and then carried along in the
// bucket: the oldest claim wins, so it must not move.
import type { SeenInterface } from "../sources/source.ts";
import { interfacesOf, type StoredHosts } from "./stored-hosts.ts";

export interface ClaimTimes {
  ofMac(id: string, seen: SeenInterface): string;
  ofAddress(id: string, seen: SeenInterface, address: string): string;
}

/** @param now ISO 8601; also the time of a claim on what another host has, whatever the source says of its age. */
export function claimTimes(stored: StoredHosts, now: string): ClaimTimes {
  const times = new Map<string, string>();
  const held = new Set<string>();
  for (const [id, event] of stored.present()) {
    for (const { mac, since, addresses } of interfacesOf(event)) {
      held.add(mac);
      if (since !== undefined) times.set(`${id} ${mac}`, since);
      for (const claim of addresses) {
        held.add(claim.address);
        times.set(`${id} ${mac} ${claim.address}`, claim.since);
      }
    }
  }
  // What the source says of the time decides only between claims that are new: it may be wrong, or set by hand.
  const fresh = (what: string, { changedAt }: SeenInterface) =>
    held.has(what) || changedAt === undefined || changedAt > now ? now : changedAt;
  return {
    ofMac: (id, seen) => times.get(`${id} ${seen.mac}`) ?? fresh(seen.mac, seen),
    ofAddress: (id, seen, address) => times.get(`${id} ${seen.mac} ${address}`) ?? fresh(address, seen),
  };
}
