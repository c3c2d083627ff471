// Files of another web server, as if they were here: by TFTP, in parts, with their length. Read in parts of half a MiB, which are kept for all
// that ask, within 8 MiB; what a file is, is asked once in some seconds, however many machines ask for it.
import { ChunkCache } from "@leasehold/tftp/server";
import type { MountedFile } from "../../routes/route.ts";
import type { ServedFile } from "../../served/answer.ts";
import { Turns } from "../http/turns.ts";

const PART = 512 * 1024;
const CACHE_MAX = 8 * 1024 * 1024;
const ASKED_MAX = 32;
const TIMEOUT_MS = 10_000;
const KNOWN_MS = 5_000;
const KNOWN_MAX = 256;

export interface UpstreamFilesParts {
  readonly steady: () => number;
  readonly onFault: (url: string, reason: string) => void;
}

interface Known {
  readonly size: number;
  readonly version: string;
  /** That a part must be of; undefined where the server names no version. */
  readonly tag: string | undefined;
}

export class UpstreamFiles {
  readonly #parts: UpstreamFilesParts;
  readonly #cache = new ChunkCache(CACHE_MAX);
  readonly #turns = new Turns(ASKED_MAX);
  /** By URL, that which was asked for longest ago first. */
  readonly #known = new Map<string, { readonly at: number; readonly known: Promise<Known | "notFound"> }>();

  constructor(parts: UpstreamFilesParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async open(url: string): Promise<MountedFile> {
    try {
      const known = await this.#knownOf(url);
      return known === "notFound" ? known : this.#fileOf(url, known);
    } catch (cause) {
      this.#known.delete(url);
      const { message, cause: inner } = cause as Error;
      this.#parts.onFault(url, inner instanceof Error ? inner.message || message : message);
      return "unavailable";
    }
  }

  #knownOf(url: string): Promise<Known | "notFound"> {
    const now = this.#parts.steady();
    const before = this.#known.get(url);
    if (before !== undefined && now - before.at < KNOWN_MS) return before.known;
    this.#known.delete(url);
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    const known = this.#turns.take(() => this.#look(url, now));
    this.#known.set(url, { at: now, known });
    return known;
  }

  async #look(url: string, now: number): Promise<Known | "notFound"> {
    const { ok, status, headers } = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (status === 404 || status === 410) return "notFound";
    if (!ok) throw new Error(`status ${status}`);
    const size = Number(headers.get("content-length") ?? Number.NaN);
    if (!Number.isSafeInteger(size)) throw new Error("it does not say how long the file is");
    const tag = headers.get("etag") ?? undefined;
    // What has no version may have changed when it is asked for again.
    const version = tag ?? headers.get("last-modified") ?? `at ${now}`;
    return { size, tag: tag?.startsWith('"') ? tag : undefined, version: `${url} ${size} ${version}` };
  }

  #fileOf(url: string, known: Known): ServedFile {
    return {
      ...{ size: known.size, version: known.version, close: () => {} },
      read: (offset, length) => this.#read(url, known, { offset, length }),
    };
  }

  /** Of what lies in two parts, the first one alone would be too little. */
  async #read(
    url: string,
    known: Known,
    { offset, length }: { offset: number; length: number },
  ): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (let at = offset; at < offset + length; ) {
      const start = Math.floor(at / PART) * PART;
      const part = await this.#cache.get(`${known.version}/${start}`, () =>
        this.#turns.take(() => fetchPart(url, known, start)),
      );
      const piece = part.subarray(at - start, Math.min(part.length, offset + length - start));
      if (piece.length === 0) break;
      pieces.push(piece);
      at += piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }
}

/** @throws Error when the server does not give this very part of this very file. */
async function fetchPart(url: string, { size, tag }: Known, start: number): Promise<Uint8Array> {
  const end = Math.min(start + PART, size);
  const range = `bytes=${start}-${end - 1}`;
  const headers = { range, ...(tag !== undefined && { "if-range": tag }) };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const isPart =
    response.status === 206 && response.headers.get("content-range") === `bytes ${start}-${end - 1}/${size}`;
  // A server that gives no parts gives a small file whole.
  const isWhole =
    response.status === 200 && size <= PART && (tag === undefined || response.headers.get("etag") === tag);
  if (!isPart && !isWhole) {
    await response.body?.cancel();
    throw new Error(
      `status ${response.status} for ${range}: the file has changed, or the server gives no parts`,
    );
  }
  return bodyOf(response, end - start);
}

async function bodyOf({ body }: Response, length: number): Promise<Uint8Array> {
  const octets = Buffer.allocUnsafeSlow(length);
  let have = 0;
  for await (const chunk of body ?? []) {
    if (have + chunk.length > length) throw new Error("the answer is longer than was asked for");
    octets.set(chunk, have);
    have += chunk.length;
  }
  if (have < length) throw new Error("the answer is shorter than was asked for");
  return octets;
}
