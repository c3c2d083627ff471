// A daemon of fifty lines, as a process: what it is asked on its command line, over HTTP and by signals. No NATS is there: it waits for it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "leasehold-daemon-"));
const path = join(folder, "echo.yaml");
const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach((child) => void child.kill("SIGKILL")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await listening();
  server.close();
  await once(server, "close");
  return port;
}

function write(port: number, more: object = {}): void {
  const api = { listen: `127.0.0.1:${port}`, tokenFile: join(folder, "token") };
  const nats = { servers: ["nats://127.0.0.1:1"] };
  writeFileSync(path, JSON.stringify({ name: "e1", nats, api, words: "good day", ...more }, null, 1));
}

class Echo {
  said = "";
  readonly child: ChildProcess;

  constructor(...words: string[]) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, "echo-program.ts"), ...words]);
    running.push(this.child);
    this.child.stdout!.on("data", (octets) => (this.said += octets));
    this.child.stderr!.on("data", (octets) => (this.said += octets));
  }

  async ends(): Promise<number> {
    const [code] = await once(this.child, "close");
    return code as number;
  }

  says(words: RegExp): Promise<void> {
    return expect.poll(() => this.said, { timeout: 20_000 }).toMatch(words);
  }
}

async function ask(port: number, route: string, token?: string) {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}${route}`, { headers });
  return { status: answer.status, body: await answer.text() };
}

test("says on its command line what it is, and what is wrong with its file", async () => {
  const help = new Echo("--help");
  expect(await help.ends()).toBe(0);
  expect(help.said).toMatch(/^usage: echo <echo\.yaml>.*echo --check <echo\.yaml>/s);
  const nothing = new Echo();
  expect(await nothing.ends()).toBe(2);
  write(70_000, { word: "x" });
  const check = new Echo("--check", path);
  expect(await check.ends()).toBe(2);
  expect(check.said).toMatch(/echo\.yaml:\d+:\d+: word: found an unknown key "word".*Write "words"/);
  expect(check.said).toMatch(/api\.listen: found "127\.0\.0\.1:70000"/);
  expect(check.said).toMatch(/api\.tokenFile: found .*there is no such file/);
});

test("serves, says what it waits for, reads its token again, and stops in order", async () => {
  const port = await freePort();
  writeFileSync(join(folder, "token"), "first\n");
  write(port);
  const echo = new Echo(path);
  await echo.says(/Cannot connect to NATS at nats:\/\/127\.0\.0\.1:1/);
  expect(await ask(port, "/livez")).toMatchObject({ status: 200 });
  expect(await ask(port, "/readyz")).toMatchObject({
    status: 503,
    body: expect.stringContaining("NATS is not"),
  });
  for (const route of ["/metrics", "/api/v1/words", "/api/v1/none"])
    expect(await ask(port, route)).toMatchObject({
      status: 401,
      body: expect.stringContaining("echo.yaml"),
    });
  expect(await ask(port, "/api/v1/words", "first")).toEqual({ status: 200, body: '{"words":"good day"}' });
  expect(await ask(port, "/api/v1/words?loud=1", "first")).toMatchObject({ status: 422 });
  expect(await ask(port, "/api/v1/none", "first")).toMatchObject({
    status: 404,
    body: expect.stringContaining("CONTRIBUTING.md lists"),
  });
  writeFileSync(join(folder, "token"), "second\n");
  write(port, { words: "good night" });
  echo.child.kill("SIGHUP");
  await echo.says(
    /reloaded the token and the certificate of the API.*other changes in echo\.yaml need a restart/s,
  );
  expect((await ask(port, "/api/v1/words", "first")).status).toBe(401);
  expect((await ask(port, "/api/v1/words", "second")).body).toContain("good day");
  echo.child.kill("SIGTERM");
  expect(await echo.ends()).toBe(0);
  expect(echo.said).toMatch(/stopped/);
});

test("a port that is taken is told in words, with what to do", async () => {
  const { server, port } = await listening();
  writeFileSync(join(folder, "token"), "first\n");
  write(port);
  const echo = new Echo(path);
  expect(await echo.ends()).toBe(1);
  server.close();
  expect(echo.said).toMatch(/^echo: The API cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/m);
  expect(echo.said).toMatch(/^ {2}Stop the process that uses it.*api\.listen in echo\.yaml\.$/m);
});
