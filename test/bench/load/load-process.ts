// The load generator as a process on a relay host of a lab, used from here.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Lab } from "../../lab/lab.ts";
import { typescript } from "../../lab/service.ts";
import { must } from "../../lab/shell.ts";
import type { LoadCommand, LoadLine } from "./program.ts";

export interface LoadAnswer<T> {
  readonly result: T;
  /** Of the generator itself. */
  readonly cpuSeconds: number;
}

export class LoadProcess {
  private readonly running: ChildProcessWithoutNullStreams;
  private hear: (line: LoadLine) => void = () => {};
  private said = "";

  private constructor(running: ChildProcessWithoutNullStreams) {
    this.running = running;
    running.stderr.on("data", (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    createInterface({ input: running.stdout }).on("line", (line) => this.hear(JSON.parse(line) as LoadLine));
  }

  static async start(lab: Lab): Promise<LoadProcess> {
    const on = lab.onHost("r1");
    // Without a default route the kernel knows no way to 255.255.255.255.
    await must([...on.argv, "ip", "route", "replace", "255.255.255.255/32", "dev", "eth0"]);
    const nodes = lab.nodes.map(({ address }) => address!);
    const words = [...typescript("test/bench/load/program.ts"), lab.host("r1").address!, ...nodes];
    const [program, ...args] = [...on.argv, ...words];
    return new LoadProcess(spawn(program!, args, { env: { ...process.env, ...on.env } }));
  }

  /** Gives a command and waits for its end. */
  async ask<T>(command: LoadCommand, onStages: (stages: number) => void = () => {}): Promise<LoadAnswer<T>> {
    const answer = new Promise<LoadAnswer<T>>((resolve, reject) => {
      this.running.once("exit", () => reject(new Error(`The load generator has ended: ${this.said.trim()}`)));
      this.hear = (line) => {
        if (line.kind === "stages") onStages(line.stages);
        else resolve({ result: line.result as T, cpuSeconds: line.cpuSeconds });
      };
    });
    this.running.stdin.write(`${JSON.stringify(command)}\n`);
    return answer;
  }

  async close(): Promise<void> {
    const ended = once(this.running, "exit");
    this.running.stdin.end();
    await ended;
  }
}
