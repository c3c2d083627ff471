// The way from one transfer to its client and back: a socket of its own, whose port is the transfer's identifier (RFC 1350 §4), or the
// server's one socket, for firewalls that know port 69 only.
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type Datagram, DirectSend } from "./direct-send.ts";
import type { Asker } from "./file-source.ts";

export interface PeerSocket {
  /** What they hold is not changed afterwards. */
  send(datagrams: readonly Datagram[]): void;
  close(): void;
}

export interface PeerEvents {
  received(bytes: Uint8Array): void;
  /** The client's machine has answered that nobody listens there, or the kernel that there is no way. */
  failed(error: Error): void;
}

/** Node would ask its resolver even for an address, a turn of the event loop later. */
export const lookup = (
  host: string,
  _options: object,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => done(null, host, isIPv6(host) ? 6 : 4);

export const openSocket = (address: string): Socket =>
  createSocket({ type: isIPv6(address) ? "udp6" : "udp4", lookup });

/** Both ends are part of it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export interface OwnEnd {
  readonly address: string;
  /** Undefined: any that the machine chooses. */
  readonly ports: PortRange | undefined;
}

/** In a range that is nearly full, so many ports are tried for one transfer. */
const PORTS_TRIED_MAX = 32;

/**
 * Bound to the address that was asked (EDK2 drops what comes from another one of the same machine), and connected: the kernel then
 * keeps away what others send there, and tells when the client has gone.
 * @throws Error when the machine has no port or descriptor left.
 */
export async function openPeerSocket(own: OwnEnd, client: Asker, events: PeerEvents): Promise<PeerSocket> {
  const socket = await boundSocket(own);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(client.port, client.address, (error?: Error) =>
        error === undefined ? resolve() : reject(error),
      );
    });
  } catch (cause) {
    socket.close();
    throw cause;
  }
  socket.removeAllListeners("error");
  socket.on("error", (error) => events.failed(error));
  socket.on("message", (bytes) => events.received(bytes));
  const direct = DirectSend.of(socket);
  return {
    send: (datagrams) => {
      for (let sent = direct?.send(datagrams) ?? 0; sent < datagrams.length; sent++)
        socket.send(datagrams[sent]!);
    },
    close: () => {
      direct?.close();
      socket.removeAllListeners("message");
      socket.close();
    },
  };
}

/** Ports are tried from a random one on: the same one twice in a row would mix up a late packet of the transfer before (RFC 1350 §4). */
async function boundSocket({ address, ports }: OwnEnd): Promise<Socket> {
  if (ports === undefined) return bindTo(address, 0);
  const count = ports.last - ports.first + 1;
  const from = Math.floor(Math.random() * count);
  for (let tried = 1; ; tried++) {
    try {
      return await bindTo(address, ports.first + ((from + tried) % count));
    } catch (cause) {
      const isTaken = (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || tried >= Math.min(count, PORTS_TRIED_MAX)) throw cause;
    }
  }
}

async function bindTo(address: string, port: number): Promise<Socket> {
  const socket = openSocket(address);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address, port, exclusive: true }, resolve);
    });
    return socket;
  } catch (cause) {
    socket.close();
    throw cause;
  }
}

export function sharedSocket(socket: Socket, { address, port }: Asker): PeerSocket {
  return {
    send: (datagrams) => {
      for (const datagram of datagrams) socket.send(datagram, port, address, ignore);
    },
    close: () => {},
  };
}

/** The socket is everybody's: a fault with one client is not the others', and a datagram may get lost anyway. */
const ignore = (): void => {};
