// dhcpd and syncer as processes of a test, without a lab: their file, what they say, and signals.
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { typescript } from "../lab/service.ts";
import { until } from "../lab/shell.ts";

export class Daemon {
  readonly child: ChildProcess;
  private heard = "";

  constructor(program: string, words: readonly string[]) {
    const [node, ...args] = [...typescript(program), ...words];
    this.child = spawn(node!, args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on("data", (chunk) => {
        this.heard += chunk;
      });
  }

  /** Since the last signal. */
  said(): string {
    return this.heard;
  }

  says(what: RegExp): Promise<unknown> {
    return until(`it says ${what}; it said ${this.heard}`, 30, async () => what.test(this.heard));
  }

  async hangup(what: RegExp): Promise<void> {
    this.heard = "";
    this.child.kill("SIGHUP");
    await this.says(what);
    expect(this.child.exitCode).toBeNull();
  }

  /** SIGTERM; gives the lines that it logged from then on, to its end. */
  async terminate(): Promise<readonly LogLine[]> {
    this.heard = "";
    const closed = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill("SIGTERM");
    await closed;
    return this.heard
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as LogLine);
  }
}

export interface LogLine {
  /** pino's: 30 info, 40 warn, 50 error. */
  readonly level: number;
  readonly msg: string;
}

export class Daemons {
  private readonly folder: string;
  private readonly running: Daemon[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  /** With a file that says this. */
  start(program: string, document: object): Daemon {
    const path = join(this.folder, "daemon.yaml");
    writeFileSync(path, JSON.stringify(document));
    return this.run(program, path);
  }

  run(program: string, ...words: readonly string[]): Daemon {
    const daemon = new Daemon(program, words);
    this.running.push(daemon);
    return daemon;
  }

  kill(): void {
    for (const { child } of this.running) child.kill("SIGKILL");
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
