// A node's connection to the stream: requests and answers take time, are lost, or arrive when nobody waits for them any more.

import type { CasOutcome } from "@leasehold/bus";
import type { CasStream } from "@leasehold/lease-store";
import type { Append, StoredEvent } from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";
import type { SimulatedStream } from "./stream.ts";

/** A dead connection is noticed by the client's pings. */
const NOTICED_AFTER_MS = 2000;
const READ_PATIENCE_MS = 2000;
const TRAVEL_MS = [0.1, 1] as const;
/** What was under way in a connection that was cut arrives when it heals within this time, or never. */
const KEPT_MS = 8000;

/** Runs what has arrived in the node's process: later when that stands still, never when it is gone. */
export type Enter = (run: () => void) => void;

export interface Connection extends CasStream {
  lastSequence(): Promise<number>;
  /** Which stream it is, and how many addresses it has something of. */
  contents(): Promise<{ readonly incarnation: number; readonly keys: number }>;
  /** What the leader's clock shows, and its last sequence. */
  look(): Promise<{ readonly at: number; readonly lastSequence: number }>;
}

export class StoreDoor {
  /** What the client library says. */
  connected = true;
  /** Requests get through, answers do not. */
  isDeaf = false;
  private isCut = false;
  private readonly stream: SimulatedStream;
  private readonly timeline: Timeline;
  private readonly chance: Chance;
  private readonly underWay: { readonly since: number; readonly arrive: () => void }[] = [];
  private cuts = 0;

  constructor(stream: SimulatedStream, timeline: Timeline, chance: Chance) {
    this.stream = stream;
    this.timeline = timeline;
    this.chance = chance;
  }

  get isOpen(): boolean {
    return !this.isCut;
  }

  cut(): void {
    this.isCut = true;
    const cut = ++this.cuts;
    this.timeline.after(NOTICED_AFTER_MS, () => {
      if (cut === this.cuts && this.isCut) this.connected = false;
    });
  }

  heal(): void {
    if (!this.isCut) return;
    this.isCut = false;
    this.connected = true;
    for (const { since, arrive } of this.underWay.splice(0)) {
      if (this.timeline.now - since < KEPT_MS && this.chance.happens(0.5)) arrive();
    }
  }

  /** As one process sees it. */
  for(enter: Enter): Connection {
    return {
      publish: (appends, timeoutMs) => this.publish(appends, timeoutMs, enter),
      read: (address) => this.read(address, enter),
      lastSequence: () => this.ask(() => this.stream.lastSequence, enter),
      contents: () =>
        this.ask(() => ({ incarnation: this.stream.incarnation, keys: this.stream.keys }), enter),
      look: () =>
        this.ask(() => ({ at: this.stream.leaderMs, lastSequence: this.stream.lastSequence }), enter),
    };
  }

  private publish(appends: readonly Append[], timeoutMs: number, enter: Enter): Promise<CasOutcome> {
    if (!this.connected)
      return Promise.resolve({ kind: "unknown", cause: "disconnected", reason: "not connected" });
    return new Promise((resolve) => {
      this.timeline.after(timeoutMs, () =>
        enter(() => resolve({ kind: "unknown", cause: "no-answer", reason: "timeout" })),
      );
      this.send(() =>
        this.stream.publish(appends, (outcome) => this.comeBack(() => enter(() => resolve(outcome)))),
      );
    });
  }

  private read(address: Ipv4, enter: Enter): Promise<StoredEvent | undefined> {
    return this.ask(() => this.stream.newestOf(address), enter);
  }

  private ask<T>(question: () => T, enter: Enter): Promise<T> {
    return new Promise((resolve, reject) => {
      this.timeline.after(READ_PATIENCE_MS, () => enter(() => reject(new Error("no leader answers"))));
      this.send(() => this.stream.ask(question, (value) => this.comeBack(() => enter(() => resolve(value)))));
    });
  }

  private send(arrive: () => void): void {
    this.timeline.after(this.chance.between(...TRAVEL_MS), () => {
      if (this.isCut) this.underWay.push({ since: this.timeline.now, arrive });
      else arrive();
    });
  }

  private comeBack(arrive: () => void): void {
    this.timeline.after(this.chance.between(...TRAVEL_MS), () => {
      if (!this.isCut && !this.isDeaf) arrive();
    });
  }
}
