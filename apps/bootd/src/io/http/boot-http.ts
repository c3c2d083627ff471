// HTTP for machines that boot. Plain node:http and no framework: names are decoded and checked by our own rules, and a file goes from the disk
// to the socket in parts.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { OperatorError, reasonOf } from "@leasehold/document/operator-error";
import type { BootFile } from "../../boot-file.ts";
import type { Replied, ReplyNote } from "../../desk.ts";
import { refused } from "../../served/answer.ts";
import type { Asked } from "../../served/asked.ts";
import type { ReportServed } from "../../served/served.ts";
import { type Sent, sendAnswer, sendRefusal } from "./http-answers.ts";
import { requestName } from "./request-name.ts";
import { Transfers } from "./transfers.ts";

/** A client that takes nothing for so long is gone. In a storm on a slow network one may have to wait for minutes. */
const IDLE_MAX_MS = 300_000;
const KEEP_ALIVE_MS = 60_000;
const HEAD_MAX_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const HEADERS_MAX = 64;
const OF_ADDRESS_PART = 4;
const STOP_MAX_MS = 2_000;

export interface BootHttpParts {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls?: BootFile["http"]["tls"] | undefined;
  readonly connectionsMax: number;
  /** Never rejects. */
  readonly reply: (asked: Asked) => Promise<Replied>;
  readonly report: ReportServed;
  readonly steady: () => number;
  readonly onRefusedConnection: () => void;
}

export class BootHttp {
  readonly transfers = new Transfers();
  readonly #parts: BootHttpParts;
  readonly #ofAddress = new Map<string, number>();
  #server: Server | undefined;
  #connections = 0;

  constructor(parts: BootHttpParts) {
    this.#parts = parts;
  }

  /** 0 before it listens. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? 0;
  }

  get connections(): number {
    return this.#connections;
  }

  /** @throws OperatorError when the address cannot be listened on, or the certificate cannot be used. */
  async start(): Promise<void> {
    const { listen, connectionsMax } = this.#parts;
    const server = this.#newServer();
    this.#server = server;
    server.maxConnections = connectionsMax;
    server.maxHeadersCount = HEADERS_MAX;
    server.setTimeout(IDLE_MAX_MS);
    server.on("connection", (socket) => this.#connected(socket));
    server.on("drop", () => this.#parts.onRefusedConnection());
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(listen, resolve);
      });
    } catch (cause) {
      throw new OperatorError(
        `HTTP cannot listen on port ${listen.port} of ${listen.host}: ${reasonOf(cause)}.`,
        {
          fix: "Stop the process that uses it (`ss -ltnp` names it), or set another one: http.listen in bootd.yaml.",
          code: "http",
          cause,
        },
      );
    }
    server.removeAllListeners("error");
    server.on("error", () => {});
  }

  /** Answers that are under way come to their end, for two seconds; then their clients ask another node. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const cut = setTimeout(() => server.closeAllConnections(), STOP_MAX_MS);
    await closed;
    clearTimeout(cut);
  }

  #newServer(): Server {
    const { tls } = this.#parts;
    const options = {
      ...{ headersTimeout: HEAD_MAX_MS, requestTimeout: HEAD_MAX_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      connectionsCheckingInterval: LOOK_EVERY_MS,
    };
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response);
    if (tls === undefined) return createServer(options, serve);
    const pair = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
    return createTlsServer({ ...options, ...pair, handshakeTimeout: HEAD_MAX_MS }, serve);
  }

  #connected(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const count = (this.#ofAddress.get(address) ?? 0) + 1;
    this.#ofAddress.set(address, count);
    this.#connections++;
    socket.once("close", () => {
      this.#connections--;
      const left = this.#ofAddress.get(address)! - 1;
      if (left === 0) this.#ofAddress.delete(address);
      else this.#ofAddress.set(address, left);
    });
    if (count <= Math.ceil(this.#parts.connectionsMax / OF_ADDRESS_PART)) return;
    this.#parts.onRefusedConnection();
    socket.destroy();
  }

  /** Never rejects. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { steady, report, reply } = this.#parts;
    const since = steady();
    const { remoteAddress: client = "", localAddress: server = "" } = request.socket;
    const named = requestName(request.url ?? "");
    const exchange = { request, response, transfers: this.transfers };
    const about = { via: "http", client: plain(client), server: plain(server) } as const;
    const tell = (name: string, sent: Sent, note: ReplyNote = { route: undefined }) =>
      report({ ...about, name, ...note, ms: steady() - since, ...sent });
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      const sent = await sendRefusal(refused("forbidden", "Only GET and HEAD are served."), exchange, 405);
      tell(request.url ?? "", { ...sent, outcome: "readOnly" });
    } else if ("kind" in named) tell(request.url ?? "", await sendRefusal(named, exchange));
    else {
      const asked = { ...about, ...named };
      const { answer, ...note } = await reply(asked);
      tell(named.name, await sendAnswer(answer, asked, exchange), note);
    }
  }
}

/** An address of IPv4 as a socket for both shows it. */
const plain = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, "");
