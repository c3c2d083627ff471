// A cluster in network namespaces, for everything that tests Leasehold from outside. `./run lab` is a thin
// layer over this class.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { smdCommand } from "../smd-standin/commands.ts";
import { buildEmptyLab, buildLab, type LabOptions, removeLab, type Say } from "./build.ts";
import { startCapture, stopCapture } from "./capture.ts";
import { shiftClock } from "./clock.ts";
import { fillDisk, freeDisk } from "./disk.ts";
import {
  type Cut,
  cut,
  cutPower,
  heal,
  killServices,
  lameDuck,
  pauseServices,
  resumeServices,
  startServices,
  stopServices,
} from "./faults.ts";
import { enteringAt } from "./host.ts";
import { defaultName, type LabHost } from "./layout.ts";
import { isAlive, type Process } from "./processes.ts";
import { typescript } from "./service.ts";
import { natsServers, servicesOf } from "./services.ts";
import { type Result, type ShellOptions, shell } from "./shell.ts";
import { hostOf, type LabState, loadPid, loadState, nodesOf } from "./state.ts";
import { leaderOf } from "./stream-leader.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** JSON, parsed; else the text. */
  readonly body: unknown;
}

export class Lab {
  readonly state: LabState;

  private constructor(state: LabState) {
    this.state = state;
  }

  /** Builds a lab and returns when its cluster answers. */
  static async up(options: Partial<LabOptions> = {}, say: Say = () => {}): Promise<Lab> {
    return new Lab(await buildLab({ name: defaultName(), nodes: 3, clients: 2, ...options }, say));
  }

  /** The hosts of a lab, on which nothing runs. */
  static async empty(options: Partial<LabOptions> = {}): Promise<Lab> {
    return new Lab(await buildEmptyLab({ name: defaultName(), nodes: 3, clients: 2, ...options }));
  }

  /** A lab that is up. */
  static attach(name: string = defaultName()): Lab {
    return new Lab(loadState(name));
  }

  /** Removes a lab of this name, or what is left of one. */
  static remove(name: string = defaultName()): Promise<void> {
    return removeLab(name);
  }

  down(): Promise<void> {
    return removeLab(this.state.name);
  }

  host(name: string): LabHost {
    return hostOf(this.state, name);
  }

  get nodes(): readonly LabHost[] {
    return nodesOf(this.state);
  }

  get clients(): readonly LabHost[] {
    return this.state.hosts.filter(({ role }) => role === "client");
  }

