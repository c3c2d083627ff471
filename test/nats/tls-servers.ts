// NATS servers that speak TLS, each at an address and with a certificate of its own, in one cluster or alone.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "../lab/shell.ts";
import type { Pair } from "./certificates.ts";
import { ended, freePorts } from "./cluster.ts";

const FETCHED = fileURLToPath(new URL("../../.tools/bin/nats-server", import.meta.url));

export interface TlsServerSettings {
  /** Where it listens: `127.0.0.2`, `[::1]`. */
  readonly address: string;
  /** Undefined: it speaks no TLS. */
  readonly pair: Pair | undefined;
  /** It wants certificates from its clients, signed by this CA. */
  readonly clientCa?: string;
  /** Ports of the routes of its cluster, its own first. */
  readonly routes?: readonly number[];
  readonly jetstream?: boolean;
}

export class TlsServer {
  readonly port: number;
  private readonly folder: string;
  private readonly settings: TlsServerSettings;
  private process: ChildProcess | undefined;

  private constructor(folder: string, port: number, settings: TlsServerSettings) {
    this.folder = folder;
    this.port = port;
    this.settings = settings;
  }

  static async start(folder: string, settings: TlsServerSettings): Promise<TlsServer> {
    const [port] = await freePorts(1);
    const server = new TlsServer(folder, port!, settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://${this.settings.address}:${this.port}`;
  }

  async start(): Promise<void> {
    if (this.settings.pair) this.take(this.settings.pair);
    writeFileSync(this.file("conf"), this.configuration());
    writeFileSync(this.file("log"), "");
    const program = existsSync(FETCHED) ? FETCHED : "nats-server";
    this.process = spawn(program, ["-c", this.file("conf"), "-l", this.file("log")], { stdio: "ignore" });
    await this.says("Server is ready");
  }

  /** As an operator who renews a certificate: the files are others, and the server reads them again. */
  async renew(pair: Pair): Promise<void> {
    this.take(pair);
    writeFileSync(this.file("log"), "");
    this.process!.kill("SIGHUP");
    await this.says("Reloaded server configuration");
  }

  async stop(): Promise<void> {
    if (this.process) await ended(this.process);
  }

  private async says(what: string): Promise<void> {
    await until(`${this.url} says "${what}"`, 30, async () =>
      readFileSync(this.file("log"), "utf8").includes(what),
    );
  }

  private take({ cert, key }: Pair): void {
    copyFileSync(cert, this.file("pem"));
    copyFileSync(key, this.file("key"));
  }

  private file(end: string): string {
    return join(this.folder, `server-${this.port}.${end}`);
  }

  private configuration(): string {
    const { address, pair, clientCa, routes, jetstream = true } = this.settings;
    const verify = clientCa === undefined ? "" : `, ca_file: "${clientCa}", verify: true`;
    const [own, ...others] = routes ?? [];
    const lines = [
      `server_name: s${this.port}`,
      `listen: "${address}:${this.port}"`,
      ...(pair ? [`tls { cert_file: "${this.file("pem")}", key_file: "${this.file("key")}"${verify} }`] : []),
      ...(jetstream ? [`jetstream { store_dir: "${this.file("store")}" }`] : []),
      ...(own === undefined
        ? []
        : [
            `cluster { name: test, listen: "127.0.0.1:${own}", routes: ${JSON.stringify(others.map((port) => `nats://127.0.0.1:${port}`))} }`,
          ]),
    ];
    return `${lines.join("\n")}\n`;
  }
}
