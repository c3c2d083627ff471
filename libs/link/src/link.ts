// One served interface: two sockets and a way to reach clients without an address. One socket is bound to 255.255.255.255
// and gets what every node on the link gets; the other to the node's own address and gets what only this node gets. So a
// node knows whether its peers saw a packet, which decides who answers (docs/adr/0004).

import { createSocket, type Socket } from "node:dgram";
import { OperatorError } from "@leasehold/document/operator-error";
import { DhcpPort, formatIpv4, type Ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";
import { DatagramBatch, type TakeDatagram } from "./datagram-batch.ts";
import type { Destination } from "./destination.ts";
import { writeArpAnnouncement } from "./ethernet/arp.ts";
import { writeFrame } from "./ethernet/frame.ts";
import { Libc, linkAddress, SystemCallError } from "./libc.ts";
import { type NotSent, ReplyBatch } from "./reply-batch.ts";

const RECEIVE_BUFFER = 8 * 1024 * 1024;
const FRAME_MAX = 2048;
/** RFC 5227 §1.1, ANNOUNCE_INTERVAL. */
const ANNOUNCED_AGAIN_AFTER_MS = 2000;
const EVERYBODY = parseIpv4("255.255.255.255")!;
/** So many packets are read in a turn of the event loop: more than are handled in one, so that it is seen what waits. */
const READ_AT_ONCE = 512;

export interface Arrival {
  /** Replies to what was sent to one more address leave from that address: a client's firewall expects them so. */
  readonly link: Pick<Link, "interfaceName" | "addresses" | "send">;
  /** True when it was sent to all; false when to this node; undefined when the socket cannot tell. */
  readonly isBroadcast: boolean | undefined;
}

export type Receive = (bytes: Buffer, sourcePort: number, arrival: Arrival) => void;

/** Why a link cannot be served, and what to do, in sentences. */
export class LinkError extends OperatorError {
  declare readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, { fix, code: "link", cause: options?.cause });
    this.name = "LinkError";
  }
}

export interface Link {
  readonly interfaceName: string;
  readonly addresses: readonly Ipv4[];
  /** What it can do, in words for the log. */
  readonly sockets: string;
  /** Receives on one more address, which the machine need not carry yet: the cluster's own. */
  listenOn(address: Ipv4): Promise<void>;
  /** Drops what came in and was not read yet; how many packets that were. */
  discardQueued(): number;
  /** The payload is read before it returns. `chaddr` is where a frame to a client without an address goes; `source` one of the addresses. False when nothing could be sent. */
  send(payload: Buffer, destination: Destination, chaddr: Uint8Array, source?: Ipv4): boolean;
  close(): void;
}

/** An interface as it is now. */
export interface Interface {
  readonly name: string;
  readonly port: number;
  /** At least one; the sockets are bound to the first. */
  readonly addresses: readonly Ipv4[];
  /** Undefined where it has none that is of Ethernet: then no frames are made for it. */
  readonly mac: Mac | undefined;
}

/**
 * Opens an interface for DHCP. `face` stands for it in what arrives, when these sockets are not for ever.
 * @throws LinkError when it does not exist any more, or the port is taken or not permitted.
 */
export async function openLink(of: Interface, receive: Receive, face?: Arrival["link"]): Promise<Link> {
  let libc: Libc;
  try {
    libc = new Libc();
  } catch (cause) {
    return openPlainLink(of, receive, face, cause);
  }
  const sockets = await openSockets(libc, of.name, of.addresses[0]!, of.port);
  return new DeviceLink({ ...of, libc, receive, face }, sockets);
}

interface OpenSocket {
  readonly socket: Socket;
  readonly fd: number;
}

interface Sockets {
  readonly unicast: OpenSocket;
  readonly broadcast: OpenSocket;
}

async function openSockets(libc: Libc, name: string, address: Ipv4, port: number): Promise<Sockets> {
  const unicast = await adopt(libc, name, formatIpv4(address), port);
  try {
    return { unicast, broadcast: await adopt(libc, name, "255.255.255.255", port) };
  } catch (error) {
    unicast.socket.close();
    throw error;
  }
}

async function adopt(libc: Libc, name: string, address: string, port: number): Promise<OpenSocket> {
  try {
    const fd = libc.udpOnDevice(name, address, port, RECEIVE_BUFFER);
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ fd }, resolve);
    });
    return { socket, fd };
  } catch (cause) {
    throw bindError(name, port, cause);
  }
}

