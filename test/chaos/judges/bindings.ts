// Who has which address, by what was said on the wire alone. A binding begins with an ACK to what the client asked last, and
// ends when the client gives it back, is told NAK, or its time has passed: the client's view, which is the one that counts.
import { formatIpv4, type Ipv4, type Mac, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";

export interface Binding {
  readonly address: Ipv4;
  readonly client: Mac;
  readonly since: number;
  readonly until: number;
}

export class Bindings {
  private readonly byAddress = new Map<Ipv4, Binding>();
  private readonly byClient = new Map<Mac, Binding>();
  private readonly lastXid = new Map<Mac, number>();

  ofAddress(address: Ipv4, at: number): Binding | undefined {
    return standing(this.byAddress.get(address), at);
  }

  ofClient(client: Mac, at: number): Binding | undefined {
    return standing(this.byClient.get(client), at);
  }

  /** True for an ACK that the client still waits for. */
  isAwaited({ packet, client }: WireMessage): boolean {
    return this.lastXid.get(client) === packet.xid;
  }

  /** Learns from a message; call it after asking what held before it. */
  see(message: WireMessage): void {
    const { packet, client, type, at } = message;
    if (packet.op === 1) this.lastXid.set(client, packet.xid);
    switch (type) {
      case MessageType.RELEASE:
        this.drop(client, packet.ciaddr);
        break;
      case MessageType.DECLINE:
        this.drop(client, packet.get("requestedIpAddress"));
        break;
      case MessageType.NAK:
        if (this.isAwaited(message)) this.drop(client, this.byClient.get(client)?.address);
        break;
      case MessageType.ACK:
        if (isGrant(message) && this.isAwaited(message)) this.bind(message, at);
        break;
    }
  }

  private bind({ packet, client }: WireMessage, at: number): void {
    const until = at + (packet.get("ipAddressLeaseTime") ?? 0) * 1000;
    const binding = { address: packet.yiaddr, client, since: at, until };
    this.byAddress.set(packet.yiaddr, binding);
    this.byClient.set(client, binding);
  }

  private drop(client: Mac, address: Ipv4 | undefined): void {
    if (address === undefined) return;
    if (this.byAddress.get(address)?.client === client) this.byAddress.delete(address);
    if (this.byClient.get(client)?.address === address) this.byClient.delete(client);
  }
}

const standing = (binding: Binding | undefined, at: number) =>
  binding !== undefined && at < binding.until ? binding : undefined;

/** An ACK that leases an address; one to an INFORM does not. */
export const isGrant = ({ type, packet }: WireMessage): boolean =>
  type === MessageType.ACK && packet.yiaddr !== 0 && packet.has(51);

export const named = ({ client, address }: Binding): string => `${formatIpv4(address)} of ${client}`;
