// Mistakes of ours, where they end: what throws is counted and logged, with the packet, and nothing else stops for it (I15).
// What is caught here left nothing half done: what a node knows changes in one step, after the store's word, or not at all.
import type { Fault, Log } from "../ports.ts";
import type { Counters } from "./counters.ts";

/** A packet that trips us comes again and again: so many lines a window say it as well as all would. */
const LINES_MAX = 20;
const WINDOW_MS = 10_000;

export interface FaultsParts {
  readonly counters: Counters;
  readonly log: Pick<Log, "error">;
  /** A steady clock, in ms. */
  readonly now: () => number;
  /** Told of each; it does not throw. */
  readonly onFault?: (fault: Fault) => void;
}

export class Faults {
  private readonly parts: FaultsParts;
  private windowEnds = 0;
  private lines = 0;
  private unsaid = 0;

  constructor(parts: FaultsParts) {
    this.parts = parts;
  }

  /** Does a step; whether it threw. */
  guard(during: string, step: () => void): boolean {
    try {
      step();
      return false;
    } catch (cause) {
      this.count({ cause, during });
      return true;
    }
  }

  /** Of work that nobody waits for. */
  unawaited(during: string, work: Promise<unknown> | undefined): void {
    work?.catch((cause: unknown) => this.count({ cause, during }));
  }

  count(fault: Fault): void {
    this.parts.counters.count("anomalies", "internal-error");
    this.log(fault);
    this.parts.onFault?.(fault);
  }

  /** As far as there is room for that. Never throws. */
  private log({ cause, during, packet }: Fault): void {
    try {
      const { log, now } = this.parts;
      if (now() >= this.windowEnds) {
        this.windowEnds = now() + WINDOW_MS;
        this.lines = 0;
      }
      if (++this.lines > LINES_MAX) {
        this.unsaid++;
        return;
      }
      const hex = packet && Buffer.from(packet).toString("hex");
      log.error(
        { err: cause, during, packet: hex, unsaid: this.unsaid || undefined },
        "INTERNAL ERROR: a bug in dhcpd; only this work was aborted: please report it",
      );
      this.unsaid = 0;
    } catch {
      // Not even the log works: the count says so.
    }
  }
}
