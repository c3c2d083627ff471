// A network that loses, doubles and delays datagrams, between TFTP clients and a server: a port for requests, and for each transfer a port
// on either side, as TFTP has a port of its own for each.
import { createSocket, type Socket } from "node:dgram";
import { Random } from "../random.ts";
import type { Endpoint } from "./tftp-served.ts";

export interface Badness {
  /** Of a hundred datagrams, each way. */
  readonly lost: number;
  readonly doubled: number;
  /** Arrive some ms after what was sent behind them. */
  readonly delayed: number;
}

const DELAY_MS = 4;
/** Is not doubled: atftp 0.8.0 says "unexpected OACK" then, and gives up. */
const OACK = 6;

export class BadNetwork {
  readonly #server: Endpoint;
  readonly #badness: Badness;
  readonly #random: Random;
  readonly #sockets: Socket[] = [];
  readonly #ways = new Map<number, (bytes: Buffer) => void>();
  readonly sent = { datagrams: 0, lost: 0, doubled: 0, delayed: 0 };
  #isClosed = false;

  private constructor(server: Endpoint, badness: Badness, seed: number) {
    this.#server = server;
    this.#badness = badness;
    this.#random = new Random(seed);
  }

  /** Answers with where clients ask. */
  static async before(server: Endpoint, badness: Badness, seed: number) {
    const network = new BadNetwork(server, badness, seed);
    const asked = await network.#socket();
    asked.on("message", async (bytes, { port }) => {
      const forward = network.#ways.get(port) ?? (await network.#way(port));
      forward(bytes);
    });
    return { network, endpoint: { address: "127.0.0.1", port: asked.address().port } };
  }

  close(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.close();
  }

  /** For the client at this port: a socket towards it, and one towards the server. */
  async #way(client: number): Promise<(bytes: Buffer) => void> {
    const toClient = await this.#socket();
    const toServer = await this.#socket();
    let transfer = this.#server.port;
    const ask = (bytes: Buffer) =>
      this.#bring(bytes, () => toServer.send(bytes, this.#server.port, this.#server.address));
    this.#ways.set(client, ask);
    toServer.on("message", (bytes, { port }) => {
      transfer = port;
      this.#bring(bytes, () => toClient.send(bytes, client, "127.0.0.1"));
    });
    toClient.on("message", (bytes) =>
      this.#bring(bytes, () => toServer.send(bytes, transfer, this.#server.address)),
    );
    return ask;
  }

  async #socket(): Promise<Socket> {
    const socket = createSocket("udp4");
    this.#sockets.push(socket);
    // The other end may have gone by now, as at the end of each transfer.
    socket.on("error", () => {});
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return socket;
  }

  #bring(bytes: Uint8Array, send: () => void): void {
    this.sent.datagrams++;
    if (this.#chance("lost")) return;
    const later = this.#chance("delayed") ? 1 + this.#random.below(DELAY_MS) : 0;
    for (let copies = bytes[1] !== OACK && this.#chance("doubled") ? 2 : 1; copies > 0; copies--)
      if (later === 0) send();
      else
        setTimeout(() => {
          if (!this.#isClosed) send();
        }, later);
  }

  #chance(of: keyof Badness): boolean {
    if (this.#random.below(100) >= this.#badness[of]) return false;
    this.sent[of]++;
    return true;
  }
}
