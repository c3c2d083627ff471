// Chance that a seed repeats, one source for each thing that happens: leaving a fault out does not change the dice of others.
import { hashOf } from "@leasehold/cluster";
import { Random } from "../random.ts";

const RANGE = 2 ** 32;

export class Chance {
  private readonly seed: number;
  private readonly random: Random;

  constructor(seed: number, purpose = "") {
    this.seed = seed;
    this.random = new Random(scattered(hashOf(`${seed} ${purpose}`)));
  }

  /** Another source, which what is drawn here does not change. */
  of(purpose: string): Chance {
    return new Chance(this.seed, purpose);
  }

  /** From 0 to 1. */
  fraction(): number {
    return this.random.next() / RANGE;
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  between(from: number, to: number): number {
    return from + this.fraction() * (to - from);
  }

  /** A whole number from 0 to `end` - 1. */
  below(end: number): number {
    return this.random.below(end);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)]!;
  }
}

/** Seeds that are close to each other must not begin alike (the finaliser of MurmurHash3). */
function scattered(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