  /** The words that put a program onto a host, and what it finds in its environment there. */
  onHost(host: string, folder = "/"): { argv: readonly string[]; env: Readonly<Record<string, string>> } {
    const { directory, holders, token } = this.state;
    return {
      argv: enteringAt(holders[this.host(host).name]!, folder),
      env: {
        PATH: `${directory}/bin:${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
        LEASEHOLD_SERVER: this.nodes.map(({ api }) => api).join(),
        LEASEHOLD_TOKEN: token,
      },
    };
  }

  /** Runs a program on a host to its end. */
  exec(host: string, argv: readonly string[], options: ShellOptions = {}): Promise<Result> {
    const on = this.onHost(host);
    return shell([...on.argv, ...argv], { ...options, env: { ...on.env, ...options.env } });
  }

  /** Runs a program on a host with our terminal; answers with its exit code. */
  execHere(host: string, argv: readonly string[]): Promise<number> {
    const on = this.onHost(host, process.cwd());
    return new Promise((resolve, reject) => {
      const [program, ...args] = [...on.argv, ...argv];
      const running = spawn(program!, args, { stdio: "inherit", env: { ...process.env, ...on.env } });
      process.on("SIGINT", () => {}); // The program has it too, and says when it is done.
      running.on("error", reject);
      running.on("exit", (code) => resolve(code ?? 137));
    });
  }

  /** A request to the API of a node or the syncer (or to `smd`), with the token. */
  async api(host: string, path: string, init: RequestInit = {}): Promise<ApiAnswer> {
    const door = this.state.doors[host];
    if (!door) throw new Error(`There is no API on ${host}.`);
    const headers = {
      authorization: `Bearer ${this.state.token}`,
      ...(init.headers as Record<string, string>),
    };
    const response = await fetch(door + path, { signal: AbortSignal.timeout(10_000), ...init, headers });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** The `leasehold` command, talking to all nodes or to the one named; answers with its JSON. */
  async leasehold<T>(words: readonly string[], node?: string): Promise<T> {
    const { doors, token } = this.state;
    const servers = (node ? [node] : this.nodes.map(({ name }) => name)).map((name) => doors[name]).join();
    const ctl = [...typescript("apps/ctl/src/main.ts"), ...words, "--json"];
    const { code, stdout, stderr } = await shell(ctl, {
      env: { LEASEHOLD_SERVER: servers, LEASEHOLD_TOKEN: token },
    });
    if (code !== 0)
      throw new Error(`\`leasehold ${words.join(" ")}\` failed with ${code}: ${stderr || stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Changes what the SMD stand-in says: `put --mac … --ip …`, `delete`, `fail`, `list`. */
  smd = (...words: string[]): Promise<string[]> => smdCommand(this.state.doors.smd!, words);

  /** SIGKILL. `what` is a program's name, or `all`. */
  kill = (node: string, what = "all"): Promise<void> => killServices(this.state, this.host(node), what);
  /** SIGTERM. */
  stop = (node: string, what = "all"): Promise<void> => stopServices(this.state, this.host(node), what);
  /** As an operator stops a NATS server before an upgrade. */
  lameDuck = (node: string): Promise<void> => lameDuck(this.state, this.host(node));
  /** Starts what is not running; returns when it serves. */
  start = (node: string, what = "all"): Promise<void> => startServices(this.state, this.host(node), what);
  pause = (node: string, what = "all"): void => pauseServices(this.state, this.host(node), what);
  resume = (node: string, what = "all"): void => resumeServices(this.state, this.host(node), what);
  /** Drops the node's cluster traffic, or only what NATS servers say to each other; DHCP goes on. */
  cut = (node: string, what: Cut = "all"): Promise<void> => cut(this.state, this.host(node), what);
  heal = (node: string): Promise<void> => heal(this.state, this.host(node));

  /** Sets the clock of a node's dhcpd so many seconds ahead; noticed within two seconds. */
  shiftClock = (node: string, seconds: number): void => shiftClock(this.state, this.host(node), seconds);
  fillDisk = (node: string): Promise<void> => fillDisk(this.state, this.host(node));
  freeDisk = (node: string): Promise<void> => freeDisk(this.state, this.host(node));
  /** Of all nodes at once; what was not fsynced is lost. `start` brings the programs back. */
  cutPower = (): Promise<void> => cutPower(this.state, this.nodes);
  /** The node whose NATS server leads a stream; undefined while there is none. */
  leaderOf = (stream: string): Promise<string | undefined> => leaderOf(this, stream);

  /** Both answer with the pcap's path. */
  startCapture = (filter?: string, bridge?: string): Promise<string> =>
    startCapture(this.state, filter, bridge);
  stopCapture = (bridge?: string): Promise<string> => stopCapture(this.state, bridge);

  /** What the programs on a host have written, by program. */
  logs(host: string): Readonly<Record<string, string>> {
    const folder = `${this.state.directory}/logs`;
    const files = readdirSync(folder).filter((file) => file.startsWith(`${this.host(host).name}.`));
    return Object.fromEntries(
      files.map((file) => [file.split(".")[1]!, readFileSync(`${folder}/${file}`, "utf8")]),
    );
  }

  /** By host and program: the process that runs there, if one does. Another start is another process. */
  processes(): Readonly<Record<string, Readonly<Record<string, Process | undefined>>>> {
    const of = (host: LabHost) =>
      servicesOf(this.state, host).map(({ name }) => {
        const known = loadPid(this.state, host.name, name);
        return [name, known && isAlive(known) ? known : undefined] as const;
      });
    const hosts = this.state.hosts.filter((host) => servicesOf(this.state, host).length > 0);
    return Object.fromEntries(hosts.map((host) => [host.name, Object.fromEntries(of(host))]));
  }

  /** By host and program: whether it runs. */
  running(): Readonly<Record<string, Readonly<Record<string, boolean>>>> {
    const isRunning = (programs: Readonly<Record<string, Process | undefined>>) =>
      Object.fromEntries(Object.entries(programs).map(([name, process]) => [name, process !== undefined]));
    return Object.fromEntries(
      Object.entries(this.processes()).map(([host, programs]) => [host, isRunning(programs)]),
    );
  }

  /** What one needs to use the lab from outside: a contract that other programs read. */
  layout() {
    const { name, directory, token, doors, passwords, hosts } = this.state;
    const described = hosts.map(({ name: host, ...rest }) => [
      host,
      { ...rest, ...(doors[host] && { door: doors[host] }) },
    ]);
    const nats = { servers: natsServers(this.state, "n1"), user: "admin", password: passwords.admin };
    return { name, directory, token, hosts: Object.fromEntries(described), smd: doors.smd, nats };
  }
}
