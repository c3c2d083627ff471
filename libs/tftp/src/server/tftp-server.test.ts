import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ReadingClient } from "../../test/reading-client.ts";
import {
  FileTree,
  TftpServer,
  TftpServerError,
  type TftpServerOptions,
  type TransferReport,
} from "./index.ts";

const LARGE = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));

let folder: string;
let reports: TransferReport[];
let closing: (() => void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "leasehold-tftp-"));
  mkdirSync(join(folder, "root/boot"), { recursive: true });
  writeFileSync(join(folder, "root/boot/ipxe.efi"), LARGE);
  writeFileSync(join(folder, "root/text"), "one\ntwo\n");
  writeFileSync(join(folder, "root/empty"), "");
  writeFileSync(join(folder, "secret"), "secret");
  reports = [];
  closing = [];
});
afterEach(() => {
  for (const close of closing.reverse()) close();
  rmSync(folder, { recursive: true });
});

async function serve(options: Partial<TftpServerOptions> = {}) {
  const into = reports;
  const server = await TftpServer.open({
    addresses: ["127.0.0.1"],
    port: 0,
    files: await FileTree.at(join(folder, "root")),
    report: (report) => into.push(report),
    ...options,
  });
  closing.push(() => server.close());
  const at = (index = 0) => server.endpoints[index]!;
  const client = async (index = 0) => {
    const one = await ReadingClient.open(at(index));
    closing.push(() => one.close());
    return one;
  };
  return { server, client };
}

/** The next report: the last ACK is on its way when a client has its file. */
async function reported(count = 1): Promise<readonly TransferReport[]> {
  for (const until = performance.now() + 5000; reports.length < count && performance.now() < until; )
    await new Promise((resolve) => setTimeout(resolve, 2));
  return reports;
}

describe("files", () => {
  test.each([
    ["one block at a time", {}],
    ["larger blocks", { blksize: 1468 }],
    ["windows", { blksize: 1428, windowsize: 16 }],
  ])("%s", async (_, options) => {
    const { client } = await serve();
    expect(await (await client()).read("/boot/ipxe.efi", options)).toEqual(LARGE);
    expect(await reported()).toMatchObject([
      { outcome: "complete", file: "/boot/ipxe.efi", bytes: LARGE.length },
    ]);
  });

  test("an empty one, and one in netascii", async () => {
    const { client } = await serve();
    expect(await (await client()).read("empty", { tsize: 0 })).toEqual(Buffer.alloc(0));
    expect(String(await (await client()).read("text", {}, "NetASCII"))).toBe("one\r\ntwo\r\n");
  });

  test("many clients read a file once", async () => {
    const { server, client } = await serve();
    const clients = await Promise.all(Array.from({ length: 10 }, () => client()));
    const files = await Promise.all(clients.map((one) => one.read("boot/ipxe.efi", { blksize: 1468 })));
    expect(files.every((file) => LARGE.equals(file as Buffer))).toBe(true);
    expect(server.counters.cache.reads).toBe(Math.ceil(LARGE.length / (1468 * 22)));
  });

  test("one that changes while it is read is not put together of two", async () => {
    const { client } = await serve({ cacheBytesMax: 0 });
    const reader = await client();
    reader.ask("boot/ipxe.efi");
    const { port } = await reader.next();
    appendFileSync(join(folder, "root/boot/ipxe.efi"), "more");
    // The rest of the chunk that was read before is the old file's.
    for (let block = 1; block <= 64; block++) reader.answer({ kind: "ack", block }, port);
    expect(await reader.readOn(512)).toBe(0);
    expect(await reported()).toMatchObject([
      { outcome: "unreadable", detail: "the file has changed while it was read" },
    ]);
  });
});

describe("what is not served", () => {
  test.each([
    ["nothing", 1, "notFound"],
    ["text/below", 1, "notFound"],
    ["boot/", 1, "notFound"],
    ["", 1, "notFound"],
    ["boot", 2, "forbidden"],
    ["../secret", 2, "forbidden"],
    ["/../secret", 2, "forbidden"],
    ["boot/../../secret", 2, "forbidden"],
    ["..\\secret", 2, "forbidden"],
    ["..%2fsecret", 1, "notFound"],
    ["%2e%2e/secret", 1, "notFound"],
    ["link", 2, "forbidden"],
    ["folder/secret", 2, "forbidden"],
    ["loop", 2, "forbidden"],
    ["pipe", 2, "forbidden"],
    ["null", 2, "forbidden"],
  ])("%j", async (file, code, outcome) => {
    symlinkSync("../secret", join(folder, "root/link"));
    symlinkSync("..", join(folder, "root/folder"));
    symlinkSync("loop", join(folder, "root/loop"));
    symlinkSync("/dev/null", join(folder, "root/null"));
    execFileSync("mkfifo", [join(folder, "root/pipe")]);
    const { client } = await serve();
    expect(await (await client()).read(file)).toBe(code);
    expect(await reported()).toMatchObject([{ outcome, bytes: 0 }]);
  });

  test("an absolute name of the machine is one below the root", async () => {
    const { client } = await serve();
    expect(await (await client()).read(join(folder, "secret"))).toBe(1);
  });

  test("a link within the root", async () => {
    symlinkSync("boot/ipxe.efi", join(folder, "root/loader"));
    const { client } = await serve();
    expect(await (await client()).read("loader")).toEqual(LARGE);
  });

  test("a folder whose name begins as the root's does is another one", async () => {
    mkdirSync(join(folder, "root-of-others"));
    writeFileSync(join(folder, "root-of-others/secret"), "secret");
    symlinkSync("../root-of-others", join(folder, "root/others"));
    const { client } = await serve();
    expect(await (await client()).read("others/secret")).toBe(2);
  });

  test("writing, a mode of 1981, and nonsense", async () => {
    const { client } = await serve();
    const writer = await client();
    writer.send({ kind: "wrq", file: "text", mode: "octet", options: [] });
    expect(await writer.readOn(512)).toBe(2);
    expect(await (await client()).read("text", {}, "mail")).toBe(4);
    writer.send(Buffer.from("\0\x01text\0octet"));
    const outcomes = (await reported(3)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["readOnly", "unknownMode", "malformed"]);
  });
});

