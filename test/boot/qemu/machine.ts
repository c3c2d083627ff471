// A machine in QEMU, switched on beside the hosts of a lab: emulated, so that no virtualisation is needed; its network card is a port of
// the lab's bridge, and its serial console a file.
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { entering } from "../../lab/host.ts";
import type { Lab } from "../../lab/lab.ts";
import { isAlive, killGroup, type Process, startDaemon } from "../../lab/processes.ts";
import { must, shell, until } from "../../lab/shell.ts";
import { has } from "../../run/debian-packages.ts";
import type { MachineKind } from "./machine-kinds.ts";

export interface MachineOptions {
  /** Of the port, so at most ten characters. */
  readonly name: string;
  readonly mac: string;
  readonly kind: MachineKind;
}

const MEGABYTES = 1024;
// What terminals are told: colours, positions, and the bells and nulls between.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /\u001b\[[\d;?=]*[A-Za-z]|\u001b[()][A-Za-z0-9]|[\u0000-\u0008\u000b-\u001f]/g;

/** Why none can be switched on here, in a sentence; undefined when it can. */
export function whyNoMachine({ program }: MachineKind): string | undefined {
  if (!has(program)) return `there is no ${program}`;
  try {
    closeSync(openSync("/dev/net/tun", "r+"));
    return undefined;
  } catch {
    return "/dev/net/tun cannot be opened, which a machine in QEMU needs for its network card";
  }
}

export class Machine {
  readonly options: MachineOptions;
  readonly #lab: Lab;
  readonly #console: string;
  readonly #log: string;
  #running: Process | undefined;
  #startedAt = 0;

  constructor(lab: Lab, options: MachineOptions) {
    this.options = options;
    this.#lab = lab;
    this.#console = `${lab.state.directory}/logs/${options.name}.console.log`;
    this.#log = `${lab.state.directory}/logs/${options.name}.qemu.log`;
  }

  async switchOn(): Promise<void> {
    const { name, mac, kind } = this.options;
    rmSync(this.#console, { force: true });
    const sw = this.#lab.host("sw").namespace;
    await shell(["ip", "-n", sw, "link", "del", name]);
    await must(["ip", "-n", sw, "tuntap", "add", "dev", name, "mode", "tap"]);
    await must(["ip", "-n", sw, "link", "set", name, "master", "br0", "up"]);
    const argv = [
      ...[kind.program, "-accel", "tcg", "-m", `${MEGABYTES}`, "-nodefaults", "-no-user-config"],
      ...[
        "-display",
        "none",
        "-serial",
        `file:${this.#console}`,
        "-uuid",
        "4c4c4544-0042-3010-8043-b7c04f4e3732",
      ],
      ...["-netdev", `tap,id=lan,ifname=${name},script=no,downscript=no`],
      ...kind.words({ mac, folder: this.#lab.state.directory, name }),
    ];
    this.#startedAt = performance.now();
    this.#running = startDaemon([...entering(this.#lab.state.holders.sw!), ...argv], this.#log);
  }

  /** All that its console has shown, without what is for terminals only. */
  console(): string {
    if (!existsSync(this.#console)) return "";
    return readFileSync(this.#console, "latin1").replaceAll(CONTROLS, "");
  }

  /** Waits until the console shows it; answers with seconds since it was switched on, and the groups. */
  async shows(
    what: RegExp,
    seconds: number,
  ): Promise<{ seconds: number; groups: Readonly<Record<string, string>> }> {
    let hasEnded = false;
    const found = await until(
      `${this.options.name} (${this.options.kind.name}) shows ${what}; its console is ${this.#console}`,
      seconds,
      async () => {
        hasEnded = !this.isOn();
        // Consoles break lines at 80 columns.
        const text = this.console();
        return what.exec(text) ?? what.exec(text.replaceAll("\n", "")) ?? hasEnded;
      },
      100,
    );
    if (found === true) throw new Error(`QEMU has ended: ${readFileSync(this.#log, "utf8").trim()}`);
    return { seconds: (performance.now() - this.#startedAt) / 1000, groups: found.groups ?? {} };
  }

  isOn(): boolean {
    return this.#running !== undefined && isAlive(this.#running);
  }

  /** Pulls the plug. */
  async switchOff(): Promise<void> {
    if (this.#running) await killGroup(this.#running);
    this.#running = undefined;
    await shell(["ip", "-n", this.#lab.host("sw").namespace, "link", "del", this.options.name]);
  }
}
