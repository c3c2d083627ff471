// Notices that the process stood still (SIGSTOP, a frozen virtual machine): what it then knows may be old, and packets in
// its sockets are (I8). It looks before every packet too, because after a stop those are read before any timer runs. When a
// whole machine is suspended, its steady clock stands still with it; the wall clock, once set, tells.

/** Standing still for longer than this makes what a node knows suspect. */
export const PAUSE_MS = 2000;

export class PauseWatch {
  private lastTick: number;
  private lastWall: number;
  private suspect = false;
  private count = 0;

  /** Both in ms: of the steady clock, and of the wall's. */
  constructor(now: number, wall: number) {
    this.lastTick = now;
    this.lastWall = wall;
  }

  /** How often it stood still. */
  get pauses(): number {
    return this.count;
  }

  get isSuspect(): boolean {
    return this.suspect;
  }

  /** Says whether it is noticed now that the process stood still. */
  look(now: number, wall: number): boolean {
    const wasSet = Math.abs(wall - this.lastWall - (now - this.lastTick)) > PAUSE_MS;
    if (now - this.lastTick <= PAUSE_MS && !wasSet) return false;
    this.tick(now, wall);
    this.suspect = true;
    this.count++;
    return true;
  }

  tick(now: number, wall: number): void {
    this.lastTick = now;
    this.lastWall = wall;
  }

  /** The store was asked and nothing was missed; `pauses` as it was when it was asked. */
  verified(pauses: number): void {
    if (pauses === this.count) this.suspect = false;
  }
}
