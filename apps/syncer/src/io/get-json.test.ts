// Sources that misbehave, each over a real HTTP server.
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, it, vi } from "vitest";
import { type Reach, ReadFailure } from "../sources/source.ts";
import { reach } from "./get-json.ts";

const LIMITS = { octets: 64 * 1024, wholeMs: 600, silenceMs: 200 };
/** Where it is not a matter of time. */
const PATIENT = { ...LIMITS, wholeMs: 20_000, silenceMs: 20_000 };
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function get(answer: RequestListener, limits = LIMITS): Promise<unknown> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return reach.getJson(`http://127.0.0.1:${port}/rows`, { limits });
}

async function failureOf(answer: RequestListener, limits = PATIENT): Promise<ReadFailure> {
  const outcome = await get(answer, limits).catch((cause: unknown) => cause);
  expect(outcome).toBeInstanceOf(ReadFailure);
  return outcome as ReadFailure;
}

/** Writes for as long as the other end takes it. */
function endlessly(response: ServerResponse, piece: string): () => number {
  let written = 0;
  const more = () => {
    while (!response.destroyed && written < 64 * 1024 * 1024) {
      written += piece.length;
      if (!response.write(piece)) return;
    }
  };
  response.on("drain", more);
  more();
  return () => written;
}

it("A8: an answer without end is given up when it is too large, and no more of it is taken", async () => {
  let written = () => 0;
  const failure = await failureOf((_request, response) => {
    written = endlessly(response, "[".padEnd(4096, " "));
  });
  expect(failure.kind).toBe("too-large");
  expect(failure.message).toMatch(/more than 65,536 octets; answerMaxMiB/);
  // What fits into the buffers on the way, and not the 64 MiB that there would be.
  expect(written()).toBeLessThan(16 * 1024 * 1024);
});

it("A8: gzip that grows is counted as it is unpacked", async () => {
  const packed = gzipSync(Buffer.from(`[${" ".repeat(1024 * 1024)}]`));
  expect(packed.length).toBeLessThan(LIMITS.octets);
  const failure = await failureOf((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
  });
  expect(failure.kind).toBe("too-large");
});

it("A8: one string of 20 MB is too large, too", async () => {
  const failure = await failureOf((_request, response) =>
    response.end(JSON.stringify(["x".repeat(20_000_000)])),
  );
  expect(failure.kind).toBe("too-large");
});

it("A8: an answer that comes octet by octet is given up as a whole", async () => {
  const started = performance.now();
  const failure = await failureOf((_request, response) => {
    const drip = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(drip));
  }, LIMITS);
  expect([failure.kind, failure.message]).toEqual([
    "timeout",
    expect.stringMatching(/not whole after 0\.6 s/),
  ]);
  expect(performance.now() - started).toBeLessThan(5000);
});

it.each<[string, RequestListener]>([
  ["before the first octet", () => {}],
  ["after the headers", (_request, response) => response.flushHeaders()],
  ["in the middle", (_request, response) => void response.write("[1,")],
])("A8: an answer that hangs %s is given up for its silence", async (_, answer) => {
  const failure = await failureOf(answer, LIMITS);
  expect([failure.kind, failure.message]).toEqual([
    "timeout",
    expect.stringMatching(/nothing came for 0\.2 s/),
  ]);
});

it.each<[string, RequestListener, string]>([
  [
    "200, and then a reset",
    (_request, response) => response.write("[1,", () => response.destroy()),
    "broken-off",
  ],
  [
    "a body shorter than its length",
    (_request, response) =>
      response.writeHead(200, { "content-length": 100 }).end("[]", () => response.destroy()),
    "broken-off",
  ],
  ["no answer", (request) => request.socket.destroy(), "unreachable"],
  ["status 500 with a page", (_request, response) => response.writeHead(500).end("<html>"), "status"],
  ["a page of HTML", (_request, response) => response.end("<html>"), "not-json"],
  ["nothing", (_request, response) => response.end(), "not-json"],
  ["half of a list", (_request, response) => response.end('[{"ID":"a"},'), "not-json"],
  [
    "gzip that is none",
    (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("[]"),
    "broken-off",
  ],
  [
    "10,000 lists in each other",
    (_request, response) => response.end("[".repeat(10_000) + "]".repeat(10_000)),
    "too-deep",
  ],
])("A8: %s", async (_, answer, kind) => {
  expect((await failureOf(answer)).kind).toBe(kind);
});

it("an answer of another type than JSON is read when it is JSON, brackets in its strings or not", async () => {
  const rows = [{ ID: `a"\\${"[".repeat(100)}` }];
  const answer: RequestListener = (_request, response) =>
    response.writeHead(200, { "content-type": "text/plain" }).end(JSON.stringify(rows));
  expect(await get(answer)).toEqual(rows);
});

it("a source's own limits are given to each of its reads", async () => {
  const { answerLimits, limited } = await import("../rounds/settings.ts");
  const getJson = vi.fn<Reach["getJson"]>(async () => []);
  const entry = { type: "smd", answerMaxMiB: 1, timeoutSeconds: 7 } as never;
  await limited({ getJson }, answerLimits(entry)).getJson("http://smd", { token: "t" });
  const limits = { octets: 1024 * 1024, wholeMs: 7000, silenceMs: 5000 };
  expect(getJson).toHaveBeenCalledWith("http://smd", { token: "t", limits });
});
