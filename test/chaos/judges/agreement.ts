// I13: one packet that several nodes hear gives one lease: to one transaction of a client there are no ACKs of two addresses,
// and not ACK and NAK both.
import { formatIpv4, type Ipv4, type Mac, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";
import { isGrant } from "./bindings.ts";
import type { Judge, Violation } from "./judge.ts";

interface Answers {
  readonly xid: number;
  address?: Ipv4;
  isRefused: boolean;
}

export class Agreement implements Judge {
  readonly name = "replies to one request agree";
  /** Of each client's newest transaction that was answered. */
  private readonly answers = new Map<Mac, Answers>();
  private readonly found: Violation[] = [];

  see(message: WireMessage): void {
    const { packet, type } = message;
    if (packet.op === 1) this.hearClient(message);
    else if (isGrant(message)) this.judge(message, packet.yiaddr);
    else if (type === MessageType.NAK) this.judge(message, undefined);
  }

  // Another xid, or a DISCOVER, is another question.
  private hearClient({ client, packet, type }: WireMessage): void {
    if (type === MessageType.DISCOVER || this.answers.get(client)?.xid !== packet.xid)
      this.answers.set(client, { xid: packet.xid, isRefused: false });
  }

  private judge(message: WireMessage, address: Ipv4 | undefined): void {
    const known = this.answers.get(message.client);
    if (known?.xid !== message.packet.xid) return;
    const other = known.address;
    if (address === undefined) known.isRefused = true;
    else known.address = address;
    const isOther = other !== undefined && address !== undefined && other !== address;
    if (isOther) this.say(message, `${formatIpv4(other)} and ${formatIpv4(address)}`);
    else if (known.isRefused && known.address !== undefined)
      this.say(message, `ACK of ${formatIpv4(known.address)} and NAK`);
  }

  private say({ client, at, packet }: WireMessage, what: string): void {
    this.found.push({
      invariant: "I13",
      at,
      what: `${client} was told ${what} under xid ${packet.xid.toString(16)}`,
    });
  }

  verdict(): readonly Violation[] {
    return this.found;
  }
}
