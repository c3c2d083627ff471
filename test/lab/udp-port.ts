// A UDP socket on a host of the lab, used from here: for relays, swarms and garbage.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Lab } from "./lab.ts";
import { typescript } from "./service.ts";

export interface Datagram {
  readonly from: string;
  /** When it was read, ms since the epoch. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class UdpPort {
  /** Told of every datagram that arrives. */
  onDatagram: (datagram: Datagram) => void = () => {};
  private readonly program: ChildProcessWithoutNullStreams;

  private constructor(program: ChildProcessWithoutNullStreams) {
    this.program = program;
  }

  /** @throws Error with what the program said when the port cannot be opened there. */
  static async open(lab: Lab, host: string, port: number, address = "0.0.0.0"): Promise<UdpPort> {
    const on = lab.onHost(host);
    const [program, ...args] = [
      ...on.argv,
      ...typescript("test/lab/udp-port-program.ts"),
      address,
      `${port}`,
    ];
    const running = spawn(program!, args, { env: { ...process.env, ...on.env } });
    const opened = new UdpPort(running);
    await opened.listen(`UDP port ${port} on ${host}`);
    return opened;
  }

  private listen(name: string): Promise<void> {
    let said = "";
    this.program.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    return new Promise((resolve, reject) => {
      this.program.once("exit", () => reject(new Error(`${name} cannot be opened: ${said.trim()}`)));
      createInterface({ input: this.program.stdout }).on("line", (line) => {
        if (line === "open") return resolve();
        const [from, , at, hex] = line.split(" ");
        this.onDatagram({ from: from!, at: Number(at), bytes: Buffer.from(hex!, "hex") });
      });
    });
  }

  send(bytes: Uint8Array, to: string, port: number): void {
    this.program.stdin.write(`${to} ${port} ${Buffer.from(bytes).toString("hex")}\n`);
  }

  async close(): Promise<void> {
    const ended = once(this.program, "exit");
    this.program.stdin.end();
    await ended;
  }
}
