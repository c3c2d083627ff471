// How often in a row each hardware address that is served was missing from a good reading. SMD's rediscovery deletes a
// row and inserts it again: missing once is no deletion.
import type { Mac } from "@leasehold/protocol";
import type { Reading } from "../sources/source.ts";
import { interfacesOf, type StoredHosts } from "./stored-hosts.ts";

export type Absences = ReadonlyMap<string, number>;

export function countAbsences(
  before: Absences,
  reading: Reading,
  stored: StoredHosts,
  source: string,
): Absences {
  const seen = seenMacs(reading);
  const now = new Map<string, number>();
  for (const [, event] of stored.present()) {
    if (event.source !== source) continue;
    for (const { mac } of interfacesOf(event)) {
      if (!seen.has(mac as Mac)) now.set(mac, (before.get(mac) ?? 0) + 1);
    }
  }
  return now;
}

export function seenMacs(reading: Reading): ReadonlySet<string> {
  return new Set(reading.hosts.flatMap((host) => host.interfaces.map(({ mac }) => mac)));
}
