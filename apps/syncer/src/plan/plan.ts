// A reading and the bucket to the events that bring the bucket in line: `plan` is pure, and planning again after its
// events are stored gives none.
import { isDeepStrictEqual } from "node:util";
import type { HostEvent, HostProblem, HostRecord } from "@leasehold/inventory";
import type { Reading } from "../sources/source.ts";
import type { Absences } from "./absence.ts";
import { type BrakeSettings, heldBack } from "./brake.ts";
import { claimTimes } from "./claim-times.ts";
import { type Draft, draftHosts } from "./draft.ts";
import { settleNames } from "./duplicate-names.ts";
import { settleDuplicates } from "./duplicates.ts";
import type { StoredHosts } from "./stored-hosts.ts";

export interface PlanInput {
  /** The source's name in syncer.yaml: it owns the hosts that it has written, and no others. */
  readonly source: string;
  readonly reading: Reading;
  readonly stored: StoredHosts;
  readonly absences: Absences;
  readonly absentReads: number;
  readonly brake: BrakeSettings;
  /** Hosts that a person has let go. */
  readonly released: ReadonlySet<string>;
  /** ISO 8601. */
  readonly now: string;
}

export interface Plan {
  readonly writes: readonly { readonly event: HostEvent; readonly expectedRevision: number }[];
  /** Hosts that would be lost, and are held. */
  readonly held: ReadonlySet<string>;
  /** Hosts that this source names and another one owns: left alone. */
  readonly foreign: readonly string[];
}

export function plan(input: PlanInput): Plan {
  const { source, reading, stored, now, brake, released } = input;
  const present = [...stored.present()];
  const past = new Map(present.filter(([, event]) => event.source === source));
  const others = new Map(present.filter(([, event]) => event.source !== source));
  const drafts = draftHosts({ ...input, past, times: claimTimes(stored, now) });
  const foreign = [...others.keys()].filter((id) => drafts.seen.delete(id));
  const held = heldBack(past, drafts, { brake, released, isEmpty: reading.rows === 0 });
  for (const id of held) drafts.seen.delete(id);
  const unchanged = [...past].filter(([id]) => held.has(id) || drafts.awaited.has(id));
  settleDuplicates(drafts.seen, past, [...others, ...unchanged]);
  settleNames(drafts.seen, past, [...others, ...unchanged]);
  const kept = new Set([...drafts.seen.keys(), ...unchanged.map(([id]) => id)]);
  const gone = [...past.keys()].filter((id) => !kept.has(id));
  const events = [
    ...Array.from(drafts.seen.values(), (draft) => eventOf(draft, source, now)),
    ...gone.map((id): HostEvent => ({ type: "HostRemoved", v: 1, id, source, observedAt: now })),
  ];
  const writes = events
    .filter((event) => !isSame(event, past.get(event.id)))
    .map((event) => ({ event, expectedRevision: stored.get(event.id)?.revision ?? 0 }));
  return { writes, held, foreign };
}

function eventOf(draft: Draft, source: string, now: string): HostEvent {
  const { id, attributes, interfaces } = draft;
  // The source's rows come in no order; what is reported of them must.
  const problems = draft.problems.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  const sourceRevision = draft.revision === undefined ? {} : { sourceRevision: draft.revision };
  const common = { v: 1 as const, id, source, ...sourceRevision, observedAt: now };
  const host: HostRecord = { ...attributes, interfaces: [...interfaces] };
  if (!draft.isQuarantined) {
    return { type: "HostSet", ...common, host, ...(problems.length === 0 ? {} : { problems }) };
  }
  return { type: "HostQuarantined", ...common, ...(interfaces.length === 0 ? {} : { host }), problems };
}

function textOf({ path, found, expected }: HostProblem): string {
  return `${path} ${found} ${expected}`;
}

/** Whether two events say the same, whenever it was seen. */
function isSame(a: HostEvent, b: HostEvent | undefined): boolean {
  if (b === undefined || a.type !== b.type) return false;
  const { observedAt: _atA, sourceRevision: _revisionA, ...one } = a;
  const { observedAt: _atB, sourceRevision: _revisionB, ...other } = b;
  return isDeepStrictEqual(one, other);
}
