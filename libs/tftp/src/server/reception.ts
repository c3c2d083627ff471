// From a request to its session: repeated requests, bounds, the file, the terms.
import type { Socket } from "node:dgram";
import { pathOf } from "../file-name.ts";
import { ErrorCode, encode, type ReadRequest } from "../packet.ts";
import { agree, type Policy } from "../terms.ts";
import { begin, hasBegun, type Transfer } from "../transfer.ts";
import { BlockReader } from "./block-reader.ts";
import type { ChunkCache } from "./chunk-cache.ts";
import type { Asker, FileSource, OpenFile } from "./file-source.ts";
import { NETASCII_MAX, netasciiFile } from "./netascii-file.ts";
import { openPeerSocket, type PeerSocket, type PortRange, sharedSocket } from "./peer-socket.ts";
import { Session } from "./session.ts";
import type { TransferOutcome, TransferReport } from "./transfer-report.ts";

/** A request that repeats one whose transfer has stood still for so long begins it anew. */
const STALLED_MS = 2000;

export interface Asked {
  readonly socket: Socket;
  readonly server: string;
  readonly client: Asker;
  readonly request: ReadRequest;
}

export interface ReceptionParts {
  readonly files: FileSource;
  readonly policy: Policy;
  readonly isSinglePort: boolean;
  /** Of the sockets of transfers; undefined: any that the machine chooses. */
  readonly ports: PortRange | undefined;
  readonly transfersMax: number;
  readonly transfersOfClientMax: number;
  readonly cache: ChunkCache;
  readonly report: (report: TransferReport) => void;
  readonly now: () => number;
}

/** What runs, or will as soon as its file is open. */
interface Running {
  readonly text: string;
  readonly isOf: Asker;
  session?: Session;
  cancelledAs?: "superseded" | "stopped";
}

type Refused = Exclude<TransferOutcome, "complete">;

const ANSWERS: Partial<Record<Refused, readonly [code: number, message: string]>> = {
  notFound: [ErrorCode.FILE_NOT_FOUND, "File not found"],
  forbidden: [ErrorCode.ACCESS_VIOLATION, "Not a file of this server"],
  readOnly: [ErrorCode.ACCESS_VIOLATION, "This server is read-only"],
  unknownMode: [ErrorCode.ILLEGAL_OPERATION, "Only octet, and netascii for files up to 1 MiB, are served"],
  unreadable: [ErrorCode.NOT_DEFINED, "The file cannot be read"],
  unavailable: [ErrorCode.NOT_DEFINED, "The file cannot be had now"],
};

export class Reception {
  readonly #parts: ReceptionParts;
  readonly #running = new Map<string, Running>();
  readonly #ofClient = new Map<string, number>();

  constructor(parts: ReceptionParts) {
    this.#parts = parts;
  }

  get running(): number {
    return this.#running.size;
  }

