// Looks at the stream of the leases once a second: whether it has a leader, how many copies, and what time it is there. Tells the
// store's health and the node's clock, and the log when either changes.
import { type Bus, type BusState, LEASES, lookAtStream, type StreamLook, streamOf } from "@leasehold/bus";
import type { Logger } from "pino";
import type { StoreHealth, StoreLook, StoreState } from "../../store/store-health.ts";
import { type StreamClock, WARNED_FROM_MS } from "../../store/stream-clock.ts";
import type { Faults } from "../../telemetry/faults.ts";

const LOOK_EVERY_MS = 1000;

type Found = Exclude<StoreLook, { kind: "stream" }> | ({ readonly kind: "stream" } & StreamLook);

export interface Watched {
  readonly health: StoreHealth;
  readonly clock: StreamClock;
  readonly log: Logger;
  readonly faults: Faults;
  readonly steady: () => number;
  readonly wall: () => number;
}

export class StoreWatch {
  private isStopped = false;
  private readonly bus: Bus;
  private readonly watched: Watched;
  private readonly timer: NodeJS.Timeout;
  private lastState: StoreState = "healthy";
  private wasFenced = false;
  private wasWarned = false;
  /** Told while the stream is not there. */
  onMissing: () => void = () => {};

  constructor(bus: Bus, watched: Watched) {
    this.bus = bus;
    this.watched = watched;
    const look = () => watched.faults.unawaited("looking at the lease store", this.look());
    this.timer = setInterval(look, LOOK_EVERY_MS);
    look();
  }

  /** What ends from now on ends as it should: it is nothing to tell. */
  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  noteConnection(state: BusState): void {
    if (state === "lame-duck") this.watched.health.noteLameDuck(true);
    if (state === "reconnected") this.watched.health.noteLameDuck(false);
    this.tellState();
  }

  /** Looks now; says whether the stream's leader answered. */
  async look(): Promise<boolean> {
    const { health, steady } = this.watched;
    const asked = steady();
    const found = this.bus.connected ? await this.ask() : undefined;
    if (found !== undefined) health.noteLook(found, asked, steady());
    if (found?.kind === "missing") this.onMissing();
    if (found?.kind === "stream" && found.at !== undefined) this.sample(found.at, asked);
    this.tellState();
    return found?.kind === "stream" && found.hasLeader;
  }

  private async ask(): Promise<Found> {
    try {
      const found = await lookAtStream(this.bus, streamOf(LEASES));
      return found === undefined ? { kind: "missing" } : { kind: "stream", ...found };
    } catch {
      return { kind: "no-answer" };
    }
  }

  private sample(at: number, asked: number): void {
    const { clock, steady, wall, log } = this.watched;
    const sampled = clock.sample(at, asked, steady(), wall());
    const seconds = {
      stream: Math.round(clock.differenceMs) / 1000,
      wall: Math.round(clock.wallDifferenceMs) / 1000,
    };
    if (sampled === "caught-up")
      log.warn(seconds, "this machine was suspended, or its clock was set: stream time is taken over");
    if (clock.isFenced !== this.wasFenced) {
      this.wasFenced = clock.isFenced;
      if (clock.isFenced) log.error(seconds, FENCED);
      else log.warn(seconds, "the clocks agree again: this node is fenced no longer");
    }
    const isOff = Math.abs(clock.wallDifferenceMs) >= WARNED_FROM_MS;
    if (isOff && !this.wasWarned)
      log.warn(seconds, "this node's wall clock and the NATS server's differ: see to NTP on both");
    this.wasWarned = isOff;
  }

  private tellState(): void {
    const { health, log, steady } = this.watched;
    const state = health.state(steady());
    if (state === this.lastState || this.isStopped) return;
    const isWorse = health.unreadiness(steady()) !== undefined;
    log[isWorse ? "error" : "warn"]({ state, before: this.lastState }, "lease store");
    this.lastState = state;
  }
}

const FENCED =
  "FENCED: the clock of the NATS server that leads the leases and this node's differ by more than the guard, so that this node answers nobody; set the clocks right (NTP)";
