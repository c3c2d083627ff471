// A reading client on a real socket, as small as can be: it acknowledges what comes, from wherever it comes.
import { createSocket, type Socket } from "node:dgram";
import { decode, encode, type Option, type Packet } from "../src/packet.ts";

export interface Received {
  readonly packet: Packet;
  readonly from: string;
  readonly port: number;
}

export class ReadingClient {
  readonly #socket: Socket;
  readonly #server: { readonly address: string; readonly port: number };
  readonly #received: Received[] = [];
  #wake: () => void = () => {};

  private constructor(socket: Socket, server: { address: string; port: number }) {
    this.#socket = socket;
    this.#server = server;
    socket.on("message", (bytes, { address, port }) => {
      const packet = decode(new Uint8Array(bytes));
      if (typeof packet === "string") throw new Error(`the server sent nonsense: ${packet}`);
      this.#received.push({ packet, from: address, port });
      this.#wake();
    });
  }

  static async open(server: { address: string; port: number }, port = 0): Promise<ReadingClient> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
    return new ReadingClient(socket, server);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** To the port that requests go to. */
  send(packet: Packet | Uint8Array): void {
    this.answer(packet, this.#server.port);
  }

  answer(packet: Packet | Uint8Array, port: number): void {
    this.#socket.send(packet instanceof Uint8Array ? packet : encode(packet), port, this.#server.address);
  }

  ask(file: string, options: Readonly<Record<string, number>> = {}, mode = "octet"): void {
    this.send({ kind: "rrq", file, mode, options: optionsOf(options) });
  }

  /** The next packet. @throws Error when none comes for 5 s. */
  async next(): Promise<Received> {
    if (this.#received.length === 0)
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("the server has sent nothing for 5 s")), 5000);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    return this.#received.shift()!;
  }

  /** A whole file in blocks of this size; the ERROR's code when there is one. */
  async read(
    file: string,
    options: Readonly<Record<string, number>> = {},
    mode?: string,
  ): Promise<Buffer | number> {
    this.ask(file, options, mode);
    return this.readOn(options.blksize ?? 512, options.windowsize ?? 1);
  }

  async readOn(blockSize: number, windowSize = 1): Promise<Buffer | number> {
    const blocks: Uint8Array[] = [];
    for (;;) {
      const { packet, port } = await this.next();
      if (packet.kind === "error") return packet.code;
      if (packet.kind === "oack") this.answer({ kind: "ack", block: 0 }, port);
      if (packet.kind !== "data") continue;
      blocks.push(packet.data);
      const isLast = packet.data.length < blockSize;
      if (isLast || blocks.length % windowSize === 0) this.answer({ kind: "ack", block: packet.block }, port);
      if (isLast) return Buffer.concat(blocks);
    }
  }

  close(): void {
    this.#socket.close();
  }
}

const optionsOf = (options: Readonly<Record<string, number>>): Option[] =>
  Object.entries(options).map(([name, value]) => ({ name, value: String(value) }));
