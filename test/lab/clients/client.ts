// A real DHCP client on a host of the lab: started in the foreground, its words in a log that we read.
import { readFileSync, rmSync } from "node:fs";
import { entering } from "../host.ts";
import type { Lab } from "../lab.ts";
import { isAlive, killGroup, type Process, startDaemon } from "../processes.ts";
import { until } from "../shell.ts";
import { loadPid, logOf, savePid } from "../state.ts";

export interface ClientLease {
  readonly address: string;
  /** Who answered: option 54. */
  readonly server: string;
  /** As the client was told; 0 when it does not say. */
  readonly seconds: number;
  /** From the client's start, or from the order to renew, to the ACK. */
  readonly millis: number;
}

/** How one client program is driven, and how its log is read. */
export interface ClientProgram {
  readonly name: "dhclient" | "udhcpc" | "dhcpcd" | "systemd-networkd";
  /** Its command line, staying in the foreground, for eth0. */
  readonly argv: readonly string[];
  /** Matches an ACK in its log, with the groups `address` and `server`, and `seconds` where it says so. */
  readonly acknowledged: RegExp;
  /** Matches what it says when it uses the address, where that comes later; also with the group `seconds`. */
  readonly settled?: RegExp;
  /** The lease's length, when the log does not say it. */
  seconds?(host: RunningClient): Promise<number>;
  /** Makes it ask its server for more time; absent where it does so only by its own clock. */
  renew?(host: RunningClient): Promise<void>;
  /** Gives the address back; the program may go on or end. */
  release(host: RunningClient): Promise<void>;
}

export class RunningClient {
  readonly lab: Lab;
  readonly host: string;
  readonly program: ClientProgram;
  private readonly log: string;

  constructor(lab: Lab, host: string, program: ClientProgram) {
    this.lab = lab;
    this.host = host;
    this.program = program;
    this.log = logOf(lab.state, host, program.name);
  }

  get process(): Process | undefined {
    return loadPid(this.lab.state, this.host, this.program.name);
  }

  /** What the client has written so far. */
  words(): string {
    try {
      return readFileSync(this.log, "utf8");
    } catch {
      return "";
    }
  }

  /** Starts the client, and answers with the lease that it got. */
  async lease(seconds = 30): Promise<ClientLease> {
    await this.end();
    return this.start(seconds);
  }

  /** Kills the program alone and starts it again: what it remembers is still there, and so is its address. */
  async restart(seconds = 30): Promise<ClientLease> {
    const running = this.process;
    if (running) await killGroup(running);
    return this.start(seconds);
  }

  private start(seconds: number): Promise<ClientLease> {
    rmSync(this.log, { force: true });
    const argv = [...entering(this.lab.state.holders[this.host]!), ...this.program.argv];
    const started = performance.now();
    savePid(this.lab.state, this.host, this.program.name, startDaemon(argv, this.log));
    return this.leaseAfter(0, started, seconds);
  }

  /** Has the client renew, or waits until it does so by itself; answers with what it was told then. */
  async renew(seconds = 30): Promise<ClientLease> {
    const from = this.words().length;
    const started = performance.now();
    await this.program.renew?.(this);
    return this.leaseAfter(from, started, seconds);
  }

  /** Waits until it is told a lease again, by its own clock. */
  nextLease(seconds: number): Promise<ClientLease> {
    return this.leaseAfter(this.words().length, performance.now(), seconds);
  }

  /** The first lease that the log tells of after a position. */
  private async leaseAfter(from: number, started: number, seconds: number): Promise<ClientLease> {
    const { acknowledged, settled = acknowledged } = this.program;
    const { address, server, seconds: told } = await this.says(acknowledged, from, seconds);
    const millis = performance.now() - started;
    const { seconds: toldLater } = await this.says(settled, from, seconds);
    const length = told ?? toldLater ?? (await this.program.seconds?.(this)) ?? 0;
    return { address: address!, server: server!, seconds: Number(length), millis };
  }

  /** Waits until the log says something after a position; answers with the groups. */
  private async says(what: RegExp, from: number, seconds: number): Promise<Readonly<Record<string, string>>> {
    const wanted = `${this.program.name} on ${this.host} says ${what} (its log: ${this.log})`;
    const found = await until(
      wanted,
      seconds,
      async () => what.exec(this.words().slice(from)) ?? undefined,
      5,
    );
    return found.groups ?? {};
  }

  async release(): Promise<void> {
    await this.program.release(this);
  }

  /** The address that eth0 has now. */
  async address(): Promise<string | undefined> {
    const { stdout } = await this.lab.exec(this.host, ["ip", "-4", "-o", "address", "show", "dev", "eth0"]);
    return /inet (\S+?)\//.exec(stdout)?.[1];
  }

  isRunning(): boolean {
    const running = this.process;
    return running !== undefined && isAlive(running);
  }

  /** SIGKILL: the machine is switched off. Its address stays bound in the cluster. */
  async end(): Promise<void> {
    const running = this.process;
    if (running) await killGroup(running);
    await this.lab.exec(this.host, ["ip", "address", "flush", "dev", "eth0"]);
  }
}
