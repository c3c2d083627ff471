// A map that cannot grow without end: for what is remembered of clients, who decide how much that would be. Past its maximum the
// entry that was set longest ago is forgotten. Without callbacks, so that what has one can be copied and compared.

export class BoundedMap<K, V> {
  private readonly entries = new Map<K, V>();
  private max: number;

  /** At most `max` entries. */
  constructor(max: number) {
    this.max = max;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: K): V | undefined {
    return this.entries.get(key);
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  /** It is the newest entry now, whether or not the key had one. Returns the value that was forgotten because there was no room. */
  set(key: K, value: V): V | undefined {
    this.entries.delete(key);
    const forgotten = this.entries.size >= this.max ? this.forgetOldest() : undefined;
    this.entries.set(key, value);
    return forgotten;
  }

  /** False when there was none. */
  delete(key: K): boolean {
    return this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** From the oldest to the newest. */
  keys(): IterableIterator<K> {
    return this.entries.keys();
  }

  /** From the oldest to the newest. */
  values(): IterableIterator<V> {
    return this.entries.values();
  }

  /** From the oldest to the newest. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries[Symbol.iterator]();
  }

  /** Forgets the oldest entries up to the first that is not too old: values have to be set in the order in which they get old. */
  forgetWhile(isOld: (value: V) => boolean): void {
    for (const [key, value] of this.entries) {
      if (!isOld(value)) return;
      this.entries.delete(key);
    }
  }

  /** At most so many from now on. What is there already stays until others come: each of them takes the place of an old one. */
  limitTo(max: number): void {
    this.max = max;
  }

  private forgetOldest(): V | undefined {
    for (const [key, value] of this.entries) {
      this.entries.delete(key);
      return value;
    }
    return undefined;
  }
}
