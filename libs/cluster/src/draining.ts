// A node that is to rest, or to stop: it says so first, and goes on with its share until the others have heard that it is
// theirs. Then it leaves them what they hear, too; what reaches this node alone it answers until it stops.

/** The others hear a heartbeat within milliseconds. */
export const HANDOVER_MS = 100;

export class Draining {
  private since: number | undefined;
  private stopping = false;

  get isOn(): boolean {
    return this.since !== undefined;
  }

  /** Nothing new is taken at all: the process ends when what is under way is done. */
  get isStopping(): boolean {
    return this.stopping;
  }

  begin(now: number): void {
    this.since ??= now;
  }

  /** The node takes its share again; one that stops does not. */
  end(): void {
    if (!this.stopping) this.since = undefined;
  }

  stop(): void {
    this.stopping = true;
  }

  isYielding(now: number): boolean {
    return this.since !== undefined && now - this.since >= HANDOVER_MS;
  }
}
