// The requests that were served last, for who looks into a boot. Bounded; the oldest goes first.
import type { Served } from "./served.ts";

const KEPT_MAX = 1000;

export interface RecentlyServed extends Served {
  /** When it ended, ISO 8601 by this machine's clock. */
  readonly at: string;
}

export class RecentServed {
  readonly #kept: RecentlyServed[] = [];
  #next = 0;

  note(served: Served, at: string): void {
    this.#kept[this.#next] = { at, ...served };
    this.#next = (this.#next + 1) % KEPT_MAX;
  }

  /** Newest first. */
  all(): RecentlyServed[] {
    return [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)].reverse();
  }
}
