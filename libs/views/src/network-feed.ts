// The network document as the store has it, and as it is in force here. A record that is no document, one that was deleted, a bucket
// that was emptied or is an older one: the last document that compiles stays in use, this says what is wrong, and what the store
// has lost is written back (docs/adr/0025).
import { formatProblem, type Problem } from "@leasehold/document";
import { atOnce, checkInSteps, compileInSteps, type Network, type NetworkDocument } from "@leasehold/network";

export interface DocumentRecord {
  /** Undefined when the key was removed. */
  readonly value: unknown;
  readonly revision: number;
  /** Stream time, in ms since the epoch. */
  readonly at: number;
}

/** What the newest record of the document is. */
export type Stored =
  | { readonly kind: "absent" | "deleted" | "document"; readonly revision: number; readonly at: number }
  | { readonly kind: "broken"; readonly revision: number; readonly at: number; readonly problem: string };

export type Compiled =
  | { readonly ok: true; readonly network: Network; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const NOTHING: Stored = { kind: "absent", revision: 0, at: 0 };

type Raw = Pick<DocumentRecord, "value" | "revision">;

/** Whatever the bucket holds: never throws. */
export function compileRecord(record: Raw): Compiled {
  return atOnce(compileRecordInSteps(record));
}

/** The same in steps of some milliseconds: with packets in between, a long document keeps none of them waiting. */
export function* compileRecordInSteps(record: Raw): Generator<void, Compiled, void> {
  try {
    const checked = yield* checkInSteps(record.value);
    if (!checked.ok) return { ok: false, problems: checked.problems.map(formatProblem) };
    const network = yield* compileInSteps(checked.document, record.revision);
    return { ok: true, network, warnings: checked.warnings };
  } catch (cause) {
    return { ok: false, problems: [cause instanceof Error ? cause.message : String(cause)] };
  }
}

export interface NetworkFeedParts {
  /** What is in force; revision 0 for none. */
  readonly inForce: () => Network;
  readonly use: (network: Network, warnings: readonly Problem[]) => void;
  readonly onBroken: (revision: number, problems: readonly string[]) => void;
}

export class NetworkFeed {
  private readonly parts: NetworkFeedParts;
  private newest: Stored = NOTHING;
  private inForceAt = 0;
  private isComplete = false;

  constructor(parts: NetworkFeedParts) {
    this.parts = parts;
  }

  get stored(): Stored {
    return this.newest;
  }

  /** A record of the document, as the bucket's feed shows it; and what it compiles to, where that is known. */
  take(record: DocumentRecord, known?: Compiled): void {
    const { revision, at } = record;
    if (record.value === undefined) {
      this.newest = { kind: "deleted", revision, at };
      return;
    }
    const compiled = known ?? compileRecord(record);
    if (compiled.ok) {
      this.newest = { kind: "document", revision, at };
      if (!this.isOlder(at)) this.use(compiled, at);
    } else {
      this.newest = { kind: "broken", revision, at, problem: compiled.problems[0] ?? "it cannot be read" };
      this.parts.onBroken(revision, compiled.problems);
    }
  }

  /** The bucket is another one, or has less than it had: what is in force stays, and the bucket is read again. */
  replaced(): void {
    this.newest = NOTHING;
    this.isComplete = false;
  }

  complete(): void {
    this.isComplete = true;
  }

  /** True for a node that has started, and found records of which the newest is of no use: an earlier one may be. */
  get needsEarlier(): boolean {
    return this.isComplete && this.parts.inForce().revision === 0 && isUseless(this.newest);
  }

  /** @param kept oldest first. Takes the newest that compiles. */
  takeEarlier(kept: readonly DocumentRecord[]): void {
    for (const record of kept.toReversed()) {
      if (!this.needsEarlier) return;
      const { revision, at } = record;
      if (revision >= this.newest.revision) continue;
      const { value } = record; // Read once: it is decoded each time.
      const compiled = value === undefined ? undefined : compileRecord({ value, revision });
      if (compiled?.ok) this.use(compiled, at);
    }
  }

  /**
   * What the store has lost and must be given again, on top of which revision; undefined when it has it, and when it has something
   * newer, be that a document or not: somebody wrote it there, and has to put it right.
   */
  get lost(): { readonly document: NetworkDocument; readonly expectedRevision: number } | undefined {
    const { document, revision } = this.parts.inForce();
    if (!this.isComplete || revision === 0) return undefined;
    const { kind, revision: expectedRevision, at } = this.newest;
    const isLost = kind === "absent" || kind === "deleted" || this.isOlder(at);
    return isLost ? { document, expectedRevision } : undefined;
  }

  /** Why what is in force is not what the store has; undefined when it is. */
  get difference(): string | undefined {
    const { revision } = this.parts.inForce();
    const { newest } = this;
    if (!this.isComplete || (newest.kind === "absent" && revision === 0)) return undefined;
    const force = revision === 0 ? "no document is in use" : `revision ${revision} stays in use`;
    switch (newest.kind) {
      case "absent":
        return `the store has no network document; ${force} from memory`;
      case "deleted":
        return `the network document was deleted from the store (revision ${newest.revision}); ${force}`;
      case "broken":
        return `revision ${newest.revision} of the network document cannot be used: ${newest.problem}; ${force}`;
      case "document":
        return this.isOlder(newest.at)
          ? `the store has an older network document (revision ${newest.revision}); ${force}`
          : undefined;
      default:
        return newest satisfies never;
    }
  }

  /** By stream time: revisions of another stream say nothing. */
  private isOlder(at: number): boolean {
    return this.parts.inForce().revision > 0 && at < this.inForceAt;
  }

  private use({ network, warnings }: Compiled & { ok: true }, at: number): void {
    this.inForceAt = at;
    this.parts.use(network, warnings);
  }
}

const isUseless = ({ kind }: Stored): boolean => kind === "broken" || kind === "deleted";

/** The first thing that keeps a value from being a network document; undefined when it is one. */
export function* brokenInSteps(value: unknown): Generator<void, string | undefined, void> {
  const compiled = yield* compileRecordInSteps({ value, revision: 1 });
  return compiled.ok ? undefined : (compiled.problems[0] ?? "it cannot be read");
}
