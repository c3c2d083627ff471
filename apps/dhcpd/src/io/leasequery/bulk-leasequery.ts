// Bulk leasequery on TCP (RFC 6926): listens on the node's addresses, lets in who may ask, a few at once and not for ever,
// and sends no faster than is read. Between two slices the packets that came in meanwhile are served.
import { createServer, type Server, type Socket } from "node:net";
import type { Instant } from "@leasehold/leases";
import { DhcpPort, formatIpv4, type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { BulkLeasequerySession } from "../../leasequery/bulk-leasequery.ts";
import type { LeasequeryWorld } from "../../leasequery/reply-options.ts";
import {
  BULK_LIMITS,
  BulkConnection,
  type BulkEvent,
  type BulkLimits,
} from "./bulk-leasequery-connection.ts";

export interface BulkLeasequeryParts {
  readonly world: LeasequeryWorld;
  readonly now: () => Instant;
  /** Option 54 for who connected to this address of ours. */
  readonly serverIdentifierAt: (local: Ipv4) => Ipv4;
  /** Asked at each connection and each query, so that a new network document counts at once. */
  readonly isPeer: (address: Ipv4) => boolean;
  /** False while what this node knows is not complete: then connections are closed at once. */
  readonly isServing: () => boolean;
  /** Told of a mistake of ours on a connection, which is closed for it. */
  readonly onFault?: (cause: unknown) => void;
  readonly note?: (event: BulkEvent, peer: string) => void;
  readonly limits?: Partial<BulkLimits>;
}

const CLOSE_WITHIN_MS = 1000;
/** RFC 6926 §6.3: "port 67 MUST be the default". */
const BULK_LEASEQUERY_PORT = DhcpPort.server;

/** Why an address cannot be listened on, and what to do, in sentences. */
export class BulkListenError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BulkListenError";
    this.fix = fix;
  }
}

export class BulkLeasequeryListener {
  private readonly parts: BulkLeasequeryParts;
  private readonly limits: BulkLimits;
  private readonly servers = new Map<Ipv4, Server>();
  private readonly retries = new Map<Ipv4, NodeJS.Timeout>();
  private readonly connections = new Set<BulkConnection>();
  private isClosed = false;

  constructor(parts: BulkLeasequeryParts) {
    this.parts = parts;
    this.limits = { ...BULK_LIMITS, ...parts.limits };
  }

  get size(): number {
    return this.connections.size;
  }

  /**
   * Listens on one more address; again does nothing. An address that the machine does not have, as the cluster's own one
   * when another node carries it, is tried again until it is there. Resolves with the port, or undefined in that case.
   * @throws BulkListenError when the port is taken or not permitted.
   */
  async listenOn(address: Ipv4, port = BULK_LEASEQUERY_PORT): Promise<number | undefined> {
    if (this.isClosed || this.servers.has(address)) return undefined;
    const server = createServer((socket) => this.guard(socket, () => this.accept(socket)));
    this.servers.set(address, server);
    try {
      await listening(server, formatIpv4(address), port);
      server.on("error", () => {});
      const bound = server.address();
      return typeof bound === "object" ? bound?.port : undefined;
    } catch (cause) {
      this.servers.delete(address);
      if ((cause as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw listenError(address, port, cause);
      this.retry(address, port);
      return undefined;
    }
  }

  /** Ends what runs, with the reason for the requestors, and listens no more. */
  async close(reason = "The server stops."): Promise<void> {
    this.isClosed = true;
    for (const timer of this.retries.values()) clearTimeout(timer);
    const closed = [...this.servers.values()].map(
      (server) => new Promise((resolve) => server.close(() => resolve(undefined))),
    );
    for (const connection of this.connections) connection.terminate(reason);
    const hurry = setTimeout(() => this.abandon(), CLOSE_WITHIN_MS);
    await Promise.all(closed);
    clearTimeout(hurry);
  }

  private abandon(): void {
    for (const connection of this.connections) connection.destroy();
  }

  private retry(address: Ipv4, port: number): void {
    if (this.isClosed) return;
    const again = () => void this.listenOn(address, port).catch(() => this.retry(address, port));
    this.retries.set(address, setTimeout(again, this.limits.retryMs).unref());
  }

  /** A mistake of ours ends the connection that it happened on. */
  private guard(socket: Socket, step: () => void): void {
    try {
      step();
    } catch (cause) {
      socket.destroy();
      this.parts.onFault?.(cause);
    }
  }

  private accept(socket: Socket): void {
    // Of a connection that is gone already there is no address.
    const peer = parseIpv4(socket.remoteAddress ?? "");
    const local = parseIpv4(socket.localAddress ?? "");
    const refused = this.refusalOf(peer);
    this.parts.note?.(refused ?? "bulk-leasequery-accepted", socket.remoteAddress ?? "");
    if (refused !== undefined || peer === undefined || local === undefined) {
      // §8.1: over the limit or not permitted, "they SHOULD be closed immediately".
      socket.destroy();
      return;
    }
    const connection = new BulkConnection(socket, this.sessionFor(peer, local), this.limits, {
      note: (event) => this.parts.note?.(event, formatIpv4(peer)),
      guard: (step) => this.guard(socket, step),
    });
    this.connections.add(connection);
    socket.once("close", () => this.connections.delete(connection));
  }

  private refusalOf(peer: Ipv4 | undefined): BulkEvent | undefined {
    if (peer === undefined || !this.parts.isPeer(peer)) return "bulk-leasequery-not-authorised";
    if (this.isClosed || !this.parts.isServing()) return "bulk-leasequery-not-serving";
    if (this.connections.size >= this.limits.connectionsMax) return "bulk-leasequery-too-many-connections";
    return undefined;
  }

  private sessionFor(peer: Ipv4, local: Ipv4): BulkLeasequerySession {
    const { world, now, serverIdentifierAt, isPeer, isServing } = this.parts;
    return new BulkLeasequerySession({
      world,
      now,
      serverIdentifier: serverIdentifierAt(local),
      queriesMax: this.limits.queriesMax,
      refusal: () => {
        if (!isPeer(peer)) return `${formatIpv4(peer)} may not ask any more.`;
        return isServing() ? undefined : "The server does not know all leases now.";
      },
    });
  }
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function listenError(address: Ipv4, port: number, cause: unknown): BulkListenError {
  const code = (cause as NodeJS.ErrnoException).code;
  const at = `TCP port ${port} on ${formatIpv4(address)}`;
  if (code === "EADDRINUSE") {
    return new BulkListenError(
      `${at} is in use by another process.`,
      "Stop it (`ss -ltnp` shows it), or remove leasequery.peers from the network document.",
      { cause },
    );
  }
  return new BulkListenError(
    `${at} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}.`,
    "Give the process CAP_NET_BIND_SERVICE (docs/operate.md), or run it as root.",
    { cause },
  );
}
