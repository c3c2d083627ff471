// Files on their way to clients by HTTP. A client that reads slowly holds one part of its file in memory, and all together at most so many
// octets, however many they are.
import type { ServerResponse } from "node:http";
import type { ServedFile } from "../../served/answer.ts";
import type { Part } from "./content-range.ts";

const PART_MAX = 256 * 1024;
const PART_MIN = 16 * 1024;
/** Of all parts together, until there are so many transfers that each has the smallest one. */
const OCTETS_MAX = 24 * 1024 * 1024;

export class Transfers {
  #running = 0;

  get running(): number {
    return this.#running;
  }

  /** Octets sent: fewer than there are when the client went away. @throws Error when the file cannot be read. */
  async send(file: ServedFile, { start, end }: Part, response: ServerResponse): Promise<number> {
    this.#running++;
    try {
      let at = start;
      while (at < end && !response.destroyed) {
        const octets = await file.read(at, Math.min(this.#partSize(), end - at));
        if (octets.length === 0) throw new Error("the file is shorter than it was");
        at += octets.length;
        if (!response.write(octets)) await drained(response);
      }
      return at - start;
    } finally {
      this.#running--;
    }
  }

  #partSize(): number {
    return Math.max(PART_MIN, Math.min(PART_MAX, Math.floor(OCTETS_MAX / this.#running)));
  }
}

function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
