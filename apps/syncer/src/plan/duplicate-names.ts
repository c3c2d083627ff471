// One NID or one name at two hosts: the host that had it keeps it, else the oldest host gets it; both are reported. The other one is served
// without it, or goes on with what it was called before, if that is still nobody else's.
import type { HostRecord } from "@leasehold/inventory";
import type { Draft } from "./draft.ts";
import { NOT_OLDEST, OLDEST } from "./duplicates.ts";
import { interfacesOf, type PresentEvent } from "./stored-hosts.ts";

type Names = Pick<HostRecord, "nid" | "hostname">;

interface Claim {
  readonly id: string;
  /** As it is written there. */
  readonly written: string;
  readonly isHeld: boolean;
  /** ms since the epoch; Infinity when nobody says. */
  readonly since: number;
  /** Undefined for a host of another source, which is not ours to change. */
  readonly draft: Draft | undefined;
}

type Claims = ReadonlyMap<string, readonly Claim[]>;

/** What two hosts must not have both. A name that is made of a NID is reported once, as the NID. */
const KINDS: readonly { readonly field: keyof Names; readonly of: (names: Names) => string | undefined }[] = [
  { field: "nid", of: ({ nid }) => nid?.toString() },
  { field: "hostname", of: ({ hostname }) => hostname?.toLowerCase() },
];

/** Marks the drafts; `others` are the hosts of other sources, and those of this one that stay as they are. */
export function settleNames(
  drafts: ReadonlyMap<string, Draft>,
  past: ReadonlyMap<string, PresentEvent>,
  others: readonly (readonly [string, PresentEvent])[],
): void {
  for (const { field, of } of KINDS) {
    const claims = collect(of, drafts, past, others);
    for (const claimants of claims.values()) {
      if (claimants.length === 1) continue;
      const [winner, ...losers] = claimants.toSorted(compareClaims);
      winner!.draft?.problems.push(problemOf(field, losers[0]!, OLDEST));
      for (const { draft } of losers) {
        if (draft === undefined) continue;
        draft.isQuarantined = true;
        draft.problems.push(problemOf(field, winner!, NOT_OLDEST));
        draft.attributes = renamed(draft, past.get(draft.id)?.host ?? {}, drafts, others);
      }
    }
  }
}

function collect(
  of: (names: Names) => string | undefined,
  drafts: ReadonlyMap<string, Draft>,
  past: ReadonlyMap<string, PresentEvent>,
  others: readonly (readonly [string, PresentEvent])[],
): Claims {
  const claims = new Map<string, Claim[]>();
  const add = (what: string | undefined, claim: Omit<Claim, "written">) => {
    if (what !== undefined) claims.set(what, [...(claims.get(what) ?? []), { ...claim, written: what }]);
  };
  for (const [id, draft] of drafts) {
    const what = of(draft.attributes);
    const isHeld = what !== undefined && of(past.get(id)?.host ?? {}) === what;
    add(what, { id, isHeld, since: sinceOf(draft.interfaces), draft });
  }
  for (const [id, event] of others) {
    add(of(event.host ?? {}), { id, isHeld: true, since: sinceOf(interfacesOf(event)), draft: undefined });
  }
  return claims;
}

/** Without what another host has; called as before, where nobody is called so now. */
function renamed(
  { id, attributes }: Draft,
  past: Names,
  drafts: ReadonlyMap<string, Draft>,
  others: readonly (readonly [string, PresentEvent])[],
): Draft["attributes"] {
  const { nid: _nid, hostname: _hostname, ...rest } = attributes;
  const elsewhere = [
    ...Array.from(drafts.values(), (draft) => ({ id: draft.id, names: draft.attributes as Names })),
    ...others.map(([other, event]) => ({ id: other, names: (event.host ?? {}) as Names })),
  ].filter((other) => other.id !== id);
  const isTaken = KINDS.some(({ of }) => {
    const what = of(past);
    return what !== undefined && elsewhere.some(({ names }) => of(names) === what);
  });
  if (isTaken) return rest;
  return {
    ...rest,
    ...(past.nid === undefined ? {} : { nid: past.nid }),
    ...(past.hostname === undefined ? {} : { hostname: past.hostname }),
  };
}

function sinceOf(interfaces: readonly { readonly since?: string | undefined }[]): number {
  return Math.min(...interfaces.map(({ since }) => (since === undefined ? Infinity : Date.parse(since))));
}

function compareClaims(a: Claim, b: Claim): number {
  if (a.isHeld !== b.isHeld) return a.isHeld ? -1 : 1;
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function problemOf(field: keyof Names, { id, written }: Claim, expected: string) {
  return { path: field, found: `${written}, which ${id} claims too`, expected };
}
