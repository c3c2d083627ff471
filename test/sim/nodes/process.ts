// One life of a node's process: what arrives while it stands still waits, and what arrives when it is gone is lost.
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";

/** Where things wait to be handled: the DHCP sockets, the connection to NATS, the timers. */
type Queue = "packets" | "store" | "timers";
const SOCKET_MAX = 500;

export class Process {
  isAlive = true;
  isPaused = false;
  private isReconnecting = false;
  private readonly timeline: Timeline;
  private readonly chance: Chance;
  private readonly waiting: Record<Queue, (() => void)[]> = { packets: [], store: [], timers: [] };

  constructor(timeline: Timeline, chance: Chance) {
    this.timeline = timeline;
    this.chance = chance;
  }

  enter(queue: Queue, run: () => void): void {
    if (!this.isAlive) return;
    if (!this.isPaused && !(queue === "store" && this.isReconnecting)) run();
    else if (queue !== "packets" || this.waiting.packets.length < SOCKET_MAX) this.waiting[queue].push(run);
  }

  after(ms: number, run: () => void): void {
    this.timeline.after(ms, () => this.enter("timers", run));
  }

  /** What comes over the connection to NATS. */
  receive(ms: number, run: () => void): void {
    this.timeline.after(ms, () => this.enter("store", run));
  }

  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  pause(): void {
    this.isPaused = true;
  }

  /** What waited is handled as an event loop does: sockets in any order, then timers. */
  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.drain("packets");
    this.drain("timers");
    // The servers may have given the connection up meanwhile: then it is made anew first.
    if (this.chance.happens(0.5)) this.drain("store");
    else this.loseConnection(this.chance.between(50, 1000));
  }

  /** Throws away what waits in the DHCP sockets; how many packets. */
  discardPackets(): number {
    return this.waiting.packets.splice(0).length;
  }

  private loseConnection(forMs: number): void {
    this.isReconnecting = true;
    this.timeline.after(forMs, () => {
      this.isReconnecting = false;
      if (!this.isPaused) this.drain("store");
    });
  }

  private drain(queue: Queue): void {
    const { waiting } = this;
    // One after the other, as any of them may throw the others away; promises settle in between, as each is a task.
    const next = () => {
      const run = waiting[queue].shift();
      if (run === undefined) return;
      this.enter(queue, run);
      this.timeline.after(0, next);
    };
    next();
  }
}
