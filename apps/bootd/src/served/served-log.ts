// Where every request is reported at its end: counted, kept for a while, and in the log. Others who want to know of it subscribe here.
import type { Logger } from "pino";
import type { Counters } from "./counters.ts";
import { RecentServed } from "./recent.ts";
import type { ReportServed, Served } from "./served.ts";

/** Of one machine, or of one address, a line so often: a machine that boots in a loop asks all the time. */
const LINE_EVERY_MS = 60_000;
const REMEMBERED_MAX = 4096;

export interface ServedLogParts {
  readonly log: Logger;
  readonly counters: Counters;
  readonly steady: () => number;
  /** ms since the epoch. */
  readonly wall: () => number;
}

export class ServedLog {
  readonly recent = new RecentServed();
  readonly #parts: ServedLogParts;
  readonly #listeners: ReportServed[] = [];
  /** When a line was last written, by what it is of; the oldest first. */
  readonly #saidAt = new Map<string, number>();

  constructor(parts: ServedLogParts) {
    this.#parts = parts;
  }

  /** Called once a request from now on. It must not throw. */
  subscribe(listener: ReportServed): void {
    this.#listeners.push(listener);
  }

  readonly note = (served: Served): void => {
    const { log, counters, wall } = this.#parts;
    counters.served(served);
    this.recent.note(served, new Date(wall()).toISOString());
    log.debug(served, "served");
    for (const listener of this.#listeners) listener(served);
  };

  /** A machine gets another script than what the document has for it. */
  warn(who: Pick<Served, "mac" | "host" | "client">, reason: string): void {
    const { log, counters } = this.#parts;
    counters.count("otherScripts");
    if (this.#isNews(`${who.mac ?? who.client} ${reason}`))
      log.warn({ ...who, reason }, "a machine gets no profile of the document");
  }

  /** Another server's script or file cannot be had. */
  warnOfServer(url: string, reason: string): void {
    if (this.#isNews(`${new URL(url).host} ${reason}`))
      this.#parts.log.warn({ url, reason }, "another server does not answer");
  }

  #isNews(key: string): boolean {
    const now = this.#parts.steady();
    if (now - (this.#saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < LINE_EVERY_MS) return false;
    this.#saidAt.delete(key);
    if (this.#saidAt.size >= REMEMBERED_MAX) this.#saidAt.delete(this.#saidAt.keys().next().value!);
    this.#saidAt.set(key, now);
    return true;
  }
}
