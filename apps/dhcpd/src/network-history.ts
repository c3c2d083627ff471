// The kept revisions of the network document, as the API tells them: newest first, each with what it changed.
import { atOnce, diffNetworks, type NetworkDocument } from "@leasehold/network";
import { brokenInSteps } from "./network-feed.ts";

/** A record of the bucket; `value` is undefined where somebody deleted the key. */
export interface KeptRevision {
  readonly revision: number;
  readonly at: number;
  readonly value: unknown;
}

export interface HistoryEntry {
  readonly revision: number;
  readonly at: string;
  /** Whether the node that was asked goes by it. */
  readonly inForce: boolean;
  /** How many lines `changes` of this revision has; null for the oldest one that is kept. */
  readonly changes: number | null;
  /** The first of these lines. */
  readonly summary: string | null;
  /** The newest earlier revision with the very same document: so a rollback shows what it went back to. */
  readonly sameAs: number | null;
  /** True where the key was deleted: the nodes go on by the document before it. */
  readonly deleted: boolean;
  /** Why nodes cannot use this revision; null where they can. */
  readonly broken: string | null;
}

/**
 * A step for each revision, oldest first, so that the caller can let packets pass between two of them.
 * @param kept oldest first.
 */
export function* historySteps(
  kept: readonly KeptRevision[],
  inForce: number,
): Generator<HistoryEntry, void, void> {
  const newestWith = new Map<string, number>();
  let before: NetworkDocument | undefined;
  for (const record of kept) {
    const { revision, value } = record;
    const { document, broken } = judged(record);
    const changes = document && before && diffNetworks(before, document);
    const text = JSON.stringify(value);
    yield {
      revision,
      at: new Date(record.at).toISOString(),
      inForce: revision === inForce,
      changes: changes?.length ?? null,
      summary: changes?.[0] ?? null,
      sameAs: (value === undefined ? undefined : newestWith.get(text)) ?? null,
      deleted: value === undefined,
      broken,
    };
    newestWith.set(text, revision);
    before = document ?? before;
  }
}

/** One revision whole, be it a document or not; undefined when it is not kept, or was deleted. */
export function revisionView(kept: readonly KeptRevision[], revision: number) {
  const index = kept.findIndex((one) => one.revision === revision);
  const record = kept[index];
  if (record?.value === undefined) return undefined;
  const { document, broken } = judged(record);
  return {
    revision,
    at: new Date(record.at).toISOString(),
    document: record.value,
    changes: (document && changesFrom(kept.slice(0, index), document)) ?? null,
    broken,
  };
}

/** Against the last one before that nodes can use; undefined when none is kept. */
function changesFrom(
  earlier: readonly KeptRevision[],
  document: NetworkDocument,
): readonly string[] | undefined {
  for (const record of earlier.toReversed()) {
    const before = judged(record).document;
    if (before !== undefined) return diffNetworks(before, document);
  }
  return undefined;
}

/** A tool of NATS can store anything under the key. */
function judged({ value }: KeptRevision): { document: NetworkDocument | undefined; broken: string | null } {
  const broken = value === undefined ? undefined : atOnce(brokenInSteps(value));
  const isDocument = value !== undefined && broken === undefined;
  return { document: isDocument ? (value as NetworkDocument) : undefined, broken: broken ?? null };
}
