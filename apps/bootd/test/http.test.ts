// What HTTP clients get that boot machines, on the wire: the inputs of real firmware and loaders, by their numbers in the list that the tests
// of this folder name "firmware-seen".
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parsed, rawRequest } from "./raw-http.ts";
import { ServedFolder } from "./served-folder.ts";

const LARGE = Buffer.from(Array.from({ length: 700_001 }, (_, index) => index % 251));
let served: ServedFolder;

beforeAll(async () => {
  served = await ServedFolder.open();
  const { folder } = served;
  mkdirSync(join(folder, "images"));
  writeFileSync(join(folder, "images/initrd"), LARGE);
  writeFileSync(join(folder, "ipxe.efi"), "MZ and so on");
  writeFileSync(join(folder, "loader"), "MZ without a suffix");
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "../secret"), "secret");
  symlinkSync("../secret", join(folder, "link"));
});
afterAll(() => served.close());
beforeEach(() => {
  served.reports.length = 0;
});

const ask = (...lines: readonly string[]) => rawRequest(served.http.port, ...lines);
const get = (name: string, ...headers: readonly string[]) => ask(`GET ${name} HTTP/1.1`, ...headers);

async function lastReport() {
  await vi.waitFor(() => expect(served.reports.length).toBeGreaterThan(0));
  return served.reports.at(-1)!;
}

describe("files", () => {
  test("one of several parts comes whole, with its length, and not chunked", async () => {
    const { status, headers, body } = await get("/images/initrd");
    expect(status).toBe(200);
    expect(body.equals(LARGE)).toBe(true);
    expect(headers.get("content-length")).toBe(`${LARGE.length}`);
    expect(headers.has("transfer-encoding")).toBe(false);
    expect(await lastReport()).toMatchObject({ route: "files", outcome: "complete", bytes: LARGE.length });
  });

  test("an empty one", async () => {
    const { status, headers, body } = await get("/empty");
    expect([status, headers.get("content-length"), body.length]).toEqual([200, "0", 0]);
  });

  test("firmware-seen 11: EDK2 sends HEAD before GET, on one connection, and gets the same headers", async () => {
    const head = await ask("HEAD /ipxe.efi HTTP/1.1", "Accept: */*", "User-Agent: UefiHttpBoot/1.0");
    const { status, headers, body } = await get("/ipxe.efi", "User-Agent: UefiHttpBoot/1.0");
    expect([head.status, head.body.length, status, `${body}`]).toEqual([200, 0, 200, "MZ and so on"]);
    for (const name of ["content-length", "content-type", "etag"])
      expect(head.headers.get(name)).toBe(headers.get(name));
    expect(headers.get("content-length")).toBe("12");
    expect(served.reports[0]).toMatchObject({ outcome: "probe" });
  });

  test("several requests on one connection, as iPXE sends them", async () => {
    const socket = connect(served.http.port, "127.0.0.1");
    let heard = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      heard = Buffer.concat([heard, chunk]);
    });
    const agent =
      "Connection: keep-alive\r\nUser-Agent: iPXE/1.0.0+git-20190125.36a4c85-5.1\r\nHost: 127.0.0.1\r\n\r\n";
    for (const name of ["/ipxe.efi", "/nothing", "/empty", "/loader"]) {
      heard = Buffer.alloc(0);
      socket.write(`GET ${name} HTTP/1.1\r\n${agent}`);
      await vi.waitFor(() => {
        const { headers, body } = parsed(heard);
        expect(body.length).toBe(Number(headers.get("content-length")));
      });
    }
    expect(parsed(heard).status).toBe(200);
    expect(served.http.connections).toBe(1);
    socket.destroy();
  });

  test.each([
    ["/ipxe.efi", "application/efi"],
    ["/loader", "application/efi"],
    ["/images/initrd", "application/octet-stream"],
  ])("the type of %s is %s", async (name, type) => {
    expect((await get(name)).headers.get("content-type")).toBe(type);
  });
});

describe("parts of a file", () => {
  test.each([
    ["bytes=0-0", 206, 0, 1],
    ["bytes=10-19", 206, 10, 20],
    ["bytes=700000-", 206, 700_000, 700_001],
    ["bytes=-11", 206, 699_990, 700_001],
    ["bytes=0-99999999", 206, 0, 700_001],
    ["bytes=0-1,5-6", 200, 0, 700_001],
    ["lines=0-1", 200, 0, 700_001],
    ["bytes=9-3", 200, 0, 700_001],
  ])("%s", async (range, wanted, start, end) => {
    const { status, headers, body } = await get("/images/initrd", `Range: ${range}`);
    expect(status).toBe(wanted);
    expect(body.equals(LARGE.subarray(start, end))).toBe(true);
    expect(headers.get("content-range")).toBe(
      wanted === 206 ? `bytes ${start}-${end - 1}/700001` : undefined,
    );
  });

  test("what is behind its end", async () => {
    const { status, headers } = await get("/images/initrd", "Range: bytes=700001-");
    expect([status, headers.get("content-range")]).toEqual([416, "bytes */700001"]);
  });

  test("of another version is the whole", async () => {
    const etag = (await get("/images/initrd")).headers.get("etag")!;
    const range = "Range: bytes=0-9";
    expect((await get("/images/initrd", range, `If-Range: ${etag}`)).status).toBe(206);
    expect((await get("/images/initrd", range, 'If-Range: "another"')).status).toBe(200);
  });
});