  /** With one port for all: an ACK or ERROR is for the session of who sent it. Without, it has gone astray. */
  answered(bytes: Uint8Array, server: string, client: Asker): void {
    if (this.#parts.isSinglePort) this.#running.get(keyOf(server, client))?.session?.received(bytes);
  }

  malformed(of: Omit<Asked, "request">, detail: string): void {
    this.#report({ ...of, request: { kind: "rrq", file: "", mode: "", options: [] } }, "malformed", {
      detail,
    });
  }

  request(asked: Asked): void {
    const key = keyOf(asked.server, asked.client);
    const text = JSON.stringify(asked.request);
    const before = this.#running.get(key);
    if (before !== undefined && this.#isRepeated(before, text)) return;
    if (before !== undefined) this.#cancel(key, before, "superseded");
    const refusal = this.#refusalOf(asked);
    if (refusal === undefined) this.#accept(asked, { text, isOf: asked.client });
    else this.#refuse(asked, refusal);
  }

  #accept(asked: Asked, running: Running): void {
    const key = keyOf(asked.server, asked.client);
    this.#running.set(key, running);
    this.#ofClient.set(asked.client.address, (this.#ofClient.get(asked.client.address) ?? 0) + 1);
    this.#open(asked, running).catch((cause: Error) => {
      this.#forget(key, running);
      this.#refuse(asked, running.cancelledAs ?? "unreadable", cause.message);
    });
  }

  close(): void {
    for (const [key, running] of [...this.#running]) this.#cancel(key, running, "stopped");
  }

  #cancel(key: string, running: Running, as: "superseded" | "stopped"): void {
    running.cancelledAs = as;
    running.session?.end(as);
    this.#forget(key, running);
  }

  /** True when the request is that of a transfer which is under way: it was sent, or the network has brought it, twice. */
  #isRepeated({ text: before, session }: Running, text: string): boolean {
    if (before !== text) return false;
    if (session === undefined) return true;
    if (!hasBegun(session.transfer)) {
      session.happened({ kind: "requestedAgain" });
      return true;
    }
    return this.#parts.now() - session.transfer.progressAt < STALLED_MS;
  }

  #refusalOf({ request, client }: Asked): Refused | undefined {
    if (request.kind === "wrq") return "readOnly";
    if (!["octet", "netascii"].includes(request.mode.toLowerCase())) return "unknownMode";
    const ofClient = this.#ofClient.get(client.address) ?? 0;
    const isFull =
      this.#running.size >= this.#parts.transfersMax || ofClient >= this.#parts.transfersOfClientMax;
    return isFull ? "limit" : undefined;
  }

  async #open(asked: Asked, running: Running): Promise<void> {
    const key = keyOf(asked.server, asked.client);
    const startedAt = this.#parts.now();
    const file = await this.#fileOf(asked);
    if (typeof file === "string") {
      this.#forget(key, running);
      this.#refuse(asked, running.cancelledAs ?? file);
      return;
    }
    try {
      const socket = await this.#peerSocket(asked, running);
      if (running.cancelledAs === undefined) this.#start({ asked, running, file, socket, startedAt });
      else {
        socket.close();
        file.close();
        this.#refuse(asked, running.cancelledAs);
      }
    } catch (cause) {
      file.close();
      throw cause;
    }
  }

  async #fileOf({ request, client, server }: Asked): Promise<OpenFile | Refused> {
    const path = pathOf(request.file);
    if (typeof path === "string") return path === "leavesRoot" ? "forbidden" : "notFound";
    const file = await this.#parts.files.open(path, { ...client, server });
    if (typeof file === "string" || request.mode.toLowerCase() === "octet") return file;
    if (file.size <= NETASCII_MAX) return netasciiFile(file);
    file.close();
    return "unknownMode";
  }

  async #peerSocket({ socket, server, client }: Asked, running: Running): Promise<PeerSocket> {
    if (this.#parts.isSinglePort) return sharedSocket(socket, client);
    return openPeerSocket({ address: server, ports: this.#parts.ports }, client, {
      received: (bytes) => running.session?.received(bytes),
      failed: (error) => running.session?.failed(error),
    });
  }

  #start(of: {
    asked: Asked;
    running: Running;
    file: OpenFile;
    socket: PeerSocket;
    startedAt: number;
  }): void {
    const { asked, running, file, socket, startedAt } = of;
    const { policy, cache, now } = this.#parts;
    const terms = agree(asked.request.options, file.size, policy);
    running.session = new Session(socket, begin(terms, file.size, now()), {
      reader: new BlockReader(file, cache, terms),
      now,
      ended: (end, transfer, detail) => {
        this.#forget(keyOf(asked.server, asked.client), running);
        const ms = now() - startedAt;
        const bytes = Math.min(file.size, transfer.acked * terms.blockSize);
        this.#report(asked, end, { transfer, bytes, ms, ...(detail === undefined ? {} : { detail }) });
      },
    });
  }

  #forget(key: string, running: Running): void {
    // Another one of this client and port may have taken its place.
    if (this.#running.get(key) !== running) return;
    this.#running.delete(key);
    const { address } = running.isOf;
    const left = this.#ofClient.get(address)! - 1;
    if (left > 0) this.#ofClient.set(address, left);
    else this.#ofClient.delete(address);
  }

  #refuse(asked: Asked, outcome: Refused, detail?: string): void {
    const answer = ANSWERS[outcome];
    if (answer !== undefined) {
      const [code, message] = answer;
      const { address, port } = asked.client;
      asked.socket.send(encode({ kind: "error", code, message }), port, address, () => {});
    }
    this.#report(asked, outcome, detail === undefined ? {} : { detail });
  }

  #report(
    { server, client, request }: Asked,
    outcome: TransferOutcome,
    { transfer, ...rest }: Partial<Pick<TransferReport, "bytes" | "ms" | "detail">> & { transfer?: Transfer },
  ): void {
    this.#parts.report({
      ...{ outcome, server, client, file: request.file, bytes: 0, ms: 0 },
      blockSize: transfer?.terms.blockSize ?? 0,
      windowSize: transfer?.terms.windowSize ?? 0,
      resentBlocks: transfer?.resentBlocks ?? 0,
      ...rest,
    });
  }
}

const keyOf = (server: string, { address, port }: Asker): string => `${server}|${address}|${port}`;
