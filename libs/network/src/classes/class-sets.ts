// The sets of classes that clients were found in, each made once and then told by its number: a client of a set that was
// seen before costs no allocation, and what depends on the set is kept under a small number.
import type { ClientClass } from "../network.ts";

export interface ClassSet {
  readonly number: number;
  readonly classes: readonly ClientClass[];
  readonly next: Map<number, ClassSet>;
}

/** What clients send decides which sets there are, so it must not decide how many are kept. */
const SETS_MAX = 4096;

export class ClassSets {
  readonly none: ClassSet = { number: 0, classes: Object.freeze([]), next: new Map() };
  private count = 1;

  /** `set` and one class more; a set that is not kept has no number (-1). */
  with(set: ClassSet, one: ClientClass): ClassSet {
    const known = set.next.get(one.index);
    if (known) return known;
    const isKept = set.number >= 0 && this.count < SETS_MAX;
    const made: ClassSet = {
      number: isKept ? this.count++ : -1,
      classes: Object.freeze([...set.classes, one]),
      next: new Map(),
    };
    if (isKept) set.next.set(one.index, made);
    return made;
  }

  of(classes: readonly ClientClass[]): ClassSet {
    let set = this.none;
    for (const one of classes) set = this.with(set, one);
    return set;
  }
}
