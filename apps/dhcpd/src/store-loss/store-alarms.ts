// What is wrong with what the store holds, in words, for status, metric and log: as long as one of these is the case, the cluster
// serves on, and somebody has to look (docs/operate.md, The store was lost).
import type { Log } from "../ports.ts";

export const STORE_ALARMS = [
  /** What is in force is not what the store has. */
  "document-not-stored",
  /** The store has, or had, fewer addresses than once were recorded, and no node knows what they were. */
  "leases-lost",
  /** The store has lost hosts, and the syncer has not written them again. */
  "hosts-lost",
  /** A bucket can be emptied by one message. */
  "bucket-unprotected",
] as const;
export type StoreAlarm = (typeof STORE_ALARMS)[number];

export class StoreAlarms {
  private readonly log: Pick<Log, "error" | "warn">;
  private readonly raised = new Map<StoreAlarm, string>();

  constructor(log: Pick<Log, "error" | "warn">) {
    this.log = log;
  }

  /** `words` say what is the case; undefined: nothing is. */
  set(alarm: StoreAlarm, words: string | undefined): void {
    const before = this.raised.get(alarm);
    if (words === before) return;
    if (words === undefined) {
      this.raised.delete(alarm);
      this.log.warn({ alarm }, `over: ${before}`);
      return;
    }
    this.raised.set(alarm, words);
    // Numbers in it change as it heals: that is for the status.
    if (before === undefined) this.log.error({ alarm }, words);
  }

  isOn(alarm: StoreAlarm): boolean {
    return this.raised.has(alarm);
  }

  /** Whether the store lacks something that it should have. */
  get isStoreIncomplete(): boolean {
    return this.isOn("document-not-stored") || this.isOn("leases-lost") || this.isOn("hosts-lost");
  }

  /** In the order of `STORE_ALARMS`. */
  get words(): string[] {
    return STORE_ALARMS.flatMap((alarm) => this.raised.get(alarm) ?? []);
  }
}
