// A client as RFC 2131 figure 5 has it, in few words: what it uses, what it waits for, and which replies it heeds.
import { formatIpv4, MessageType, type Packet } from "@leasehold/protocol";
import type { Reply } from "./node.ts";
import { type Client, client, packetOf } from "./wire.ts";

interface Held {
  readonly address: string;
  /** When the client itself stops using it, ms. */
  readonly until: number;
  readonly server: string;
}

type Waiting = "for offers" | "for an ACK" | "for an ACK to its renewal";

export class Machine {
  readonly id: Client;
  readonly name: string;
  /** What it uses now. */
  held: Held | undefined;
  /** What it would ask for after a restart. */
  remembered: string | undefined;
  private offer: { address: string; server: string } | undefined;
  private waiting: Waiting | undefined;
  private last: Buffer | undefined;
  private xid: number;

  constructor(n: number) {
    this.id = client(n);
    this.name = `client ${n}`;
    this.xid = n << 16;
  }

  /** It stops using what it had, and looks for servers: it would like one of two addresses that all would like. */
  discover(): Buffer {
    this.held = undefined;
    this.offer = undefined;
    const xid = ++this.xid;
    const requested = xid % 2 === 0 ? "10.0.0.10" : "10.0.0.11";
    return this.wait("for offers", packetOf("DISCOVER", this.id, { xid, requested }));
  }

  /** SELECTING. */
  request(): Buffer | undefined {
    if (this.offer === undefined) return undefined;
    const { address: requested, server } = this.offer;
    return this.wait("for an ACK", packetOf("REQUEST", this.id, { requested, server, xid: this.xid }));
  }

  /** INIT-REBOOT: it was switched off and on. */
  reboot(): Buffer | undefined {
    this.held = undefined;
    if (this.remembered === undefined) return undefined;
    return this.wait(
      "for an ACK",
      packetOf("REQUEST", this.id, { requested: this.remembered, xid: ++this.xid }),
    );
  }

  /** RENEWING and REBINDING: it goes on using the address. */
  renew(): Buffer | undefined {
    if (this.held === undefined) return undefined;
    const fields = { ciaddr: this.held.address, xid: ++this.xid };
    return this.wait("for an ACK to its renewal", packetOf("REQUEST", this.id, fields));
  }

  /** The same packet again. */
  again(): Buffer | undefined {
    return this.waiting === undefined ? undefined : this.last;
  }

  release(): Buffer | undefined {
    const held = this.letGo();
    return (
      held && packetOf("RELEASE", this.id, { ciaddr: held.address, server: held.server, xid: ++this.xid })
    );
  }

  decline(): Buffer | undefined {
    const held = this.letGo();
    this.remembered = undefined;
    return (
      held && packetOf("DECLINE", this.id, { requested: held.address, server: held.server, xid: ++this.xid })
    );
  }

  /** Its lease ends when it was told so, whatever the servers keep. */
  notice(now: number): void {
    if (this.held !== undefined && this.held.until <= now) this.letGo();
  }

  /** Takes a reply that is meant for it; says whether it has been granted an address by it. */
  hear({ packet }: Reply, now: number): boolean {
    if (packet.xid !== this.xid || this.waiting === undefined) return false;
    const type = packet.messageType;
    if (type === MessageType.OFFER && this.waiting === "for offers") this.offer ??= offerOf(packet);
    if (this.waiting === "for offers") return false;
    if (type === MessageType.NAK) {
      this.letGo();
      this.remembered = undefined;
      return false;
    }
    if (type !== MessageType.ACK) return false;
    this.waiting = undefined;
    const { address, server } = offerOf(packet);
    this.held = { address, server, until: now + packet.get("ipAddressLeaseTime")! * 1000 };
    this.remembered = address;
    return true;
  }

  private letGo(): Held | undefined {
    const { held } = this;
    this.held = undefined;
    this.waiting = undefined;
    this.offer = undefined;
    return held;
  }

  private wait(waiting: Waiting, packet: Buffer): Buffer {
    this.waiting = waiting;
    this.last = packet;
    return packet;
  }
}

function offerOf(packet: Packet): { address: string; server: string } {
  return { address: formatIpv4(packet.yiaddr), server: formatIpv4(packet.get("serverIdentifier")!) };
}
