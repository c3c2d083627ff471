// A UDP socket of the load generator: a receive buffer that holds a storm's replies, and sends that wait for nothing.
import { createSocket, type Socket } from "node:dgram";
import { Libc } from "../../../apps/dhcpd/src/io/libc.ts";

const RECEIVE_BUFFER = 32 << 20;
const SERVER_PORT = 67;

export type Hear = (reply: Buffer) => void;

export class LoadSocket {
  private readonly socket: Socket;
  sent = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** On eth0 of the host that it runs on: port 68 as clients, 67 as a relay. */
  static async open(port: number, hear: Hear): Promise<LoadSocket> {
    const fd = new Libc().udpOnDevice("eth0", "0.0.0.0", port, RECEIVE_BUFFER);
    const socket = createSocket("udp4");
    socket.on("message", hear);
    await new Promise<void>((resolve) => socket.bind({ fd }, resolve));
    return new LoadSocket(socket);
  }

  send(bytes: Buffer, to: string): void {
    this.sent++;
    this.socket.send(bytes, SERVER_PORT, to);
  }

  close(): void {
    this.socket.close();
  }
}
