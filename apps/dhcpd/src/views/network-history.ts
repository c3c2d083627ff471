// The kept revisions of the network document, as the API tells them: newest first, each with what it changed.
import { createHash } from "node:crypto";
import { atOnce, diffNetworks, type NetworkDocument } from "@leasehold/network";
import { brokenInSteps } from "@leasehold/views";

/** A record of the bucket. */
export interface KeptRevision {
  readonly revision: number;
  readonly at: number;
  /** Undefined where somebody deleted the key. Read once, and not kept for longer than needed: there may be 64 long ones. */
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
 * A step for each revision, so that the caller can do something else between two of them.
 * @param kept oldest first, and so are the entries.
 */
export function* historySteps(
  kept: readonly KeptRevision[],
  inForce: number,
): Generator<HistoryEntry, void, void> {
  const newestWith = new Map<string, number>();
  let before: NetworkDocument | undefined;
  for (const { revision, at, value } of kept) {
    const { document, broken } = judged(value);
    const changes = document && before && diffNetworks(before, document);
    const digest = digestOf(value);
    yield {
      revision,
      at: new Date(at).toISOString(),
      inForce: revision === inForce,
      changes: changes?.length ?? null,
      summary: changes?.[0] ?? null,
      sameAs: (value === undefined ? undefined : newestWith.get(digest)) ?? null,
      deleted: value === undefined,
      broken,
    };
    newestWith.set(digest, revision);
    before = document ?? before;
  }
}

function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("base64");
}

/** One revision whole, be it a document or not; undefined when it is not kept, or was deleted. */
export function revisionView(kept: readonly KeptRevision[], revision: number) {
  const index = kept.findIndex((one) => one.revision === revision);
  const { at, value } = kept[index] ?? {};
  if (at === undefined || value === undefined) return undefined;
  const { document, broken } = judged(value);
  return {
    revision,
    at: new Date(at).toISOString(),
    document: value,
    changes: (document && changesFrom(kept.slice(0, index), document)) ?? null,
    broken,
  };
}

/** Against the last one before that nodes can use; undefined when none is kept. */
function changesFrom(
  earlier: readonly KeptRevision[],
  document: NetworkDocument,
): readonly string[] | undefined {
  for (const { value } of earlier.toReversed()) {
    const before = judged(value).document;
    if (before !== undefined) return diffNetworks(before, document);
  }
  return undefined;
}

/** A tool of NATS can store anything under the key. */
function judged(value: unknown): { document: NetworkDocument | undefined; broken: string | null } {
  const broken = value === undefined ? undefined : atOnce(brokenInSteps(value));
  const isDocument = value !== undefined && broken === undefined;
  return { document: isDocument ? (value as NetworkDocument) : undefined, broken: broken ?? null };
}
