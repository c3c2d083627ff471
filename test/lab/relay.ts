// A relay agent on r1 that asks one node at a time, and so sees what each of them says.
import { decode, type Ipv4, type Mac, MessageType, type Packet, parseIpv4 } from "@leasehold/protocol";
import type { Lab } from "./lab.ts";
import { discover, release, renew, select } from "./messages.ts";
import { until } from "./shell.ts";
import { type Datagram, UdpPort } from "./udp-port.ts";

export interface Reply {
  readonly packet: Packet;
  /** When it was read, ms since the epoch. */
  readonly at: number;
}

const PORT = 67;

export class Relay {
  private readonly lab: Lab;
  private readonly port: UdpPort;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private nextXid = 0x1ea50000;

  private constructor(lab: Lab, port: UdpPort) {
    this.lab = lab;
    this.port = port;
    port.onDatagram = (datagram) => this.receive(datagram);
  }

  static async open(lab: Lab): Promise<Relay> {
    return new Relay(lab, await UdpPort.open(lab, "r1", PORT));
  }

  /** Sends octets to a node as they are. */
  send(node: string, bytes: Uint8Array): void {
    this.port.send(bytes, this.lab.host(node).address!, PORT);
  }

  /** The node's OFFER to a client; undefined when it says nothing within the time. */
  discover(node: string, mac: Mac, ms = 1000, wanted?: Ipv4): Promise<Reply | undefined> {
    const sender = this.sender(mac);
    return this.ask(node, sender.xid, discover(sender, wanted), ms);
  }

  /** The node's answer to a client that takes an offer. */
  select(node: string, mac: Mac, offer: Packet, ms = 4000): Promise<Reply | undefined> {
    const sender = { ...this.sender(mac), xid: offer.xid };
    return this.ask(node, sender.xid, select(sender, offer), ms);
  }

  /** The node's answer to a client that wants to keep its address. */
  renew(node: string, mac: Mac, address: Ipv4, ms = 1000): Promise<Reply | undefined> {
    const sender = this.sender(mac);
    return this.ask(node, sender.xid, renew(sender, address), ms);
  }

  /** A client gives its address back; there is no answer to that. */
  release(node: string, mac: Mac, address: Ipv4): void {
    this.send(node, release(this.sender(mac), address, parseIpv4(this.lab.host(node).address!)!));
  }

  /** DISCOVER to ACK with one node. */
  async lease(node: string, mac: Mac, wanted?: Ipv4): Promise<Packet> {
    const offer = await until(`${node} offers ${mac} an address`, 10, () =>
      this.discover(node, mac, 1000, wanted),
    );
    const answer = await this.select(node, mac, offer.packet);
    if (answer?.packet.messageType === MessageType.ACK) return answer.packet;
    throw new Error(`${node} did not acknowledge what it had offered to ${mac}`);
  }

  /** What the node answers to octets that carry this xid; undefined when it says nothing within the time. */
  ask(node: string, xid: number, bytes: Uint8Array, ms = 1000): Promise<Reply | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(settle, ms, undefined);
      const waiting = this.waiting;
      waiting.set(xid, settle);
      this.send(node, bytes);
      function settle(reply: Reply | undefined): void {
        clearTimeout(timer);
        waiting.delete(xid);
        resolve(reply);
      }
    });
  }

  close(): Promise<void> {
    return this.port.close();
  }

  private sender(mac: Mac) {
    const giaddr = parseIpv4(this.lab.host("r1").address!)!;
    return { mac, xid: this.nextXid++, giaddr };
  }

  private receive({ bytes, at }: Datagram): void {
    const decoded = decode(bytes);
    if (decoded.ok) this.waiting.get(decoded.packet.xid)?.({ packet: decoded.packet, at });
  }
}
