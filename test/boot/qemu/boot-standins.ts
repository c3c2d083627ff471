// The stand-ins for the process that serves boot files, one a node of a lab, and what they have served.
import { existsSync, readFileSync, truncateSync } from "node:fs";
import { entering } from "../../lab/host.ts";
import type { Lab } from "../../lab/lab.ts";
import { isAlive, kill, type Process, startDaemon } from "../../lab/processes.ts";
import { typescript } from "../../lab/service.ts";
import { shell, until } from "../../lab/shell.ts";
import { logOf } from "../../lab/state.ts";

export interface Served {
  readonly node: string;
  readonly by: "tftp" | "http" | "head";
  readonly file: string;
  /** Of TFTP its word, of HTTP the status. */
  readonly outcome: string | number;
}

export class BootStandIns {
  readonly #lab: Lab;
  readonly #words: readonly string[];
  readonly #running = new Map<string, Process>();

  private constructor(lab: Lab, words: readonly string[]) {
    this.#lab = lab;
    this.#words = words;
  }

  /** `root`: the folder that they serve; `scripts`: a file with the scripts by hardware address. */
  static async start(lab: Lab, root: string, scripts: string): Promise<BootStandIns> {
    const all = new BootStandIns(lab, [root, scripts]);
    await all.startAgain();
    return all;
  }

  /** Those that do not run; what was served is forgotten. */
  async startAgain(): Promise<void> {
    for (const { name } of this.#lab.nodes) {
      const log = logOf(this.#lab.state, name, "boot");
      if (existsSync(log)) truncateSync(log);
      const running = this.#running.get(name);
      if (running && isAlive(running)) continue;
      const program = [...typescript("test/boot/qemu/boot-standin-program.ts"), name, ...this.#words];
      const argv = [...entering(this.#lab.state.holders[name]!), ...program];
      this.#running.set(name, startDaemon(argv, log));
    }
    for (const { name, address } of this.#lab.nodes) {
      const ask = [...this.#lab.onHost(name).argv, "curl", "-s", `http://${address}:8069/readyz`];
      await until(`the stand-in on ${name} serves`, 20, async () => (await shell(ask)).code === 0);
    }
  }

  async kill(node: string): Promise<void> {
    await kill(this.#running.get(node)!);
  }

  served(): Served[] {
    return this.#lab.nodes.flatMap(({ name }) =>
      readFileSync(logOf(this.#lab.state, name, "boot"), "utf8")
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Served),
    );
  }
}