const BIND_FIXES: Record<string, [what: string, fix: string]> = {
  EADDRINUSE: [
    "is in use by another process",
    "Stop the other DHCP server (`ss -lunp` shows it), or set dhcp.port in node.yaml.",
  ],
  EACCES: [
    "may not be opened by this user",
    "Give the process CAP_NET_BIND_SERVICE and CAP_NET_RAW (AmbientCapabilities= in systemd; docs/operate.md), or run it as root.",
  ],
  EPERM: [
    "may not be bound to the device by this user",
    "Give the process CAP_NET_RAW (AmbientCapabilities= in systemd; docs/operate.md), or run it as root.",
  ],
};

function bindError(name: string, port: number, cause: unknown): LinkError {
  const code = (cause as { code?: string }).code ?? "";
  const [what, fix] = BIND_FIXES[code] ?? [
    `cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
    "See docs/operate.md, Troubleshooting.",
  ];
  return new LinkError(`UDP port ${port} on ${name} ${what}.`, fix, { cause });
}

interface Device extends Interface {
  readonly libc: Libc;
  readonly receive: Receive;
  readonly face: Arrival["link"] | undefined;
}

class DeviceLink implements Link {
  readonly interfaceName: string;
  readonly addresses: readonly Ipv4[];
  readonly sockets: string;
  private readonly device: Device;
  private readonly udp: Sockets;
  private readonly further = new Map<Ipv4, OpenSocket>();
  private readonly packetSocket: number | undefined;
  private readonly linkAddress: Uint8Array;
  private readonly frame = Buffer.alloc(FRAME_MAX);
  private readonly batches = openBatches<OpenSocket>((via, ...reply) => this.sendAlone(via, ...reply));
  private readonly flush = () => this.batches?.replies.flush();
  private readable = READ_AT_ONCE;
  private isClosed = false;

  constructor(device: Device, udp: Sockets) {
    this.interfaceName = device.name;
    this.addresses = device.addresses;
    this.device = device;
    this.udp = udp;
    this.packetSocket = openPacketSocket(device.libc);
    this.linkAddress = linkAddress(device.libc.interfaceIndex(device.name));
    const reading =
      this.batches === undefined ? "read and answered one by one" : "read and answered in batches";
    this.sockets =
      this.packetSocket === undefined
        ? `bound to the device, ${reading}; no CAP_NET_RAW for raw frames: clients without an address are answered by broadcast`
        : `bound to the device, ${reading}, raw frames to clients without an address`;
    this.announce();
    setTimeout(() => this.announce(), ANNOUNCED_AGAIN_AFTER_MS).unref();
    this.read(udp.unicast, { link: this.answeringFrom(device.addresses[0]!), isBroadcast: false });
    this.read(udp.broadcast, { link: device.face ?? this, isBroadcast: true });
  }

  /**
   * RFC 5227 §2.3: who has an older hardware address for ours, as from before the interface was made anew, sends there for minutes else:
   * relay agents, and clients that renew.
   */
  private announce(): void {
    const { libc, mac } = this.device;
    if (this.isClosed || this.packetSocket === undefined || mac === undefined) return;
    for (const address of this.addresses) {
      const length = writeArpAnnouncement(this.frame, mac, address);
      libc.sendFrame(this.packetSocket, this.frame, length, this.linkAddress);
    }
  }

  discardQueued(): number {
    const { unicast, broadcast } = this.udp;
    const open = [unicast, broadcast, ...this.further.values()];
    return open.reduce((sum, { fd }) => sum + this.device.libc.discardQueued(fd), 0);
  }

  private read({ socket, fd }: OpenSocket, arrival: Arrival): void {
    const take = (bytes: Buffer, sourcePort: number) => this.device.receive(bytes, sourcePort, arrival);
    socket.on("message", (bytes, { port }) => {
      take(bytes, port);
      this.readOn(fd, take);
    });
    socket.on("error", () => {});
  }

  /** What waits behind a packet, within what may be read in this turn of the event loop. */
  private readOn(fd: number, take: TakeDatagram): void {
    if (this.batches === undefined || this.readable <= 0 || this.isClosed) return;
    if (this.readable === READ_AT_ONCE) setImmediate(() => (this.readable = READ_AT_ONCE));
    this.readable -= 1 + this.batches.received.drain(fd, this.readable, take);
  }

  async listenOn(address: Ipv4): Promise<void> {
    if (address === this.addresses[0] || this.further.has(address)) return;
    const { libc, name, port } = this.device;
    const socket = await adopt(libc, name, formatIpv4(address), port);
    this.further.set(address, socket);
    this.read(socket, { link: this.answeringFrom(address), isBroadcast: false });
  }

  /** For what was sent to one address: the replies leave from it. Of the node's own addresses it is the first one then. */
  private answeringFrom(asked: Ipv4): Arrival["link"] {
    const whole = this.device.face ?? this;
    // Packets ask for them, and they change with the interface only.
    let before: readonly Ipv4[] = [];
    let askedFirst: readonly Ipv4[] = [];
    return {
      interfaceName: this.interfaceName,
      get addresses() {
        const { addresses } = whole;
        if (addresses === before) return askedFirst;
        before = addresses;
        const isFirst = addresses[0] === asked || !addresses.includes(asked);
        askedFirst = isFirst ? addresses : [asked, ...addresses.filter((address) => address !== asked)];
        return askedFirst;
      },
      send: (payload, destination, chaddr) => whole.send(payload, destination, chaddr, asked),
    };
  }

  send(payload: Buffer, destination: Destination, chaddr: Uint8Array, source = this.addresses[0]!): boolean {
    // The descriptor may be another file's by now.
    if (this.isClosed) return false;
    const { mac } = this.device;
    if (
      destination.kind === "hardware" &&
      this.packetSocket !== undefined &&
      mac !== undefined &&
      payload.length + 42 <= FRAME_MAX
    ) {
      const ends = {
        sourceMac: mac,
        targetMac: chaddr,
        source,
        target: destination.address,
      };
      const length = writeFrame(this.frame, ends, payload);
      return this.device.libc.sendFrame(this.packetSocket, this.frame, length, this.linkAddress);
    }
    const { address, port } = placeOf(destination);
    const via = this.further.get(source) ?? this.udp.unicast;
    if (destination.kind !== "unicast" || this.batches === undefined)
      this.sendAlone(via, payload, address, port);
    else if (this.batches.replies.put(via, payload, address, port)) process.nextTick(this.flush);
    return true;
  }

  private sendAlone({ socket, fd }: OpenSocket, payload: Buffer, address: Ipv4, port: number): void {
    // What the kernel does not take at once waits its turn in dgram.
    if (!this.device.libc.sendDatagram(fd, payload, address, port))
      sendDatagram(socket, payload, address, port);
  }

  close(): void {
    this.flush();
    this.isClosed = true;
    for (const { socket } of [this.udp.unicast, this.udp.broadcast, ...this.further.values()]) socket.close();
    if (this.packetSocket !== undefined) this.device.libc.close(this.packetSocket);
  }
}

interface Batches<Via extends { readonly fd: number }> {
  readonly received: DatagramBatch;
  readonly replies: ReplyBatch<Via>;
}

/** Undefined where this machine's structures are not known: packets then come and go one by one. */
function openBatches<Via extends { readonly fd: number }>(notSent: NotSent<Via>): Batches<Via> | undefined {
  try {
    return { received: new DatagramBatch(), replies: new ReplyBatch(notSent) };
  } catch {
    return undefined;
  }
}

function openPacketSocket(libc: Libc): number | undefined {
  try {
    return libc.packetSocket();
  } catch (error) {
    if (error instanceof SystemCallError) return undefined;
    throw error;
  }
}

/** RFC 2131 §4.1: where a client without an address cannot be reached by unicast, the server may broadcast. */
function placeOf(destination: Destination): { address: Ipv4; port: number } {
  return destination.kind === "unicast" ? destination : { address: EVERYBODY, port: DhcpPort.client };
}

function sendDatagram(socket: Socket, payload: Buffer, address: Ipv4, port: number): void {
  // The caller may use its buffer again before this one is sent.
  socket.send(Buffer.from(payload), port, formatIpv4(address));
}

/** Where koffi has no binary for this machine: one socket for all interfaces, routed by the kernel. */
async function openPlainLink(
  { name, port, addresses }: Interface,
  receive: Receive,
  face: Arrival["link"] | undefined,
  cause: unknown,
): Promise<Link> {
  const socket = createSocket({ type: "udp4" });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => reject(bindError(name, port, error)));
    socket.bind(port, resolve);
  });
  socket.setBroadcast(true);
  const link: Link = {
    interfaceName: name,
    addresses,
    sockets: `plain UDP, as koffi cannot be used here (${cause instanceof Error ? cause.message : String(cause)}); replies are broadcast`,
    listenOn: async () => {},
    // Nothing tells how long a packet waited here: what a node does not know, it does not answer for some time (PauseWatch).
    discardQueued: () => 0,
    send: (payload, destination) => {
      const { address, port: to } = placeOf(destination);
      sendDatagram(socket, payload, address, to);
      return true;
    },
    close: () => socket.close(),
  };
  socket.on("message", (bytes, { port: from }) =>
    receive(bytes, from, { link: face ?? link, isBroadcast: undefined }),
  );
  socket.on("error", () => {});
  return link;
}
