// An answer as HTTP (RFC 9110). Errors have a status from 400 on, never a page with 200: a BIOS iPXE takes any other body for a program and
// hangs in it. Lengths are exact, nothing is chunked, and nobody is sent elsewhere: EDK2 follows no redirect.
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer, Refusal, RefusalReason, ServedFile } from "../../served/answer.ts";
import type { Asked } from "../../served/asked.ts";
import type { Served } from "../../served/served.ts";
import { type Part, partOf } from "./content-range.ts";
import { contentTypeOf } from "./content-type.ts";
import type { Transfers } from "./transfers.ts";

const STATUSES: Readonly<Record<RefusalReason, number>> = {
  notFound: 404,
  forbidden: 403,
  malformed: 400,
  notReady: 503,
  unavailable: 502,
};

export type Sent = Pick<Served, "outcome" | "bytes" | "detail">;

export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly transfers: Transfers;
}

/** Closes the file. Never rejects. */
export async function sendAnswer(
  answer: Answer,
  { path }: Pick<Asked, "path">,
  exchange: HttpExchange,
): Promise<Sent> {
  switch (answer.kind) {
    case "refused":
      return sendRefusal(answer, exchange);
    case "text":
      return sendText(answer, exchange);
    case "file":
      try {
        return await sendFile(answer.file, path, exchange);
      } catch (cause) {
        // What was sent is a part of it: the client must not take that for all.
        exchange.response.destroy();
        return { outcome: "unreadable", bytes: 0, detail: (cause as Error).message };
      } finally {
        answer.file.close();
      }
    default:
      return answer satisfies never;
  }
}

export async function sendRefusal(
  { reason, sentence }: Refusal,
  exchange: Pick<HttpExchange, "request" | "response">,
  status = STATUSES[reason],
): Promise<Sent> {
  const { response } = exchange;
  response.statusCode = status;
  if (status === 503) response.setHeader("retry-after", "1");
  await whole(exchange, `${sentence}\n`, "text/plain; charset=utf-8");
  return { outcome: reason, bytes: 0, detail: sentence };
}

async function sendText(
  { content, type }: Extract<Answer, { kind: "text" }>,
  exchange: HttpExchange,
): Promise<Sent> {
  const { request, response } = exchange;
  response.statusCode = 200;
  // The next time it may be another one.
  response.setHeader("cache-control", "no-store");
  return {
    ...(await whole(exchange, content, type)),
    ...(request.method === "HEAD" && { outcome: "probe" }),
  };
}

/** A content that is in memory. */
async function whole(
  { request, response }: Pick<HttpExchange, "request" | "response">,
  content: string | Uint8Array,
  type: string,
): Promise<Sent> {
  const length = Buffer.byteLength(content);
  response.setHeader("content-type", type);
  response.setHeader("content-length", length);
  // A text leaves with its headers in one write of the socket; octets would be a second part of it.
  const isSent = await ended(response, request.method === "HEAD" ? undefined : content);
  return isSent ? { outcome: "complete", bytes: length } : { outcome: "aborted", bytes: 0 };
}

async function sendFile(file: ServedFile, path: readonly string[], exchange: HttpExchange): Promise<Sent> {
  const { request, response, transfers } = exchange;
  const etag = etagOf(file);
  response.setHeader("etag", etag);
  response.setHeader("accept-ranges", "bytes");
  if (isKnown(request.headers["if-none-match"], etag)) {
    response.statusCode = 304;
    return { outcome: (await ended(response)) ? "notModified" : "aborted", bytes: 0 };
  }
  const part = wantedPart(request, file, etag);
  if (part === "unsatisfiable") {
    response.setHeader("content-range", `bytes */${file.size}`);
    const sentence = `There is no such part: the file has ${file.size} octets.`;
    return sendRefusal({ kind: "refused", reason: "malformed", sentence }, exchange, 416);
  }
  response.statusCode = part === undefined ? 200 : 206;
  const { start, end } = part ?? { start: 0, end: file.size };
  if (part !== undefined) response.setHeader("content-range", `bytes ${start}-${end - 1}/${file.size}`);
  response.setHeader("content-length", end - start);
  response.setHeader("content-type", contentTypeOf(path, await file.read(0, Math.min(2, file.size))));
  if (request.method === "HEAD") return { outcome: (await ended(response)) ? "probe" : "aborted", bytes: 0 };
  const bytes = await transfers.send(file, { start, end }, response);
  // A client that has it all may close its connection before this process is done with it.
  const isWhole = bytes === end - start;
  if (isWhole) response.end();
  return { outcome: isWhole ? "complete" : "aborted", bytes };
}

function wantedPart(
  { headers, method }: IncomingMessage,
  { size }: ServedFile,
  etag: string,
): Part | "unsatisfiable" | undefined {
  const { range, "if-range": condition } = headers;
  // RFC 9110 §14.2: only for GET; §13.1.5: only while the file is the one that the client has a part of.
  if (method !== "GET" || (condition !== undefined && condition !== etag)) return undefined;
  return partOf(range, size);
}

/** Of one node: the same file on another one has another tag, as nothing says that the two are the same. */
const etagOf = ({ version }: ServedFile): string =>
  `"${createHash("sha256").update(version).digest("base64url").slice(0, 22)}"`;

function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

/** Whether all of it has left; false when the client went away. */
function ended(response: ServerResponse, content?: string | Uint8Array): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    response.once("close", () => resolve(response.writableFinished));
    response.end(content, () => resolve(true));
  });
}
