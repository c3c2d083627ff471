// Files of another web server, by TFTP and HTTP: what it has, how it fails, and that a thousand questions are not a thousand for it.

import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rawRequest } from "./raw-http.ts";
import { ServedFolder } from "./served-folder.ts";

const CONTENT = Buffer.from(Array.from({ length: 1_300_000 }, (_, index) => (index * 7) % 253));

let served: ServedFolder;
let other: Server;
let asked: string[];
let etag: string;
let status: number;

beforeEach(async () => {
  [asked, etag, status] = [[], '"one"', 200];
  other = createServer(answer);
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  served = await ServedFolder.open({
    network: `{ version: 1, boot: { mounts: [{ path: /debian, url: "http://127.0.0.1:${port}/pub/" }] }, subnets: [] }`,
  });
});
afterEach(async () => {
  other.closeAllConnections();
  other.close();
  await served.close();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push(`${request.method} ${request.url}`);
  if (request.url !== "/pub/dists/a%20b") return void response.writeHead(404).end();
  if (status !== 200) return void response.writeHead(status).end("<html>");
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  if (from === undefined || !isSame)
    return void response
      .writeHead(200, { etag, "content-length": CONTENT.length })
      .end(request.method === "HEAD" ? "" : CONTENT);
  const part = CONTENT.subarray(Number(from), Number(to) + 1);
  response.writeHead(206, {
    etag,
    "content-range": `bytes ${from}-${to}/${CONTENT.length}`,
    "content-length": part.length,
  });
  response.end(part);
}

const get = (name: string, ...headers: string[]) =>
  rawRequest(served.http.port, `GET ${name} HTTP/1.1`, ...headers);

test("comes whole and in parts, with its length, and is fetched once for many", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => get("/debian/dists/a%20b")));
  for (const { status: got, headers, body } of answers) {
    expect([got, headers.get("content-length")]).toEqual([200, `${CONTENT.length}`]);
    expect(body.equals(CONTENT)).toBe(true);
  }
  const part = await get("/debian/dists/a%20b", "Range: bytes=524280-524300");
  expect([part.status, part.body.equals(CONTENT.subarray(524_280, 524_301))]).toEqual([206, true]);
  expect(asked).toEqual([
    "HEAD /pub/dists/a%20b",
    ...Array.from({ length: 3 }, () => "GET /pub/dists/a%20b"),
  ]);
});

test("what is not there is not there, and a file of our own comes first", async () => {
  expect((await get("/debian/nothing")).status).toBe(404);
  expect((await get("/debian")).status).toBe(404);
  expect((await get("/debian/..%2f..%2fsecret")).status).toBe(403);
  writeFileSync(join(served.folder, "debian"), "own");
  expect(`${(await get("/debian")).body}`).toBe("own");
});

test("an error of the other server is an error, and never a page", async () => {
  status = 500;
  expect((await get("/debian/dists/a%20b")).status).toBe(502);
  expect(served.warnings).toEqual(["status 500"]);
  status = 200;
  expect((await get("/debian/dists/a%20b")).status).toBe(200);
});

test("a file that has changed on the way is cut off, and no mixture of two", async () => {
  expect((await rawRequest(served.http.port, "HEAD /debian/dists/a%20b HTTP/1.1")).status).toBe(200);
  etag = '"two"';
  await expect(get("/debian/dists/a%20b").then(({ body }) => body.length)).resolves.toBeLessThan(
    CONTENT.length,
  );
});
