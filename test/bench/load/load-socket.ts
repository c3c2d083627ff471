// A UDP socket of the load generator: a receive buffer that holds a storm's replies, many of them read with one call, and sends that
// wait for nothing. The generator shares the processors with what it measures.
import { createSocket, type Socket } from "node:dgram";
import { DatagramBatch, Libc } from "@leasehold/link";
import type { Ipv4 } from "@leasehold/protocol";

const RECEIVE_BUFFER = 32 << 20;
const SERVER_PORT = 67;
/** So many replies are read before the generator sends again what is due. */
const READ_AT_ONCE = 512;

export type Hear = (reply: Buffer) => void;

export class LoadSocket {
  private readonly socket: Socket;
  private readonly libc: Libc;
  private readonly fd: number;
  sent = 0;

  private constructor(socket: Socket, libc: Libc, fd: number) {
    this.socket = socket;
    this.libc = libc;
    this.fd = fd;
  }

  /** On eth0 of the host that it runs on: port 68 as clients, 67 as a relay. */
  static async open(port: number, hear: Hear): Promise<LoadSocket> {
    const libc = new Libc();
    const fd = libc.udpOnDevice("eth0", "0.0.0.0", port, RECEIVE_BUFFER);
    const socket = createSocket("udp4");
    const batch = new DatagramBatch();
    socket.on("message", (reply) => {
      hear(reply);
      batch.drain(fd, READ_AT_ONCE, hear);
    });
    await new Promise<void>((resolve) => socket.bind({ fd }, resolve));
    return new LoadSocket(socket, libc, fd);
  }

  /** What the kernel has no room for at the moment is lost, as on a wire. */
  send(bytes: Buffer, to: Ipv4): void {
    this.sent++;
    this.libc.sendDatagram(this.fd, bytes, to, SERVER_PORT);
  }

  close(): void {
    this.socket.close();
  }
}
