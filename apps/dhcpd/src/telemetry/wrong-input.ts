// What comes from other processes and cannot be used: counted, named in the log, and shown in `leasehold status`.
import type { BadMessage } from "@leasehold/bus";
import type { Log } from "../ports.ts";
import type { Counters } from "./counters.ts";

/** Of one kind, a line so often at most: whoever sends nonsense may send a lot of it. */
const LINE_EVERY_MS = 10_000;
const KINDS_MAX = 64;

export class WrongInput {
  private readonly counters: Counters;
  private readonly log: Pick<Log, "warn" | "error">;
  private readonly steady: () => number;
  private readonly lines = new Map<string, { at: number; unsaid: number }>();

  constructor(counters: Counters, log: Pick<Log, "warn" | "error">, steady: () => number) {
    this.counters = counters;
    this.log = log;
    this.steady = steady;
  }

  /** Never throws. */
  message({ kind, subject, found, expected, fault }: BadMessage): void {
    this.counters.count("badMessages", kind);
    if (fault !== undefined) {
      this.say(
        `${kind} fault`,
        { err: fault, subject },
        "INTERNAL ERROR: a message from another node could not be handled: please report it",
        true,
      );
    } else this.say(kind, { subject, found, expected }, "malformed message on NATS; it is ignored");
  }

  /** A record that is left alone in its bucket. */
  record(bucket: string, key: string, revision: number, reason: string): void {
    this.counters.count("badRecords", bucket);
    const shownKey = key.length > 100 ? `${key.slice(0, 100)}…` : key;
    this.say(bucket, { bucket, key: shownKey, revision, reason }, "unreadable record; it is ignored");
  }

  private say(kind: string, about: object, what: string, isFault = false): void {
    const now = this.steady();
    const line = this.lines.get(kind) ?? { at: Number.NEGATIVE_INFINITY, unsaid: 0 };
    if (now - line.at < LINE_EVERY_MS || (!this.lines.has(kind) && this.lines.size >= KINDS_MAX)) {
      line.unsaid++;
      return;
    }
    const more = line.unsaid > 0 ? { unsaid: line.unsaid } : {};
    this.lines.set(kind, { at: now, unsaid: 0 });
    this.log[isFault ? "error" : "warn"]({ ...about, ...more }, what);
  }
}
