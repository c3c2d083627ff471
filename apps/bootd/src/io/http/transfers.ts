// Files on their way to clients by HTTP. The kernel sends them; what goes through this process is one small part at a time, where the kernel has no
// room: that part is written when there is room again. So a client that reads slowly holds little, and a thousand do not hold much.
import { read } from "node:fs";
import type { ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { ServedFile } from "../../served/answer.ts";
import type { Part } from "./content-range.ts";
import { RawSocket, sendfileCalls } from "./send-file.ts";
import { Turns } from "./turns.ts";

const SMALL_PART = 4 * 1024;
const WRITTEN_PART_MIN = 16 * 1024;
/** Where the kernel does not send: all parts together, until there are so many transfers that each has a small one. */
const OCTETS_MAX = 16 * 1024 * 1024;
const PART_MAX = 128 * 1024;
const readOctets = promisify(read);
/** What one call of the kernel sends at most: some tenths of a millisecond of a thread. */
const SENT_AT_ONCE_MAX = 1024 * 1024;
/** So many parts that the kernel has sent nothing behind: it cannot send this file. */
const VAIN_MAX = 8;
/** Each takes a thread, and memory of its own. */
const CALLS_MAX = 12;

export class Transfers {
  readonly #calls = sendfileCalls();
  readonly #turns = new Turns(CALLS_MAX);
  #running = 0;

  get running(): number {
    return this.#running;
  }

  /** Octets sent: fewer than there are when the client went away. @throws Error when the file cannot be read. */
  async send(file: ServedFile, part: Part, response: ServerResponse): Promise<number> {
    this.#running++;
    const raw = this.#rawSocket(file, part, response);
    try {
      return await (raw === undefined
        ? this.#write(file, part, response)
        : this.#sendRaw(file, part, response, raw));
    } finally {
      raw?.close();
      this.#running--;
    }
  }

  #rawSocket(file: ServedFile, { start, end }: Part, { socket }: ServerResponse): RawSocket | undefined {
    const isWorthIt = file.onDisk !== undefined && end - start > SMALL_PART;
    return isWorthIt && this.#calls && socket ? RawSocket.of(socket, this.#calls) : undefined;
  }

  async #sendRaw(
    file: ServedFile,
    { start, end }: Part,
    response: ServerResponse,
    raw: RawSocket,
  ): Promise<number> {
    const { descriptor, check } = file.onDisk!;
    // One for the whole transfer: what was written of it is with the kernel before it is filled again.
    const octets = Buffer.allocUnsafeSlow(SMALL_PART);
    let at = start;
    for (let vain = 0; at < end && vain < VAIN_MAX && !response.destroyed; ) {
      // Also what is before the file, its headers: nothing waits any more when this has left.
      const { bytesRead } = await readOctets(descriptor, octets, 0, Math.min(SMALL_PART, end - at), at);
      at += await written(response, octets.subarray(0, bytesRead));
      vain++;
      while (at < end && !response.destroyed) {
        const count = Math.min(SENT_AT_ONCE_MAX, end - at);
        const sent = await this.#turns.take(() => raw.send(descriptor, at, count));
        if (sent === 0) break;
        vain = 0;
        at += sent;
        // It counts as progress of the connection, which would end otherwise.
        response.socket?.setTimeout(response.socket.timeout ?? 0);
        await check();
      }
    }
    return (
      at -
      start +
      (at < end && !response.destroyed ? await this.#write(file, { start: at, end }, response) : 0)
    );
  }

  async #write(file: ServedFile, { start, end }: Part, response: ServerResponse): Promise<number> {
    let at = start;
    while (at < end && !response.destroyed)
      at += await written(response, await file.read(at, Math.min(this.#partSize(), end - at)));
    return at - start;
  }

  #partSize(): number {
    return Math.max(WRITTEN_PART_MIN, Math.min(PART_MAX, Math.floor(OCTETS_MAX / this.#running)));
  }
}

/** Waits until the kernel has it; 0 when the client went away. @throws Error where there is nothing of the file any more. */
function written(response: ServerResponse, octets: Uint8Array): Promise<number> {
  if (octets.length === 0) throw new Error("the file is shorter than it was");
  if (response.destroyed) return Promise.resolve(0);
  return new Promise((resolve) => {
    const gone = () => resolve(0);
    response.once("close", gone);
    response.write(octets, (error) => {
      response.off("close", gone);
      resolve(error ? 0 : octets.length);
    });
  });
}
