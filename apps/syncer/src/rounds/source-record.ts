// What came of a source's rounds, for the log when it changes, and for the API.
import type { HostEvent, HostProblem } from "@leasehold/inventory";
import type { Logger } from "pino";
import { ReadFailure } from "../sources/source.ts";
import type { RoundResult } from "./source-round.ts";
import type { SourceStatus } from "./source-status.ts";

export class SourceRecord {
  private readonly log: Logger;
  private readonly counts = { reads: 0, failures: 0, rows: 0, hosts: 0 };
  private readonly failuresByKind = new Map<string, number>();
  private readonly events = { HostSet: 0, HostQuarantined: 0, HostRemoved: 0 };
  private unusable: readonly HostProblem[] = [];
  private held = 0;
  private lastLook = 0;
  private lastFull = 0;
  private lastError: SourceStatus["lastError"] = null;
  private isFailing = false;

  constructor(log: Logger) {
    this.log = log;
  }

  /** When the source was last read whole and the bucket brought in line with it, ms since the epoch; 0 for never. */
  get fullAt(): number {
    return this.lastFull;
  }

  noteRound(result: RoundResult, held: number, now: number): void {
    if (this.isFailing) this.log.info("reading again");
    this.isFailing = false;
    this.lastLook = now;
    this.counts.reads++;
    for (const event of result.written) this.noteEvent(event);
    if (result.kind === "outrun") this.log.warn("other writers keep changing the same hosts; trying again");
    if (result.kind === "in-line") this.lastFull = now;
    if (result.reading === undefined) return;
    this.counts.rows = result.reading.rows;
    this.counts.hosts = result.reading.hosts.length;
    this.noteUnusable(result.reading.unusable);
    this.noteHeld(held);
  }

  noteFailure(cause: unknown, now: number): void {
    this.counts.failures++;
    const kind = cause instanceof ReadFailure ? cause.kind : "not-written";
    this.failuresByKind.set(kind, (this.failuresByKind.get(kind) ?? 0) + 1);
    const message = cause instanceof Error ? cause.message : String(cause);
    if (!this.isFailing || message !== this.lastError?.message) {
      const what =
        cause instanceof ReadFailure ? "cannot read; nothing changes" : "cannot write; trying again";
      this.log.error({ reason: message }, what);
    }
    this.isFailing = true;
    this.lastError = { at: new Date(now).toISOString(), message };
  }

  /** The part of the status that rounds make. */
  summary() {
    return {
      state: this.state(),
      lastLook: timeOf(this.lastLook),
      lastFullRead: timeOf(this.lastFull),
      lastError: this.lastError,
      ...this.counts,
      failuresByKind: Object.fromEntries(this.failuresByKind),
      unusable: this.unusable,
      events: { ...this.events },
    };
  }

  private state(): SourceStatus["state"] {
    if (this.isFailing) return "failing";
    if (this.lastFull === 0) return "waiting";
    return this.held > 0 ? "held" : "ok";
  }

  private noteEvent(event: HostEvent): void {
    this.events[event.type]++;
    const about = { host: event.id, event: event.type };
    if (event.type === "HostQuarantined")
      this.log.warn({ ...about, problems: event.problems }, "quarantined");
    else this.log.info(about, event.type === "HostSet" ? "set" : "removed");
  }

  private noteUnusable(unusable: readonly HostProblem[]): void {
    if (unusable.length > 0 && unusable.length !== this.unusable.length) {
      this.log.warn({ problems: unusable }, "rows that belong to no host are ignored");
    }
    this.unusable = unusable;
  }

  private noteHeld(held: number): void {
    if (held > 0 && held !== this.held) {
      const fix = "If they are really gone, release the brake: POST /api/v1/release-brake.";
      this.log.error({ hosts: held, fix }, "too many hosts would be removed at once; the brake keeps them");
    }
    if (held === 0 && this.held > 0) this.log.info("the brake keeps no hosts any more");
    this.held = held;
  }
}

function timeOf(at: number): string | null {
  return at === 0 ? null : new Date(at).toISOString();
}
