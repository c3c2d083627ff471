// Looks at the stream of the leases: whether it has a leader, how many copies, and what time it is there. Tells the store's health and
// the node's clock, and the log when either changes.
import type { BusState, StreamLook } from "@leasehold/bus";
import { type StreamClock, WARNED_FROM_MS } from "@leasehold/cluster";
import type { Log, MachineClocks } from "../ports.ts";
import type { StoreHealth, StoreLook, StoreState } from "./store-health.ts";

export const LOOK_EVERY_MS = 1000;

export type FoundStream = Exclude<StoreLook, { kind: "stream" }> | ({ readonly kind: "stream" } & StreamLook);

export interface Watched {
  readonly health: StoreHealth;
  readonly clock: StreamClock;
  readonly log: Log;
  readonly machine: MachineClocks;
  readonly isConnected: () => boolean;
  /** What the stream's leader says; "no-answer" when there is none. Never rejects. */
  readonly ask: () => Promise<FoundStream>;
}

export class StoreWatch {
  private isStopped = false;
  private readonly watched: Watched;
  private lastState: StoreState = "healthy";
  private wasFenced = false;
  private wasWarned = false;

  constructor(watched: Watched) {
    this.watched = watched;
  }

  /** What ends from now on ends as it should: it is nothing to tell. */
  stop(): void {
    this.isStopped = true;
  }

  noteConnection(state: BusState): void {
    if (state === "lame-duck") this.watched.health.noteLameDuck(true);
    if (state === "reconnected") this.watched.health.noteLameDuck(false);
    this.tellState();
  }

  /** Looks now; what was found, or undefined without a connection. */
  async look(): Promise<FoundStream | undefined> {
    const { health, machine, isConnected, ask } = this.watched;
    const asked = machine.steady();
    const found = isConnected() ? await ask() : undefined;
    if (found !== undefined) health.noteLook(found, asked, machine.steady());
    if (found?.kind === "stream" && found.at !== undefined) this.sample(found.at, asked);
    this.tellState();
    return found;
  }

  private sample(at: number, asked: number): void {
    const { clock, machine, log } = this.watched;
    const sampled = clock.sample(at, asked, machine.steady(), machine.wall());
    const seconds = {
      stream: Math.round(clock.differenceMs) / 1000,
      wall: Math.round(clock.wallDifferenceMs) / 1000,
    };
    if (sampled === "caught-up")
      log.warn(
        seconds,
        "this machine was suspended, or its clock was set: this node now follows the time of the stream",
      );
    if (clock.isFenced !== this.wasFenced) {
      this.wasFenced = clock.isFenced;
      if (clock.isFenced) log.error(seconds, FENCED);
      else log.warn(seconds, "the clocks agree again: this node is no longer fenced");
    }
    const isOff = Math.abs(clock.wallDifferenceMs) >= WARNED_FROM_MS;
    if (isOff && !this.wasWarned)
      log.warn(seconds, "the clocks of this node and of the NATS server differ: check NTP on both");
    this.wasWarned = isOff;
  }

  private tellState(): void {
    const { health, log, machine } = this.watched;
    const state = health.state(machine.steady());
    if (state === this.lastState || this.isStopped) return;
    const isWorse = health.unreadiness(machine.steady()) !== undefined;
    log[isWorse ? "error" : "warn"]({ state, before: this.lastState }, "lease store");
    this.lastState = state;
  }
}

const FENCED =
  "FENCED: the clocks of this node and of the NATS server that leads the lease stream differ by more than the guard, so this node answers nobody; correct the clocks (NTP)";
