// Notices that the process stood still (SIGSTOP, a frozen virtual machine): what it then knows may be old, and packets in
// its sockets are (I8). It looks before every packet too, because after a stop those are read before any timer runs.

/** Standing still for longer than this makes what a node knows suspect. */
export const PAUSE_MS = 2000;

export class PauseWatch {
  private lastTick: number;
  private suspect = false;
  private count = 0;

  constructor(now: number) {
    this.lastTick = now;
  }

  /** How often it stood still. */
  get pauses(): number {
    return this.count;
  }

  get isSuspect(): boolean {
    return this.suspect;
  }

  /** Says whether it is noticed now that the process stood still. */
  look(now: number): boolean {
    if (now - this.lastTick <= PAUSE_MS) return false;
    this.lastTick = now;
    this.suspect = true;
    this.count++;
    return true;
  }

  tick(now: number): void {
    this.lastTick = now;
  }

  /** The store was asked and nothing was missed; `pauses` as it was when it was asked. */
  verified(pauses: number): void {
    if (pauses === this.count) this.suspect = false;
  }
}
