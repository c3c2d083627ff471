// The TFTP server of a node: read requests at the addresses that it is given, a session for each transfer, bounds on how many.
import type { Socket } from "node:dgram";
import { decode, type ReadRequest } from "../packet.ts";
import { defaultPolicy, type Policy } from "../terms.ts";
import { ChunkCache, type ChunkCacheCounters } from "./chunk-cache.ts";
import type { Asker, FileSource } from "./file-source.ts";
import { openSocket, type PortRange } from "./peer-socket.ts";
import { Reception } from "./reception.ts";
import type { TransferReport } from "./transfer-report.ts";

const RECEIVE_BUFFER = 4 * 1024 * 1024;

export interface TftpServerOptions {
  /** Own addresses: answers leave from the one that was asked, so that there is no "all". */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly files: FileSource;
  readonly policy?: Partial<Policy>;
  /** Transfers run over the port that is asked, instead of one of their own. */
  readonly isSinglePort?: boolean;
  /** For transfers with a port of their own, where a firewall lets only some through. */
  readonly ports?: PortRange | undefined;
  readonly transfersMax?: number;
  readonly transfersOfClientMax?: number;
  /** For parts of files that are read often, beside what each transfer holds. */
  readonly cacheBytesMax?: number;
  /** Called once for each request, at its end. */
  readonly report: (report: TransferReport) => void;
}

/** Why the server cannot be started, and what to do, in sentences. */
export class TftpServerError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TftpServerError";
    this.fix = fix;
  }
}

export class TftpServer {
  readonly #port: number;
  /** By address. */
  readonly #sockets = new Map<string, Socket>();
  readonly #reception: Reception;
  readonly #cache: ChunkCache;
  #isClosed = false;

  private constructor(port: number, reception: Reception, cache: ChunkCache) {
    this.#port = port;
    this.#reception = reception;
    this.#cache = cache;
  }

  /** @throws TftpServerError when a port is taken or not permitted. */
  static async open(options: TftpServerOptions): Promise<TftpServer> {
    const cache = new ChunkCache(options.cacheBytesMax ?? 16 * 1024 * 1024);
    const reception = new Reception({
      files: options.files,
      policy: { ...defaultPolicy, ...options.policy },
      isSinglePort: options.isSinglePort ?? false,
      ports: options.ports,
      transfersMax: options.transfersMax ?? 4096,
      transfersOfClientMax: options.transfersOfClientMax ?? 16,
      cache,
      report: options.report,
      now: () => performance.now(),
    });
    const server = new TftpServer(options.port, reception, cache);
    try {
      for (const address of options.addresses) await server.listenAt(address);
    } catch (cause) {
      server.close();
      throw cause;
    }
    return server;
  }

  /**
   * At one more address, such as one that the machine has now; nothing where it listens there.
   * @throws TftpServerError when the port is taken there or not permitted.
   */
  async listenAt(address: string): Promise<void> {
    if (this.#sockets.has(address)) return;
    const socket = await listen(address, this.#port, this.#reception);
    if (!this.#isClosed && !this.#sockets.has(address)) this.#sockets.set(address, socket);
    else socket.close();
  }

  /** No more there, as the machine has the address no more. Transfers that run there end by themselves. */
  leave(address: string): void {
    const socket = this.#sockets.get(address);
    this.#sockets.delete(address);
    socket?.removeAllListeners("message");
    socket?.close();
  }

  /** Where it listens: the ports are chosen by the machine where 0 was given. */
  get endpoints(): readonly { address: string; port: number }[] {
    return [...this.#sockets.values()].map((socket) => socket.address());
  }

  get counters(): { readonly running: number; readonly cache: ChunkCacheCounters } {
    return { running: this.#reception.running, cache: this.#cache.counters };
  }

  /** Running transfers end as `stopped`; their clients ask again, another node. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets.values()) socket.removeAllListeners("message");
    this.#reception.close();
    for (const socket of this.#sockets.values()) socket.close();
  }
}

async function listen(address: string, port: number, reception: Reception): Promise<Socket> {
  const socket = openSocket(address);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address, port, exclusive: true }, resolve);
    });
  } catch (cause) {
    socket.close();
    throw bindError(address, port, cause);
  }
  socket.removeAllListeners("error");
  // A request that could not be received is sent again.
  socket.on("error", () => {});
  enlarge(socket);
  socket.on("message", (bytes, { address: from, port: fromPort }) =>
    received(reception, bytes, { socket, server: address, client: { address: from, port: fromPort } }),
  );
  return socket;
}

/** A rack that is switched on asks at once. Less than this is no reason not to serve. */
function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {}
}

interface Arrival {
  readonly socket: Socket;
  readonly server: string;
  readonly client: Asker;
}

function received(reception: Reception, bytes: Buffer, arrival: Arrival): void {
  const packet = decode(bytes);
  const kind = typeof packet === "string" ? packet : packet.kind;
  switch (kind) {
    case "rrq":
    case "wrq":
      reception.request({ ...arrival, request: packet as ReadRequest });
      return;
    case "ack":
    case "error":
      reception.answered(bytes, arrival.server, arrival.client);
      return;
    case "data":
    case "oack":
      return;
    case "tooShort":
    case "unknownOpcode":
    case "unterminated":
    case "notUtf8":
      reception.malformed(arrival, kind);
      return;
    default:
      kind satisfies never;
  }
}

const BIND_FIXES: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  EADDRINUSE: ["is in use by another process", "Stop the other TFTP server there: `ss -lunp` names it."],
  EACCES: [
    "may not be opened by this user",
    "Give the process CAP_NET_BIND_SERVICE (AmbientCapabilities= in systemd), or run it as root.",
  ],
  EADDRNOTAVAIL: ["cannot be bound: the machine has no such address", "Name one that `ip address` shows."],
};

function bindError(address: string, port: number, cause: unknown): TftpServerError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const [what, fix] = BIND_FIXES[code] ?? [`cannot be opened: ${message}`, "See docs/boot.md."];
  return new TftpServerError(`UDP port ${port} of ${address} ${what}.`, fix, { cause });
}
