// Simulated time: what is due happens in order, and promises settle before anything else does.

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Longer than any chain of promises in the core. */
const PROMISE_DEPTH = 10;

export class Timeline {
  /** True time, in ms. */
  now: number;
  private readonly heap: Due[] = [];
  private count = 0;

  constructor(start = 0) {
    this.now = start;
  }

  get isIdle(): boolean {
    return this.heap.length === 0;
  }

  after(ms: number, run: () => void): void {
    this.push({ at: this.now + ms, order: this.count++, run });
  }

  /** Everything up to `until`. */
  async runTo(until: number): Promise<void> {
    while (this.heap.length > 0 && this.heap[0]!.at <= until) await this.step();
    this.now = until;
  }

  /** The next thing that is due. */
  async step(): Promise<void> {
    const due = this.pop();
    this.now = due.at;
    due.run();
    for (let i = 0; i < PROMISE_DEPTH; i++) await undefined;
  }

  private push(due: Due): void {
    const { heap } = this;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, due)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  private pop(): Due {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.sink(last);
    return top;
  }

  private sink(due: Due): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(due, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = due;
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
