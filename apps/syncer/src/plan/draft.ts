// What each host should be by a reading, before anything is held back: the good rows, what is kept of the past where a
// row is bad or has only just gone, and since when each claim stands.
import type { HostInterfaceRecord, HostProblem, HostRecord } from "@leasehold/inventory";
import type { Reading, SeenHost, SeenInterface } from "../sources/source.ts";
import { type Absences, seenMacs } from "./absence.ts";
import type { ClaimTimes } from "./claim-times.ts";
import { interfacesOf, type PresentEvent } from "./stored-hosts.ts";

export interface Draft {
  readonly id: string;
  attributes: Omit<HostRecord, "interfaces">;
  interfaces: readonly HostInterfaceRecord[];
  /** Something that the source says is not served as it says it. */
  isQuarantined: boolean;
  readonly problems: HostProblem[];
  readonly revision?: string;
}

export interface DraftInput {
  readonly reading: Reading;
  /** The hosts of this source in the bucket. */
  readonly past: ReadonlyMap<string, PresentEvent>;
  readonly absences: Absences;
  /** How many good readings in a row must lack an interface before it is gone. */
  readonly absentReads: number;
  readonly times: ClaimTimes;
}

export interface Drafts {
  /** The hosts that the source names. */
  readonly seen: Map<string, Draft>;
  /** Hosts that it does not name, but has not left out for long enough: they stay as they are. */
  readonly awaited: ReadonlySet<string>;
}

export function draftHosts(input: DraftInput): Drafts {
  const macs = seenMacs(input.reading);
  const seen = new Map(input.reading.hosts.map((host) => [host.id, draftSeen(host, macs, input)]));
  const awaited = new Set<string>();
  for (const [id, event] of input.past) {
    const waiting = interfacesOf(event).filter(({ mac }) => isAwaited(mac, macs, input));
    const draft = seen.get(id);
    if (draft) draft.interfaces = merged(draft.interfaces, waiting);
    else if (waiting.length > 0) awaited.add(id);
  }
  return { seen, awaited };
}

function draftSeen(host: SeenHost, seen: ReadonlySet<string>, { past, times }: DraftInput): Draft {
  const before = interfacesOf(past.get(host.id));
  const interfaces = host.interfaces.flatMap((one) =>
    one.problems.length > 0
      ? before.filter(({ mac }) => mac === one.mac)
      : [interfaceRecord(host.id, one, before, times)],
  );
  // A row whose hardware address cannot be read may be any interface that is no longer seen.
  const kept = host.unreadable.length > 0 ? before.filter(({ mac }) => !seen.has(mac)) : [];
  const problems = [
    ...(host.contradictions ?? []),
    ...host.unreadable,
    ...host.interfaces.flatMap((one) => one.problems),
  ];
  return {
    id: host.id,
    attributes: host.attributes,
    interfaces: merged(interfaces, kept),
    isQuarantined: problems.length > 0,
    problems,
    ...(host.revision === undefined ? {} : { revision: host.revision }),
  };
}

function interfaceRecord(
  id: string,
  seen: SeenInterface,
  before: readonly HostInterfaceRecord[],
  times: ClaimTimes,
): HostInterfaceRecord {
  const old = before.find(({ mac }) => mac === seen.mac);
  const addresses = inOldOrder(seen.addresses, old).map((one) => ({
    ...one,
    since: times.ofAddress(id, seen, one.address),
  }));
  return { mac: seen.mac, since: times.ofMac(id, seen), addresses };
}

// Another order of the same addresses is no change: SMD promises none.
function inOldOrder(addresses: SeenInterface["addresses"], old: HostInterfaceRecord | undefined) {
  const rank = new Map(old?.addresses.map(({ address }, i) => [address, i]));
  if (rank.size !== addresses.length || !addresses.every(({ address }) => rank.has(address)))
    return addresses;
  return addresses.toSorted((a, b) => rank.get(a.address)! - rank.get(b.address)!);
}

function isAwaited(mac: string, seen: ReadonlySet<string>, { absences, absentReads }: DraftInput): boolean {
  return !seen.has(mac) && (absences.get(mac) ?? 0) < absentReads;
}

function merged(interfaces: readonly HostInterfaceRecord[], more: readonly HostInterfaceRecord[]) {
  const byMac = new Map([...more, ...interfaces].map((one) => [one.mac, one]));
  return [...byMac.values()].sort((a, b) => (a.mac < b.mac ? -1 : 1));
}
