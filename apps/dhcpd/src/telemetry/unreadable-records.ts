// Records that are in the buckets now and that this node cannot use, for `leasehold status`, metrics and whoever has to see to them.
import type { WrongInput } from "./wrong-input.ts";

/** Of a bucket, so many are remembered by key; more are one number. */
const KEPT_MAX = 10_000;
const SHOWN = 10;
const KEY_MAX = 100;

export interface UnreadableView {
  readonly bucket: string;
  readonly count: number;
  /** The first of them. */
  readonly records: readonly { readonly key: string; readonly reason: string }[];
}

export class UnreadableRecords {
  readonly input: WrongInput;
  private readonly buckets = new Map<string, Map<string, string>>();

  constructor(input: WrongInput) {
    this.input = input;
  }

  note(bucket: string, key: string, revision: number, reason: string): void {
    this.input.record(bucket, key, revision, reason);
    const known = this.buckets.get(bucket) ?? new Map<string, string>();
    this.buckets.set(bucket, known);
    if (known.has(key) || known.size < KEPT_MAX) known.set(key, reason);
  }

  /** What is there now can be used, or is gone. */
  isWell(bucket: string, key: string): void {
    const known = this.buckets.get(bucket);
    if (known !== undefined && known.size > 0) known.delete(key);
  }

  /** The bucket is read again from its beginning. */
  forget(bucket: string): void {
    this.buckets.delete(bucket);
  }

  countOf(bucket: string): number {
    return this.buckets.get(bucket)?.size ?? 0;
  }

  view(): UnreadableView[] {
    return [...this.buckets]
      .filter(([, known]) => known.size > 0)
      .map(([bucket, known]) => ({ bucket, count: known.size, records: firstOf(known) }));
  }
}

function firstOf(known: ReadonlyMap<string, string>): UnreadableView["records"] {
  const records = [];
  for (const [key, reason] of known) {
    if (records.length >= SHOWN) break;
    records.push({ key: key.length > KEY_MAX ? `${key.slice(0, KEY_MAX)}…` : key, reason });
  }
  return records;
}
