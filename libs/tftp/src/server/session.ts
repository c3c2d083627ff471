// One transfer that is running: the machine of ../transfer.ts with a socket, a file and a timer.
import { dataHeader, decode, ErrorCode, encode } from "../packet.ts";
import {
  advance,
  type Sending,
  type Step,
  type Transfer,
  type TransferEnd,
  type TransferEvent,
} from "../transfer.ts";
import type { BlockReader } from "./block-reader.ts";
import type { Datagram } from "./direct-send.ts";
import type { PeerSocket } from "./peer-socket.ts";

export type SessionEnd = TransferEnd | "gone" | "unreadable" | "superseded" | "stopped";

const NOTHING = new Uint8Array();
const READ_MS_MAX = 30_000;

export interface SessionParts {
  readonly reader: BlockReader;
  readonly now: () => number;
  readonly ended: (end: SessionEnd, transfer: Transfer, detail?: string) => void;
}

export class Session {
  readonly #parts: SessionParts;
  readonly #socket: PeerSocket;
  #transfer: Transfer;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #isEnded = false;
  /** What is to be sent as soon as it is read; a newer one takes its place. */
  #waiting: Sending | undefined;

  constructor(socket: PeerSocket, first: Step, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#transfer = first.transfer;
    this.#follow(first);
  }

  get transfer(): Transfer {
    return this.#transfer;
  }

  /** What is no answer to DATA is ignored, as what has gone astray. */
  received(bytes: Uint8Array): void {
    const packet = decode(bytes);
    if (typeof packet === "string") return;
    if (packet.kind === "ack") this.happened(packet);
    else if (packet.kind === "error")
      this.happened(packet, `ERROR ${packet.code} ${JSON.stringify(packet.message)}`);
  }

  happened(event: TransferEvent, detail?: string): void {
    if (!this.#isEnded) this.#follow(advance(this.#transfer, event, this.#parts.now()), detail);
  }

  failed(error: Error): void {
    this.end("gone", error.message);
  }

  end(end: SessionEnd, detail?: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#parts.reader.close();
    this.#socket.close();
    this.#parts.ended(end, this.#transfer, detail);
  }

  #follow({ transfer, sending, end }: Step, detail?: string): void {
    this.#transfer = transfer;
    if (end !== undefined) this.end(end, detail);
    else {
      if (sending !== undefined) this.#send(sending);
      this.#wakeAt(transfer.deadline);
    }
  }

  #send(sending: Sending): void {
    this.#waiting = undefined;
    if (sending.kind === "oack") {
      this.#sendAlone(encode({ kind: "oack", options: this.#transfer.terms.acknowledged }));
      this.#parts.reader.moveOn(1, 0);
    } else if (this.#parts.reader.has(sending.first, sending.last)) this.#sendBlocks(sending);
    else this.#sendWhenRead(sending);
  }

  #sendBlocks({ first, last }: { first: number; last: number }): void {
    const { reader } = this.#parts;
    const datagrams: Datagram[] = [];
    for (let block = first; block <= last; block++) datagrams.push([dataHeader(block), reader.block(block)]);
    this.#socket.send(datagrams);
    reader.moveOn(first, last);
  }

  #sendAlone(packet: Uint8Array): void {
    this.#socket.send([[packet, NOTHING]]);
  }

  #sendWhenRead(sending: Sending & { kind: "blocks" }): void {
    this.#waiting = sending;
    this.#parts.reader.load(sending.first, sending.last).then(
      () => {
        if (this.#waiting === sending && !this.#isEnded) this.#send(sending);
      },
      (cause: Error) => {
        if (this.#isEnded) return;
        const message = "The file cannot be read.";
        this.#sendAlone(encode({ kind: "error", code: ErrorCode.NOT_DEFINED, message }));
        this.end("unreadable", cause.message);
      },
    );
  }

  /** Most deadlines move away before they come: the timer stays where it is, and looks then. */
  #wakeAt(deadline: number): void {
    if (this.#isEnded || deadline >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = deadline;
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(Math.max(0, deadline - this.#parts.now())));
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    if (this.#waiting === undefined) this.happened({ kind: "time" });
    else this.#waitForDisk();
  }

  /** A slow disk is not the client's fault: nothing was sent yet that it could answer. */
  #waitForDisk(): void {
    const now = this.#parts.now();
    if (now - this.#transfer.progressAt < READ_MS_MAX) this.#wakeAt(now + 1000);
    else this.end("unreadable", `not read within ${READ_MS_MAX / 1000} s`);
  }
}
