// One address at two hosts: the oldest claim is served, both hosts are reported. A host that would lose by a change keeps
// what it had, if that is still nobody else's.
import type { HostInterfaceRecord } from "@leasehold/inventory";
import type { Draft } from "./draft.ts";
import { interfacesOf, type PresentEvent } from "./stored-hosts.ts";

interface Claim {
  readonly id: string;
  readonly mac: string;
  readonly since: string | undefined;
  /** Undefined for a host of another source, which is not ours to change. */
  readonly draft: Draft | undefined;
}

export const OLDEST = "one host (this one's claim is the oldest and counts)";
export const NOT_OLDEST = "one that no other host claimed before";

/** Marks the drafts; `others` are the hosts of other sources. */
export function settleDuplicates(
  drafts: ReadonlyMap<string, Draft>,
  past: ReadonlyMap<string, PresentEvent>,
  others: Iterable<readonly [string, PresentEvent]>,
): void {
  const claims = collectClaims(drafts, others);
  for (const [what, claimants] of claims) {
    if (claimants.length === 1) continue;
    const [winner, ...rest] = claimants.sort(compareClaims);
    const losers = rest.filter(({ id }) => id !== winner!.id);
    if (losers.length > 0) winner!.draft?.problems.push(problemOf(what, losers[0]!, OLDEST));
    for (const loser of losers) {
      if (!loser.draft) continue;
      loser.draft.isQuarantined = true;
      loser.draft.problems.push(problemOf(what, winner!, NOT_OLDEST));
      keepPast(loser.draft, loser.mac, interfacesOf(past.get(loser.id)), claims);
    }
  }
}

function collectClaims(
  drafts: ReadonlyMap<string, Draft>,
  others: Iterable<readonly [string, PresentEvent]>,
) {
  const claims = new Map<string, Claim[]>();
  const add = (what: string, claim: Claim) => {
    const others = claims.get(what);
    if (others) others.push(claim);
    else claims.set(what, [claim]);
  };
  const addHost = (id: string, interfaces: readonly HostInterfaceRecord[], draft: Draft | undefined) => {
    for (const { mac, since, addresses } of interfaces) {
      add(mac, { id, mac, since, draft });
      for (const one of addresses) add(one.address, { id, mac, since: one.since, draft });
    }
  };
  for (const [id, draft] of drafts) addHost(id, draft.interfaces, draft);
  for (const [id, event] of others) addHost(id, interfacesOf(event), undefined);
  return claims;
}

function keepPast(
  draft: Draft,
  mac: string,
  past: readonly HostInterfaceRecord[],
  claims: ReadonlyMap<string, readonly Claim[]>,
): void {
  const old = past.find((one) => one.mac === mac);
  if (!old || old.addresses.length === 0) return;
  const isFree = old.addresses.every(({ address }) =>
    (claims.get(address) ?? []).every((claim) => claim.id === draft.id),
  );
  if (isFree) draft.interfaces = draft.interfaces.map((one) => (one.mac === mac ? old : one));
}

function problemOf(what: string, other: Claim, expected: string) {
  return { path: `interfaces.${what}`, found: `${what}, which ${other.id} claims too`, expected };
}

// The projection's own rule (libs/inventory): what is reported here is what every node does.
function compareClaims(a: Claim, b: Claim): number {
  const [one, other] = [a, b].map(({ since }) =>
    since === undefined ? Number.POSITIVE_INFINITY : Date.parse(since),
  );
  if (one !== other) return one! < other! ? -1 : 1;
  return `${a.id} ${a.mac}` < `${b.id} ${b.mac}` ? -1 : 1;
}
