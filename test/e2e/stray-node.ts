// A dhcpd of its own on a host of the lab, started as an operator does who has made a mistake.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { entering } from "../lab/host.ts";
import type { Lab } from "../lab/lab.ts";
import { isAlive, kill, signal, startDaemon } from "../lab/processes.ts";
import { typescript } from "../lab/service.ts";
import { until } from "../lab/shell.ts";

export interface StrayOptions {
  /** n4 when not given. */
  readonly name?: string;
  readonly interfaces?: readonly string[];
  readonly servers?: readonly string[];
  readonly user?: "dhcpd" | "syncer";
  readonly password?: string;
  /** Words that stand before its command line. */
  readonly under?: readonly string[];
}

const API_PORT = 9067;

export class StrayNode {
  private readonly lab: Lab;
  private readonly host: string;
  private readonly log: string;
  private readonly process: ReturnType<typeof startDaemon>;

  constructor(lab: Lab, host: string, options: StrayOptions = {}) {
    this.lab = lab;
    this.host = host;
    this.log = `${lab.state.directory}/logs/${host}.stray.log`;
    rmSync(this.log, { force: true });
    const file = `${lab.state.directory}/stray.yaml`;
    writeFileSync(file, nodeFile(lab, options), { mode: 0o600 });
    const argv = [...(options.under ?? []), ...typescript("apps/dhcpd/src/main.ts"), file];
    this.process = startDaemon([...entering(lab.state.holders[host]!), ...argv], this.log);
  }

  /** What it has said so far, on stdout and stderr. */
  words(): string {
    return readFileSync(this.log, "utf8");
  }

  isRunning(): boolean {
    return isAlive(this.process);
  }

  async says(what: RegExp, seconds = 15): Promise<void> {
    await until(`it says ${what}; it said: ${this.words()}`, seconds, async () => what.test(this.words()));
  }

  /** Its last words, once it has ended by itself. */
  async ends(seconds = 15): Promise<string> {
    await until("it ends", seconds, async () => !this.isRunning());
    return this.words();
  }

  /** GET of its own API; answers with status and body. */
  async get(path: string): Promise<string> {
    const url = `http://127.0.0.1:${API_PORT}${path}`;
    return (await this.lab.exec(this.host, ["curl", "-s", "-w", " %{http_code}", url])).stdout;
  }

  async stop(): Promise<void> {
    signal(this.process, "SIGTERM");
    await until("it ends when told to", 10, async () => !this.isRunning()).finally(() => kill(this.process));
  }
}

function nodeFile(
  lab: Lab,
  { name = "n4", interfaces, servers, user = "dhcpd", password }: StrayOptions,
): string {
  const { nats, token } = lab.layout();
  const login = { servers: servers ?? nats.servers, user, password: password ?? lab.state.passwords[user] };
  return JSON.stringify({
    name,
    interfaces: interfaces ?? ["eth0"],
    nats: login,
    api: { listen: `127.0.0.1:${API_PORT}`, token },
  });
}
