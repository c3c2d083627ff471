// Memory for a million small records of any size, outside the heap that the garbage collector walks. A slot is a piece of a
// chunk; a slot that was freed is the next one to be used for a record of its size.

declare const brand: unique symbol;

/** Where a record is: which size, and the how many-th of that size. */
export type Slot = number & { readonly [brand]: "Slot" };

/** Instead of a slot, where there is none. */
export const NO_SLOT = -1 as Slot;

/** The same octets, as three kinds of numbers. */
interface Chunk {
  readonly octets: Buffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
}

const CHUNK_OCTETS = 65_536;
/** Sizes go in steps of 16 up to 256, and from there on they double: 512 … 4 MiB, which no record of NATS reaches. */
const STEP = 16;
const STEPS = 16;
const SIZES = 30;
const SIZE_BITS = 5;

export class RecordMemory {
  private readonly sizes = Array.from({ length: SIZES }, (_, size) => new SlotsOfSize(size));

  /** A slot for so many octets; what stands in it is left from before. */
  take(octets: number): Slot {
    const size = sizeFor(octets);
    return ((this.sizes[size]!.take() << SIZE_BITS) | size) as Slot;
  }

  free(slot: Slot): void {
    this.slotsOf(slot).freed.push(slot >> SIZE_BITS);
  }

  chunkOf(slot: Slot): Chunk {
    const slots = this.slotsOf(slot);
    return slots.chunks[(slot >> SIZE_BITS) >> slots.shift]!;
  }

  /** Where the slot begins in its chunk, in octets: a multiple of 16. */
  startOf(slot: Slot): number {
    const { shift, octets } = this.slotsOf(slot);
    return ((slot >> SIZE_BITS) & ((1 << shift) - 1)) * octets;
  }

  private slotsOf(slot: Slot): SlotsOfSize {
    return this.sizes[slot & (2 ** SIZE_BITS - 1)]!;
  }
}

class SlotsOfSize {
  readonly octets: number;
  /** A chunk has 2^shift of them. */
  readonly shift: number;
  readonly chunks: Chunk[] = [];
  readonly freed: number[] = [];
  private used = 0;

  constructor(size: number) {
    this.octets = size < STEPS ? STEP * (size + 1) : STEP * STEPS * 2 ** (size - STEPS + 1);
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK_OCTETS / this.octets)));
  }

  take(): number {
    const freed = this.freed.pop();
    if (freed !== undefined) return freed;
    if (this.used === this.chunks.length << this.shift) this.chunks.push(chunkOf(this.octets << this.shift));
    return this.used++;
  }
}

function sizeFor(octets: number): number {
  const steps = Math.ceil(octets / STEP);
  return steps <= STEPS ? steps - 1 : STEPS - 1 + Math.ceil(Math.log2(steps / STEPS));
}

function chunkOf(octets: number): Chunk {
  // Not of the pool that small buffers share: that would be kept for one of them.
  const memory = Buffer.allocUnsafeSlow(octets);
  return {
    octets: memory,
    words: new Int32Array(memory.buffer, memory.byteOffset, octets / 4),
    doubles: new Float64Array(memory.buffer, memory.byteOffset, octets / 8),
  };
}