test("a client that has the file gets 304, and the file when it is another one", async () => {
  writeFileSync(join(served.folder, "changing"), "one");
  const etag = (await get("/changing")).headers.get("etag")!;
  const known = await get("/changing", `If-None-Match: "x", W/${etag}`);
  expect([known.status, known.body.length]).toEqual([304, 0]);
  writeFileSync(join(served.folder, "changing"), "three");
  expect((await get("/changing", `If-None-Match: ${etag}`)).status).toBe(200);
});

describe("firmware-seen F12: what is not served has a status from 400 on, and nobody is sent elsewhere", () => {
  test.each([
    ["/nothing", 404],
    ["/", 404],
    ["/images", 403],
    ["/images/", 404],
    ["/link", 403],
    ["/../secret", 403],
    ["/images/../../secret", 403],
    ["/%2e%2e/secret", 403],
    ["/%2E%2E%2Fsecret", 403],
    ["/..%5csecret", 403],
    ["/images/..%2f..%2fsecret", 403],
    ["//etc/passwd", 404],
    ["/etc/passwd", 404],
    ["/%252e%252e/secret", 404],
    ["/%00", 400],
    ["/ipxe.efi%00.txt", 400],
    ["/%ff", 400],
    ["/%zz", 400],
    ["/boot/ipxe?mac=52:54:00", 400],
  ])("%s: %i", async (name, wanted) => {
    const { status, headers, body } = await get(name);
    expect(status).toBe(wanted);
    expect(`${body}`).not.toContain("secret\n");
    expect(headers.get("content-length")).toBe(`${body.length}`);
    expect(headers.has("location")).toBe(false);
    expect(await lastReport()).toMatchObject({ bytes: 0 });
  });

  test("other methods", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask(`${method} /ipxe.efi HTTP/1.1`);
      expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });

  test("a script, while the views are not complete: files are served all the same", async () => {
    served.missing = "loading leases";
    try {
      const { status, body } = await get("/boot/ipxe?mac=52:54:00:12:34:56");
      expect([status, `${body}`]).toEqual([503, "This node is not ready: loading leases.\n"]);
      for (const name of ["/config.ipxe", "/default", "/d/autoexec.ipxe"])
        expect((await get(name)).status).toBe(503);
      expect((await get("/ipxe.efi")).status).toBe(200);
    } finally {
      served.missing = undefined;
    }
  });
});

test("a client that goes away in the middle of a file is reported so, and what it had is let go", async () => {
  writeFileSync(join(served.folder, "huge"), Buffer.alloc(64 * 1024 * 1024));
  const socket = connect(served.http.port, "127.0.0.1");
  socket.write("GET /huge HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  expect(await lastReport()).toMatchObject({ outcome: "aborted", name: "/huge" });
  expect(served.http.transfers.running).toBe(0);
});

test("a file that is written in place while it is sent is cut off, and never a mixture of two", async () => {
  const size = 64 * 1024 * 1024;
  const name = join(served.folder, "written");
  writeFileSync(name, Buffer.alloc(size, 1));
  const socket = connect(served.http.port, "127.0.0.1");
  socket.write("GET /written HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("readable", resolve));
  writeFileSync(name, Buffer.alloc(size, 2));
  const chunks: Buffer[] = [];
  await (async () => {
    for await (const chunk of socket) chunks.push(chunk as Buffer);
  })().catch(() => {}); // It may end with a reset.
  expect(parsed(Buffer.concat(chunks)).body.length).toBeLessThan(size);
  expect(await lastReport()).toMatchObject({
    outcome: "unreadable",
    detail: expect.stringMatching(/changed/),
  });
});

test("a client that reads slowly gets the same octets", async () => {
  const content = randomBytes(24 * 1024 * 1024);
  writeFileSync(join(served.folder, "slow"), content);
  const socket = connect(served.http.port, "127.0.0.1");
  socket.write("GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    if (chunks.length % 32 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(parsed(Buffer.concat(chunks)).body.equals(content)).toBe(true);
  expect(await lastReport()).toMatchObject({ outcome: "complete", bytes: content.length });
});

test("connections beyond their number are closed at once, and counted", async () => {
  const small = await ServedFolder.open({ connectionsMax: 4 });
  try {
    const one = connect(small.http.port, "127.0.0.1");
    await new Promise((resolve) => one.once("connect", resolve));
    await vi.waitFor(() => expect(small.http.connections).toBe(1));
    const second = connect(small.http.port, "127.0.0.1");
    await new Promise((resolve) => second.once("close", resolve));
    expect(small.refusedConnections).toBe(1);
    one.destroy();
  } finally {
    await small.close();
  }
});