describe("transfers", () => {
  test("answers leave from the address that was asked", async () => {
    const { client } = await serve({ addresses: ["127.0.0.1", "127.0.0.2"] });
    const other = await client(1);
    other.ask("text");
    expect((await other.next()).from).toBe("127.0.0.2");
    other.ask("nothing");
    expect((await other.next()).from).toBe("127.0.0.2");
  });

  test("a transfer has a port of its own; with one port for all, it has not", async () => {
    const own = await serve();
    const asking = await own.client();
    asking.ask("text");
    expect((await asking.next()).port).not.toBe(own.server.endpoints[0]!.port);
    const single = await serve({ isSinglePort: true });
    const reader = await single.client();
    expect(await reader.read("boot/ipxe.efi", { windowsize: 4 })).toEqual(LARGE);
    reader.ask("text");
    expect((await reader.next()).port).toBe(single.server.endpoints[0]!.port);
  });

  test("EDK2 asks for the size, aborts, and asks again", async () => {
    const { client } = await serve();
    const probing = await client();
    probing.ask("text", { tsize: 0, blksize: 1468, windowsize: 4 });
    const { packet, port } = await probing.next();
    expect(packet).toMatchObject({ kind: "oack", options: [{ name: "tsize", value: "8" }, {}, {}] });
    probing.answer({ kind: "error", code: 8, message: "User aborted the transfer" }, port);
    expect(await reported()).toMatchObject([
      { outcome: "probe", detail: 'ERROR 8 "User aborted the transfer"' },
    ]);
    expect(await (await client()).read("text", { blksize: 1468, windowsize: 4 })).toEqual(
      Buffer.from("one\ntwo\n"),
    );
    expect(await reported(2)).toMatchObject([{}, { outcome: "complete", bytes: 8 }]);
  });

  test("a request that comes twice is one transfer", async () => {
    const { server, client } = await serve();
    const twice = await client();
    twice.ask("text");
    twice.ask("text");
    expect(await twice.readOn(512)).toEqual(Buffer.from("one\ntwo\n"));
    expect(await reported()).toMatchObject([{ outcome: "complete" }]);
    expect(server.counters.running).toBe(0);
  });

  test("another request from the same port takes the place of the first", async () => {
    const { server, client } = await serve();
    const one = await client();
    one.ask("boot/ipxe.efi");
    await one.next();
    one.ask("empty");
    expect(await reported()).toMatchObject([{ outcome: "superseded", file: "boot/ipxe.efi" }]);
    expect(server.counters.running).toBe(1);
  });

  test("a client that has gone is given up with the next block", async () => {
    const { client } = await serve();
    const leaving = await client();
    leaving.ask("boot/ipxe.efi");
    const { port } = await leaving.next();
    leaving.answer({ kind: "ack", block: 1 }, port);
    leaving.close();
    closing.pop();
    expect(await reported()).toMatchObject([{ outcome: "gone", file: "boot/ipxe.efi" }]);
  });

  test("no more than so many at once: who is too late hears nothing, and asks again", async () => {
    const { server, client } = await serve({ transfersMax: 3, transfersOfClientMax: 2 });
    const clients = [await client(), await client(), await client()];
    for (const [index, one] of clients.entries()) {
      one.ask("boot/ipxe.efi");
      if (index < 2) await one.next();
    }
    expect(await reported()).toMatchObject([{ outcome: "limit" }]);
    expect(server.counters.running).toBe(2);
    clients[0]!.send({ kind: "wrq", file: "x", mode: "octet", options: [] });
    expect((await reported(2))[1]).toMatchObject({ outcome: "superseded" });
    expect(await clients[2]!.read("text")).toEqual(Buffer.from("one\ntwo\n"));
  });

  test("the end of the server is that of its transfers", async () => {
    const { server, client } = await serve();
    const one = await client();
    one.ask("boot/ipxe.efi");
    await one.next();
    server.close();
    expect(await reported()).toMatchObject([{ outcome: "stopped" }]);
    closing = closing.slice(1);
  });
});

test("a port that is taken is said, with what to do", async () => {
  const { server } = await serve();
  const { port } = server.endpoints[0]!;
  const fault = await serve({ port }).catch((cause: unknown) => cause);
  expect(fault).toBeInstanceOf(TftpServerError);
  expect(fault).toMatchObject({
    message: `UDP port ${port} of 127.0.0.1 is in use by another process.`,
    fix: "Stop the other TFTP server there: `ss -lunp` names it.",
  });
});
