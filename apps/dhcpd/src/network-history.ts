// The kept revisions of the network document, as the API tells them: newest first, each with what it changed.
import { diffNetworks, type NetworkDocument } from "@leasehold/network";

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
  for (const [index, record] of kept.entries()) {
    const { revision, value } = record;
    const changes = changesOf(kept, index);
    const text = JSON.stringify(value);
    yield {
      revision,
      at: new Date(record.at).toISOString(),
      inForce: revision === inForce,
      changes: changes?.length ?? null,
      summary: changes?.[0] ?? null,
      sameAs: (value === undefined ? undefined : newestWith.get(text)) ?? null,
      deleted: value === undefined,
    };
    newestWith.set(text, revision);
  }
}

/** One revision whole; undefined when it is not kept, or is no document. */
export function revisionView(kept: readonly KeptRevision[], revision: number) {
  const index = kept.findIndex((one) => one.revision === revision);
  const record = kept[index];
  if (record?.value === undefined) return undefined;
  return {
    revision,
    at: new Date(record.at).toISOString(),
    document: record.value,
    changes: changesOf(kept, index) ?? null,
  };
}

/** Against the last one before that was a document; undefined when none is kept. */
function changesOf(kept: readonly KeptRevision[], index: number): readonly string[] | undefined {
  const { value } = kept[index]!;
  const before = kept.slice(0, index).findLast((one) => one.value !== undefined);
  if (before === undefined || value === undefined) return undefined;
  return diffNetworks(before.value as NetworkDocument, value as NetworkDocument);
}
