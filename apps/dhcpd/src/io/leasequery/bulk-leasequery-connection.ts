// One connection of a requestor: octets to the session and slices from it, no faster than the requestor reads, and not for
// ever (RFC 6926 §8.1, §8.2, §8.5).
import type { Socket } from "node:net";
import type { BulkLeasequerySession } from "../../leasequery/bulk-leasequery.ts";

/** What happened to a connection; a metric's label. */
export type BulkEvent =
  | "bulk-leasequery-accepted"
  | "bulk-leasequery-not-authorised"
  | "bulk-leasequery-too-many-connections"
  | "bulk-leasequery-not-serving"
  | "bulk-leasequery-timed-out"
  | "bulk-leasequery-closed-by-us";

export interface BulkLimits {
  /** RFC 6926 §6.3, BULK_LQ_MAX_CONNS. Of the whole node. */
  readonly connectionsMax: number;
  /** Queries under way at once on a connection (§8.4). */
  readonly queriesMax: number;
  /** RFC 6926 §6.3, BULK_LQ_DATA_TIMEOUT: without a query, or with answers that nobody reads. */
  readonly idleMs: number;
  /** However busy a connection is, it ends after this. */
  readonly totalMs: number;
  /** Between two tries to listen on an address that the machine does not have now. */
  readonly retryMs: number;
}

export const BULK_LIMITS: BulkLimits = {
  connectionsMax: 10,
  queriesMax: 4,
  idleMs: 300_000,
  totalMs: 3_600_000,
  retryMs: 5_000,
};

export interface BulkWatch {
  readonly note: (event: BulkEvent) => void;
  /** Does a step of the connection; what it throws ends the connection, and nothing else. */
  readonly guard: (step: () => void) => void;
}

export class BulkConnection {
  private readonly socket: Socket;
  private readonly session: BulkLeasequerySession;
  private readonly note: BulkWatch["note"];
  private readonly guard: BulkWatch["guard"];
  private readonly deadline: NodeJS.Timeout;
  private isPumping = false;

  constructor(
    socket: Socket,
    session: BulkLeasequerySession,
    limits: BulkLimits,
    { note, guard }: BulkWatch,
  ) {
    this.socket = socket;
    this.session = session;
    this.note = note;
    this.guard = guard;
    this.deadline = setTimeout(() => this.terminate("The connection is open for too long."), limits.totalMs);
    this.deadline.unref();
    socket.setNoDelay(true);
    // Counts from the last octet that was read or got rid of, so a requestor that does not read is noticed as well.
    socket.setTimeout(limits.idleMs, () => this.timeOut());
    socket.on("data", (octets) => guard(() => this.receive(octets)));
    // §8.5: "MUST close its end of the TCP connection if it encounters an error sending".
    socket.on("error", () => socket.destroy());
    socket.once("close", () => clearTimeout(this.deadline));
  }

  /** Tells the requestor that its queries end here, and hangs up. */
  terminate(reason: string): void {
    this.session.terminate(reason);
    this.pump();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private receive(octets: Uint8Array): void {
    this.session.receive(octets);
    if (!this.session.mayRead) this.socket.pause();
    this.pump();
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    setImmediate(() => this.sendOn());
  }

  private sendOn(): void {
    this.guard(() => this.sendSlice());
  }

  private sendSlice(): void {
    const { socket, session } = this;
    if (!socket.writable) return;
    const slice = session.take();
    const isRoomLeft = slice.length === 0 || socket.write(slice);
    if (session.closing !== undefined) {
      this.hangUp("bulk-leasequery-closed-by-us");
      return;
    }
    if (session.mayRead) socket.resume();
    if (!isRoomLeft) socket.once("drain", () => this.sendOn());
    else if (session.isRunning) setImmediate(() => this.sendOn());
    else this.isPumping = false;
  }

  private timeOut(): void {
    // What nobody has read for that long nobody will: only what is idle is closed in good order (§8.5).
    if (this.socket.writableLength > 0) {
      this.note("bulk-leasequery-timed-out");
      this.socket.destroy();
    } else {
      this.hangUp("bulk-leasequery-timed-out");
    }
  }

  private hangUp(event: BulkEvent): void {
    this.note(event);
    this.socket.destroySoon();
  }
}
