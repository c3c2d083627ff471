// The syncer as a whole: its sources over one bucket.
import type { Logger } from "pino";
import type { HostStore } from "./rounds/host-store.ts";
import { answerLimits, limited, loopSettings } from "./rounds/settings.ts";
import { SourceLoop } from "./rounds/source-loop.ts";
import type { SourceStatus } from "./rounds/source-status.ts";
import type { Reach } from "./sources/source.ts";
import { sources } from "./sources.ts";
import type { SourceEntry } from "./syncer-file.ts";

// Two syncers over one source do no harm: each write names the revision that it was decided on, and who comes second
// finds nothing left to say. So there is no lock to hold, and none to lose.
export class Syncer {
  private readonly store: HostStore;
  private readonly loops: readonly SourceLoop[];

  constructor(entries: readonly SourceEntry[], reach: Reach, store: HostStore, log: Logger) {
    this.store = store;
    this.loops = entries.map((entry) => {
      const source = sources.find(({ type }) => type === entry.type)!;
      // The entry was checked against the settings of this very source.
      return new SourceLoop(
        loopSettings(entry),
        source.open(entry as never, limited(reach, answerLimits(entry))),
        store,
        log,
      );
    });
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** Why it is not ready, in a sentence; undefined when it is. */
  unreadiness(): string | undefined {
    const unread = this.loops.filter(({ hasRead }) => !hasRead).map((loop) => loop.status());
    if (this.store.unready !== undefined) return this.store.unready;
    if (unread.length === 0) return undefined;
    return unread
      .map(
        ({ name, lastError }) =>
          `source ${name} has not been read yet${lastError ? `: ${lastError.message}` : ""}`,
      )
      .join("; ");
  }

  statuses(): readonly SourceStatus[] {
    return this.loops.map((loop) => loop.status());
  }

  /** @param source a name, or undefined for all. Gives how many sources that are. */
  pollNow(source?: string): number {
    return this.named(source).map((loop) => loop.pollNow()).length;
  }

  /** Gives how many hosts are let go; undefined when there is no such source. */
  releaseBrake(source?: string): number | undefined {
    const loops = this.named(source);
    return loops.length === 0 ? undefined : loops.reduce((hosts, loop) => hosts + loop.releaseBrake(), 0);
  }

  private named(source: string | undefined): readonly SourceLoop[] {
    return this.loops.filter((loop) => source === undefined || loop.status().name === source);
  }
}
