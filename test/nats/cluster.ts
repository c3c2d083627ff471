// A real NATS cluster on loopback, for tests of what is stored: three servers (or one), thrown away afterwards.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FETCHED = fileURLToPath(new URL("../../.tools/bin/nats-server", import.meta.url));

export interface NatsCluster {
  readonly servers: readonly string[];
  /** Where each server's monitoring listens. */
  readonly monitoring: readonly string[];
  /** The servers' processes. */
  readonly pids: readonly number[];
  /** SIGKILL, as a crash. */
  kill(index: number): void;
  /** Goes in order: `nats-server --signal ldm`. */
  lameDuck(index: number): void;
  stop(): Promise<void>;
}

/** Starts the servers, with more settings for JetStream, such as `max_file_store: 1M`; they may still be electing a leader when this resolves (connectBus waits for that). */
export async function startNatsCluster(size: 1 | 3 = 3, jetstream = ""): Promise<NatsCluster> {
  const directory = mkdtempSync(join(tmpdir(), "leasehold-nats-"));
  const ports = await freePorts(size * 3);
  const routes = Array.from({ length: size }, (_, i) => `nats://127.0.0.1:${ports[size + i]}`);
  const binary = existsSync(FETCHED) ? FETCHED : "nats-server";
  const processes = routes.map((_, i) => {
    const file = join(directory, `n${i}.conf`);
    const cluster = `cluster { name: test, listen: "127.0.0.1:${ports[size + i]}", routes: ${JSON.stringify(routes)} }`;
    writeFileSync(
      file,
      `server_name: n${i}\nlisten: "127.0.0.1:${ports[i]}"\nhttp: "127.0.0.1:${ports[2 * size + i]}"\njetstream { store_dir: "${directory}/n${i}"\n${jetstream} }\n${size > 1 ? cluster : ""}\n`,
    );
    return spawn(binary, ["-c", file, "-l", join(directory, `n${i}.log`)], { stdio: "ignore" });
  });
  return {
    servers: ports.slice(0, size).map((port) => `nats://127.0.0.1:${port}`),
    monitoring: ports.slice(2 * size).map((port) => `http://127.0.0.1:${port}`),
    pids: processes.map(({ pid }) => pid!),
    kill: (index) => processes[index]!.kill("SIGKILL"),
    lameDuck: (index) => processes[index]!.kill("SIGUSR2"),
    stop: async () => {
      await Promise.all(processes.map(ended));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    process.once("exit", () => resolve());
    process.kill("SIGKILL");
  });
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
