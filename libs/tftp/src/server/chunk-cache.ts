// Parts of files that were read lately, for all transfers together: a thousand machines that boot at once ask for the same few files,
// at about the same time. Bounded by octets; the part that was used longest ago goes first.

export interface ChunkCacheCounters {
  readonly bytes: number;
  readonly hits: number;
  readonly reads: number;
}

export class ChunkCache {
  readonly #bytesMax: number;
  /** In the order of their last use. */
  readonly #chunks = new Map<string, Uint8Array>();
  readonly #reading = new Map<string, Promise<Uint8Array>>();
  #bytes = 0;
  #hits = 0;
  #reads = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get counters(): ChunkCacheCounters {
    return { bytes: this.#bytes, hits: this.#hits, reads: this.#reads };
  }

  /** Who asks for what is being read waits for that. */
  async get(key: string, read: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const kept = this.#chunks.get(key);
    if (kept !== undefined) {
      this.#hits++;
      this.#chunks.delete(key);
      this.#chunks.set(key, kept);
      return kept;
    }
    const underWay = this.#reading.get(key);
    if (underWay !== undefined) {
      this.#hits++;
      return underWay;
    }
    this.#reads++;
    const reading = read();
    this.#reading.set(key, reading);
    try {
      const chunk = await reading;
      this.#keep(key, chunk);
      return chunk;
    } finally {
      this.#reading.delete(key);
    }
  }

  #keep(key: string, chunk: Uint8Array): void {
    if (chunk.length > this.#bytesMax) return;
    this.#chunks.set(key, chunk);
    this.#bytes += chunk.length;
    for (const [oldest, { length }] of this.#chunks) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#chunks.delete(oldest);
      this.#bytes -= length;
    }
  }
}
