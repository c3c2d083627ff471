// Many clients at once, without relays: each DISCOVERs by broadcast from r1, takes the first offer, and asks again when
// nobody answers, as clients do (RFC 2131 §4.1; after a second, where those take four). They can be reached by broadcast only, so that
// one socket can hear for all.
import { decode, formatIpv4, type Mac, MessageType, macFromBytes, type Packet } from "@leasehold/protocol";
import { type Firmware, firmwareOf, secsOf } from "../firmware-secs.ts";
import type { Lab } from "./lab.ts";
import { discover, type Sender, select } from "./messages.ts";
import { must, sleep } from "./shell.ts";
import { UdpPort } from "./udp-port.ts";

export interface SwarmOptions {
  readonly clients: number;
  /** New clients a second. */
  readonly rate: number;
  /** The first octets of their hardware addresses, four in hex: each swarm has its own. */
  readonly macPrefix: string;
  /** How long a client tries before it gives up. */
  readonly patienceMs?: number;
  /** How long it waits for an answer before it asks again; a second when not given. */
  readonly retryMs?: number;
  /** The interface of r1 that they ask by; eth0 when not given. */
  readonly device?: string;
}

export interface SwarmClient {
  readonly mac: Mac;
  /** Undefined when it gave up. */
  readonly address: string | undefined;
  /** Who acknowledged: option 54. */
  readonly server: string | undefined;
  readonly millis: number;
  /** Messages that it sent; two is the least. */
  readonly sent: number;
  readonly naks: number;
}

const RETRY_MS = 1000;
const REQUESTS_MAX = 4;

/** Lets the clients start one after the other; answers when the last one has an address or has given up. */
export async function swarm(lab: Lab, options: SwarmOptions): Promise<SwarmClient[]> {
  // Without a default route the kernel knows no way to 255.255.255.255.
  await must([
    ...lab.onHost("r1").argv,
    "ip",
    "route",
    "replace",
    "255.255.255.255/32",
    "dev",
    options.device ?? "eth0",
  ]);
  const port = await UdpPort.open(lab, "r1", 68);
  const members = new Map<number, Member>();
  port.onDatagram = ({ bytes }) => {
    const decoded = decode(bytes);
    if (decoded.ok) members.get(decoded.packet.xid)?.hear(decoded.packet);
  };
  try {
    const ended: Promise<SwarmClient>[] = [];
    for (let i = 0; i < options.clients; i++) {
      const sender = senderOf(options.macPrefix, i);
      const transmit = (bytes: Uint8Array) => port.send(bytes, "255.255.255.255", 67);
      const member = new Member(sender, transmit, options.retryMs ?? RETRY_MS, firmwareOf(i));
      members.set(sender.xid, member);
      ended.push(member.live(options.patienceMs ?? 20_000));
      await sleep(1000 / options.rate);
    }
    return await Promise.all(ended);
  } finally {
    await port.close();
  }
}

function senderOf(macPrefix: string, index: number): Sender {
  const mac = macFromBytes(Buffer.from(macPrefix + index.toString(16).padStart(4, "0"), "hex"));
  return { mac, xid: Number.parseInt(macPrefix.slice(-4), 16) * 0x10000 + index, broadcast: true };
}

class Member {
  private readonly sender: Sender;
  private readonly transmit: (bytes: Uint8Array) => void;
  private readonly retryMs: number;
  private readonly firmware: Firmware;
  private started = 0;
  private offer: Packet | undefined;
  private sent = 0;
  private requests = 0;
  private naks = 0;
  private timer: NodeJS.Timeout | undefined;
  private settle: (ack: Packet | undefined) => void = () => {};

  constructor(sender: Sender, transmit: (bytes: Uint8Array) => void, retryMs: number, firmware: Firmware) {
    this.sender = sender;
    this.transmit = transmit;
    this.retryMs = retryMs;
    this.firmware = firmware;
  }

  async live(patienceMs: number): Promise<SwarmClient> {
    const started = performance.now();
    this.started = started;
    const giveUp = setTimeout(() => this.settle(undefined), patienceMs);
    const ack = await new Promise<Packet | undefined>((resolve) => {
      this.settle = resolve;
      this.say();
    });
    clearTimeout(giveUp);
    clearTimeout(this.timer);
    const identifier = ack?.get("serverIdentifier");
    return {
      mac: this.sender.mac,
      address: ack && formatIpv4(ack.yiaddr),
      server: identifier && formatIpv4(identifier),
      millis: performance.now() - started,
      sent: this.sent,
      naks: this.naks,
    };
  }

  hear(packet: Packet): void {
    switch (packet.messageType) {
      case MessageType.OFFER:
        if (this.offer === undefined) this.begin(packet);
        return;
      case MessageType.ACK:
        if (this.offer !== undefined) this.settle(packet);
        return;
      case MessageType.NAK:
        this.naks++;
        this.begin(undefined);
        return;
    }
  }

  /** Goes on with an offer, or from the start. */
  private begin(offer: Packet | undefined): void {
    this.offer = offer;
    this.requests = 0;
    this.say();
  }

  private say(): void {
    if (this.offer !== undefined && this.requests === REQUESTS_MAX) this.offer = undefined;
    const secs = secsOf(this.firmware, this.sent, performance.now() - this.started);
    const sender = { ...this.sender, secs };
    this.sent++;
    if (this.offer === undefined) {
      this.requests = 0;
      this.transmit(discover(sender));
    } else {
      this.requests++;
      this.transmit(select(sender, this.offer));
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), this.retryMs);
  }
}
