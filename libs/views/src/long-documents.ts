// Compiles a long network document without keeping packets waiting: in steps of some milliseconds, with packets in between.
import type { Change } from "@leasehold/bus";
import { type Compiled, compileRecordInSteps, type DocumentRecord } from "./network-feed.ts";

/** Runs all steps, with whatever else is to be done in between. */
export type InTurns = <T>(steps: Generator<void, T, void>) => Promise<T>;

/** What is shorter is compiled at once: that takes some milliseconds. */
const LONG_OCTETS = 20_000;

export class LongDocuments {
  private readonly inTurns: InTurns;
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(inTurns: InTurns) {
    this.inTurns = inTurns;
  }

  isLong({ data }: Pick<Change, "data">): boolean {
    return data !== undefined && data.length > LONG_OCTETS;
  }

  /** At once where nothing waits; else when all that came before is done. */
  inOrder(act: () => void | Promise<void>): void {
    if (this.waiting === 0) {
      const acted = act();
      if (acted === undefined) return;
      this.hold(() => acted);
    } else this.hold(act);
  }

  private hold(act: () => void | Promise<void>): void {
    this.waiting++;
    this.last = this.last.then(act).finally(() => this.waiting--);
  }

  /** Never rejects. */
  compile(record: DocumentRecord): Promise<Compiled> {
    return this.inTurns(compileRecordInSteps(record));
  }
}
