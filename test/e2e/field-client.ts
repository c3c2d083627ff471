// A client of the lab whose messages a test makes field by field, and what the bridge and the nodes say became of them.
import {
  type EncodedOption,
  encode,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  type MessageTypeName,
  macBytes,
  parseIpv4,
} from "@leasehold/protocol";
import { expect } from "vitest";
import type { Lab } from "../lab/lab.ts";
import { until } from "../lab/shell.ts";
import type { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";

export const ALL = "255.255.255.255";
let xid = 0xf1e10000;

/** Where it is: the capture on the lab's bridge, and the port that it sends by unless it is told another one. */
export interface Place {
  readonly lab: Lab;
  readonly capture: string;
  readonly port: UdpPort;
}

export interface Fields {
  readonly ciaddr?: string;
  readonly giaddr?: string;
  /** Options 50 and 54. */
  readonly requested?: string;
  readonly server?: string;
  readonly broadcast?: boolean;
  readonly more?: readonly EncodedOption[];
  /** So many octets of it are sent. */
  readonly size?: number;
}

/** A client as nobody was before, unless its hardware address is given. Its messages are made octet by octet, as real ones were. */
export class FieldClient {
  readonly mac: Mac;
  private readonly place: Place;
  xid = ++xid;

  constructor(place: Place, mac = `02:1e:a5:f1:${hexOf(xid >> 8)}:${hexOf(xid)}`) {
    this.place = place;
    this.mac = mac as Mac;
  }

  message(type: MessageTypeName | undefined, fields: Fields = {}): Uint8Array {
    const { ciaddr = "0.0.0.0", giaddr = "0.0.0.0", requested, server, broadcast, more = [] } = fields;
    this.xid = ++xid;
    const bytes = new Uint8Array(548);
    const message = {
      ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: this.xid, secs: 0, flags: broadcast ? 0x8000 : 0 },
      ...{ ciaddr: address(ciaddr), yiaddr: ipv4(0), siaddr: ipv4(0), giaddr: address(giaddr) },
      chaddr: macBytes(this.mac),
      options: [
        ...(type === undefined ? [] : [[53, Uint8Array.of(MessageType[type])] as const]),
        ...(requested === undefined ? [] : [[50, octets(requested)] as const]),
        ...(server === undefined ? [] : [[54, octets(server)] as const]),
        ...more,
      ],
    };
    return bytes.subarray(0, Math.min(encode(message, bytes), fields.size ?? bytes.length));
  }

  /** Sends, and answers with the first reply that the bridge saw. */
  async ask(type: MessageTypeName | undefined, fields: Fields = {}, port = this.place.port, to = ALL) {
    const bytes = this.message(type, fields);
    return until(`${type} of ${this.mac} is answered`, 15, async () => {
      port.send(bytes, to, 67);
      return until("there is a reply", 2, async () => this.replies()[0], 50).catch(() => undefined);
    });
  }

  replies(): WireMessage[] {
    return readWire(this.place.capture).filter(({ packet }) => packet.op === 2 && packet.xid === this.xid);
  }

  /** What became of its last packet, by the nodes' own word. */
  async outcome(fits: RegExp): Promise<string> {
    let told: string[] = [];
    const found = until(`${this.mac} is told ${fits}`, 15, async () => {
      // Inside the lab, where one node's API is told where the others' are.
      const { stdout } = await this.place.lab.exec("n1", ["leasehold", "why", this.mac, "--json"]);
      const nodes = JSON.parse(stdout) as NodeOutcomes[];
      told = nodes
        .flatMap(({ outcomes = [] }) => outcomes.filter((one) => one.xid === hexOf(this.xid, 8)))
        .map(({ outcome, reason }) => (reason ? `${outcome}: ${reason}` : outcome));
      return told.find((one) => fits.test(one));
    });
    return found.catch((cause: Error) => {
      throw new Error(`${cause.message}; it was told ${told.join(", ") || "nothing"}`, { cause });
    });
  }

  /** DISCOVER to ACK: its address, and who gave it. */
  async lease(more: Fields = {}, port = this.place.port, to = ALL): Promise<{ ip: string; server: string }> {
    const offer = await this.ask("DISCOVER", more, port, to);
    const taken = { requested: yiaddr(offer), server: serverOf(offer) };
    const ack = await this.ask("REQUEST", { ...more, ...taken }, port, to);
    expect(ack.type).toBe(MessageType.ACK);
    return { ip: yiaddr(ack), server: serverOf(ack) };
  }
}

interface NodeOutcomes {
  readonly outcomes?: readonly { outcome: string; reason: string | null; xid: string }[];
}

const address = (text: string): Ipv4 => parseIpv4(text)!;
const hexOf = (n: number, digits = 2) => (n >>> 0).toString(16).padStart(digits, "0").slice(-digits);
export const octets = (text: string) => Uint8Array.from(text.split("."), Number);
export const yiaddr = ({ packet }: WireMessage) => formatIpv4(packet.yiaddr);
export const serverOf = ({ packet }: WireMessage) => formatIpv4(packet.get("serverIdentifier")!);
export const typeOf = ({ packet }: WireMessage) => packet.messageType;
