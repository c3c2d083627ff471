// One source's rounds: look, read, plan, write. Holds what must be remembered between rounds; when a round happens is
// source-loop.ts's business.
import type { HostEvent } from "@leasehold/inventory";
import { type Absences, countAbsences } from "../plan/absence.ts";
import type { BrakeSettings } from "../plan/brake.ts";
import { plan } from "../plan/plan.ts";
import type { Reading, SourceReader } from "../sources/source.ts";
import type { HostStore } from "./host-store.ts";

export interface RoundSettings {
  /** The source's name: the owner of its hosts. */
  readonly source: string;
  readonly absentReads: number;
  readonly brake: BrakeSettings;
}

export interface RoundResult {
  readonly kind: "nothing-new" | "in-line" | "outrun";
  readonly reading?: Reading;
  readonly written: readonly HostEvent[];
}

const TRIES = 5;

export class SourceRound {
  private absences: Absences = new Map();
  private released: ReadonlySet<string> = new Set();
  private heldNow: ReadonlySet<string> = new Set();
  private foreignNow: readonly string[] = [];
  private readonly settings: RoundSettings;
  private readonly reader: SourceReader;
  private readonly store: HostStore;

  constructor(settings: RoundSettings, reader: SourceReader, store: HostStore) {
    this.settings = settings;
    this.reader = reader;
    this.store = store;
  }

  /** Hosts that would be lost, and are held by the brake. */
  get held(): ReadonlySet<string> {
    return this.heldNow;
  }

  /** Hosts that are another source's. */
  get foreign(): readonly string[] {
    return this.foreignNow;
  }

  /** Whether the next round must read whole: something is missing, and may be gone. */
  get isPending(): boolean {
    return [...this.absences.values()].some((reads) => reads < this.settings.absentReads);
  }

  /** Lets go of what is held now; it is removed by the next whole read that still lacks it. */
  release(): number {
    this.released = new Set(this.heldNow);
    return this.released.size;
  }

  /**
   * Brings the bucket in line with the source.
   * @param now ISO 8601.
   * @throws ReadFailure when the source cannot be read, BusError when the bucket cannot be written; nothing is lost.
   */
  async run(isWhole: boolean, now: () => string): Promise<RoundResult> {
    if (!isWhole && this.reader.hasNews && !(await this.reader.hasNews())) {
      return { kind: "nothing-new", written: [] };
    }
    const reading = await this.reader.read();
    this.absences = countAbsences(this.absences, reading, this.store.hosts, this.settings.source);
    const written: HostEvent[] = [];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const { writes, held, foreign } = plan({
        ...this.settings,
        reading,
        stored: this.store.hosts,
        absences: this.absences,
        released: this.released,
        now: now(),
      });
      this.heldNow = held;
      this.foreignNow = foreign;
      const stored = writes.length === 0 ? 0 : await this.store.write(writes);
      written.push(...writes.slice(0, stored).map(({ event }) => event));
      if (stored === writes.length) {
        this.released = new Set();
        return { kind: "in-line", reading, written };
      }
      // Another syncer, or a person, was first with one of the keys: see what it is now, and decide again.
      await this.store.catchUp();
    }
    return { kind: "outrun", reading, written };
  }
}
