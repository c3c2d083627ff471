// A bucket of NATS as a model: the newest record of each key, one revision after the other, written by compare-and-swap. Beside the
// leases' own stream (stream.ts), where every write counts, this is enough for hosts, documents and members.
export interface BucketRecord {
  readonly key: string;
  /** Undefined for one that was removed. */
  readonly value: unknown;
  readonly revision: number;
  readonly at: number;
}

export class SimulatedBucket {
  /** Another one, when it was made anew. */
  incarnation = 0;
  private readonly records = new Map<string, BucketRecord>();
  private readonly followers = new Set<() => void>();
  private readonly now: () => number;
  private newest = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  get lastRevision(): number {
    return this.newest;
  }

  get keys(): number {
    return this.records.size;
  }

  get(key: string): BucketRecord | undefined {
    return this.records.get(key);
  }

  put(key: string, value: unknown, expected = this.get(key)?.revision ?? 0): BucketRecord | undefined {
    if ((this.get(key)?.revision ?? 0) !== expected) return undefined;
    const record = { key, value: value ?? undefined, revision: ++this.newest, at: this.now() };
    this.records.set(key, record);
    for (const follower of this.followers) follower();
    return record;
  }

  /** In the order in which they were written. */
  after(revision: number): BucketRecord[] {
    return [...this.records.values()]
      .filter((record) => record.revision > revision)
      .sort((a, b) => a.revision - b.revision);
  }

  /** It loses what it held, and is another one; revisions go on, so that each is of one record. */
  empty(): void {
    this.records.clear();
    this.incarnation++;
  }

  follow(onChange: () => void): () => void {
    this.followers.add(onChange);
    return () => this.followers.delete(onChange);
  }
}
