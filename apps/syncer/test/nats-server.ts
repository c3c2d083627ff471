// A nats-server of its own for a test: a free port of the loopback, a store that is removed with it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FETCHED = join(import.meta.dirname, "../../../.tools/bin/nats-server");

/** The program, as ./run finds or fetches it; undefined when there is none. */
export function findNatsServer(): string | undefined {
  return [FETCHED, "nats-server"].find(
    (program) =>
      (program === "nats-server" || existsSync(program)) && spawnSync(program, ["--version"]).status === 0,
  );
}

/** A free port below those that the kernel gives to outgoing connections, one of which could take it meanwhile. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

export class NatsServer {
  readonly url: string;
  private readonly program: string;
  private readonly port: number;
  private readonly store = mkdtempSync(join(tmpdir(), "leasehold-syncer-"));
  private process: ChildProcess | undefined;

  constructor(program: string, port: number) {
    this.program = program;
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  start(): void {
    const words = ["-a", "127.0.0.1", "-p", String(this.port), "-js", "-sd", this.store];
    this.process = spawn(this.program, words, { stdio: "ignore" });
  }

  async stop(): Promise<void> {
    await stopped(this.process, "SIGKILL");
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.store, { recursive: true, force: true });
  }
}

/** Ends a process, and gives its exit code. */
export async function stopped(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals,
): Promise<number | null> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill(signal);
  return exit;
}
