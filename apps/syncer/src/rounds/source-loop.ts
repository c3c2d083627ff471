// When a source is looked at: by its intervals, on request, and never so often that reading it is all that it
// and we do.
import type { Logger } from "pino";
import type { SourceReader } from "../sources/source.ts";
import type { HostStore } from "./host-store.ts";
import type { LoopSettings } from "./settings.ts";
import { SourceRecord } from "./source-record.ts";
import { SourceRound } from "./source-round.ts";
import type { SourceStatus } from "./source-status.ts";

/** A round that took a second is followed by a pause of four: rounds take a fifth of the time, however large the source. */
const PAUSE_FOR_WORK = 4;
/** After a look that failed, at most this many intervals later, whatever time it took. */
const FAILED_INTERVALS = 3;
const STOP_MS = 2000;
/** How often the store is asked whether it is ready. */
const UNREADY_MS = 100;

export class SourceLoop {
  private readonly settings: LoopSettings;
  private readonly reader: SourceReader;
  private readonly store: HostStore;
  private readonly log: Logger;
  private readonly round: SourceRound;
  private readonly record: SourceRecord;
  private isStopped = false;
  private isHinted = false;
  private wake: () => void = () => {};
  private running: Promise<void> = Promise.resolve();

  constructor(settings: LoopSettings, reader: SourceReader, store: HostStore, log: Logger) {
    this.settings = settings;
    this.reader = reader;
    this.store = store;
    this.log = log.child({ source: settings.source });
    this.round = new SourceRound(settings, reader, store);
    this.record = new SourceRecord(this.log);
  }

  start(): void {
    this.running = this.repeat();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    // A source that does not answer is not waited for: writes are whole or not there, whenever we go.
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    await Promise.race([this.running, timeout]);
  }

  /** Reads whole, now or as soon as the round that is going on has ended. */
  pollNow(): void {
    this.isHinted = true;
    this.wake();
  }

  /** Lets go of what the brake holds; gives how many hosts that are. */
  releaseBrake(): number {
    const hosts = this.round.release();
    if (hosts > 0) this.log.warn({ hosts }, "brake released");
    this.pollNow();
    return hosts;
  }

  /** Whether it was ever read whole, and the bucket brought in line with it. */
  get hasRead(): boolean {
    return this.record.fullAt > 0;
  }

  status(): SourceStatus {
    const { source: name, type } = this.settings;
    const quarantined = [...this.store.hosts.present()].flatMap(([host, event]) =>
      event.source === name && event.type === "HostQuarantined" ? [{ host, problems: event.problems }] : [],
    );
    return {
      name,
      type,
      place: this.reader.place,
      ...this.record.summary(),
      quarantined,
      foreign: this.round.foreign,
      held: [...this.round.held].sort(),
    };
  }

  private async repeat(): Promise<void> {
    while (!this.isStopped) {
      const started = Date.now();
      if (this.store.unready !== undefined) {
        await this.pause(UNREADY_MS);
        continue;
      }
      const isRead = await this.look(started).catch((cause: unknown) => {
        this.log.error(
          { err: cause },
          "INTERNAL ERROR: this round was aborted; the next one will run: please report it",
        );
        return false;
      });
      await this.pause(this.pauseAfter(isRead, Date.now() - started));
    }
  }

  /** A source that hangs does no work that it has to be spared. */
  private pauseAfter(isRead: boolean, busy: number): number {
    const { pollMs } = this.settings;
    const pause = Math.max(pollMs - busy, busy * PAUSE_FOR_WORK);
    return isRead ? pause : Math.min(pause, FAILED_INTERVALS * pollMs);
  }

  /** Says whether the source could be read. */
  private async look(now: number): Promise<boolean> {
    const isDue = now - this.record.fullAt >= this.settings.fullMs;
    const isWhole =
      this.isHinted || this.round.isPending || isDue || this.settings.fullMs <= this.settings.pollMs;
    this.isHinted = false;
    try {
      const result = await this.round.run(isWhole, () => new Date().toISOString());
      this.record.noteRound(result, this.round.held.size, now);
      return true;
    } catch (cause) {
      this.record.noteFailure(cause, now);
      return false;
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.isStopped || (this.isHinted && this.store.unready === undefined)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
