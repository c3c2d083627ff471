// A file in blocks: read in chunks that hold whole windows, the next one before it is needed.
import type { ChunkCache } from "./chunk-cache.ts";
import type { OpenFile } from "./file-source.ts";

const CHUNK_SIZE = 32 * 1024;

export interface Blocks {
  readonly blockSize: number;
  readonly windowSize: number;
}

export class BlockReader {
  readonly #file: OpenFile;
  readonly #cache: ChunkCache;
  readonly #blockSize: number;
  readonly #blocksOfChunk: number;
  readonly #chunkCount: number;
  /** What the window needs, and the next one. */
  readonly #chunks = new Map<number, Uint8Array>();
  /** The chunk that was last asked for before it was needed. */
  #ahead = -1;

  constructor(file: OpenFile, cache: ChunkCache, { blockSize, windowSize }: Blocks) {
    this.#file = file;
    this.#cache = cache;
    this.#blockSize = blockSize;
    this.#blocksOfChunk = Math.max(Math.floor(CHUNK_SIZE / blockSize), windowSize);
    this.#chunkCount = Math.ceil(file.size / (blockSize * this.#blocksOfChunk));
  }

  /** True when the blocks can be had at once. */
  has(first: number, last: number): boolean {
    for (let chunk = this.#chunkOf(first); chunk <= this.#chunkOf(last); chunk++)
      if (chunk < this.#chunkCount && !this.#chunks.has(chunk)) return false;
    return true;
  }

  /** @throws Error when the file cannot be read, or has changed. */
  async load(first: number, last: number): Promise<void> {
    for (let chunk = this.#chunkOf(first); chunk <= this.#chunkOf(last); chunk++) await this.#load(chunk);
  }

  /** After `load`, or where `has` says so. The octets are others', too: they are only to be read. */
  block(number: number): Uint8Array {
    const chunk = this.#chunks.get(this.#chunkOf(number));
    const start = ((number - 1) % this.#blocksOfChunk) * this.#blockSize;
    // The last block of a file whose size is a multiple of theirs is empty, and may be the first of no chunk.
    return chunk?.subarray(start, start + this.#blockSize) ?? new Uint8Array();
  }

  /** Lets go of what was before, and reads on; a fault shows when the blocks are needed. */
  moveOn(first: number, last: number): void {
    for (const chunk of this.#chunks.keys()) if (chunk < this.#chunkOf(first)) this.#chunks.delete(chunk);
    const next = this.#chunkOf(last) + 1;
    if (next === this.#ahead || next >= this.#chunkCount || this.#chunks.has(next)) return;
    this.#ahead = next;
    this.#load(next).catch(() => {});
  }

  close(): void {
    this.#file.close();
    this.#chunks.clear();
  }

  async #load(chunk: number): Promise<void> {
    if (chunk >= this.#chunkCount || this.#chunks.has(chunk)) return;
    const size = this.#blockSize * this.#blocksOfChunk;
    const offset = chunk * size;
    const key = `${this.#file.version}/${size}/${chunk}`;
    const length = Math.min(size, this.#file.size - offset);
    this.#chunks.set(chunk, await this.#cache.get(key, () => this.#file.read(offset, length)));
  }

  #chunkOf(block: number): number {
    return Math.floor((block - 1) / this.#blocksOfChunk);
  }
}
