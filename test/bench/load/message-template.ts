// Messages of many clients from one that was encoded once: copied, and changed in the places where they differ.
import { type EncodedOption, encode, ipv4, MessageType } from "@leasehold/protocol";

export const OFFER = MessageType.OFFER;
export const ACK = MessageType.ACK;
export const NAK = MessageType.NAK;

export interface Change {
  readonly xid: number;
  /** The last four octets of the hardware address. */
  readonly client: number;
  readonly secs?: number;
  readonly ciaddr?: number;
  /** Options 50 and 54 of a REQUEST that takes an offer. */
  readonly wanted?: number;
  readonly server?: number;
}

export interface TemplateSettings {
  readonly type: number;
  readonly options?: readonly EncodedOption[];
  /** Whether it takes an offer: with options 50 and 54. */
  readonly isSelecting?: boolean;
  readonly giaddr?: number;
  readonly broadcast?: boolean;
}

const NONE = ipv4(0);
const XID_AT = 4;
const SECS_AT = 8;
const CIADDR_AT = 12;
const YIADDR_AT = 16;
const CHADDR_AT = 28;
const OPTIONS_AT = 240;
const BROADCAST_FLAG = 0x8000;
const EMPTY = Uint8Array.of(0, 0, 0, 0);

export class MessageTemplate {
  private readonly bytes: Buffer;
  private readonly wantedAt: number;
  private readonly serverAt: number;

  constructor(settings: TemplateSettings) {
    this.bytes = encoded(settings);
    this.wantedAt = optionAt(this.bytes, 50);
    this.serverAt = optionAt(this.bytes, 54);
  }

  /** A buffer of its own: the kernel may not have taken it when the next one is made. */
  of(change: Change): Buffer {
    const bytes = Buffer.from(this.bytes);
    bytes.writeUInt32BE(change.xid, XID_AT);
    bytes.writeUInt32BE(change.client, CHADDR_AT + 2);
    if (change.secs) bytes.writeUInt16BE(change.secs, SECS_AT);
    if (change.ciaddr) bytes.writeUInt32BE(change.ciaddr, CIADDR_AT);
    if (change.wanted !== undefined) bytes.writeUInt32BE(change.wanted, this.wantedAt);
    if (change.server !== undefined) bytes.writeUInt32BE(change.server, this.serverAt);
    return bytes;
  }
}

function encoded({ type, options = [], isSelecting, giaddr = 0, broadcast }: TemplateSettings): Buffer {
  const taking: EncodedOption[] = isSelecting
    ? [
        [50, EMPTY],
        [54, EMPTY],
      ]
    : [];
  const into = Buffer.alloc(1400);
  const chaddr = Uint8Array.of(2, 0xb0, 0, 0, 0, 0);
  const length = encode(
    {
      op: 1,
      htype: 1,
      hlen: 6,
      hops: giaddr === 0 ? 0 : 1,
      xid: 0,
      secs: 0,
      flags: broadcast ? BROADCAST_FLAG : 0,
      ciaddr: NONE,
      yiaddr: NONE,
      siaddr: NONE,
      giaddr: ipv4(giaddr),
      chaddr,
      options: [[53, Uint8Array.of(type)], ...taking, ...options],
    },
    into,
    { maximumSize: into.length },
  );
  return into.subarray(0, length);
}

/** Where an option's value begins; 0 when it is not there. */
function optionAt(bytes: Buffer, wanted: number): number {
  for (let at = OPTIONS_AT; at + 1 < bytes.length; ) {
    const code = bytes[at]!;
    if (code === 255) return 0;
    if (code === wanted) return at + 2;
    at += code === 0 ? 1 : 2 + bytes[at + 1]!;
  }
  return 0;
}

export const xidOf = (reply: Buffer) => reply.readUInt32BE(XID_AT);
export const yiaddrOf = (reply: Buffer) => reply.readUInt32BE(YIADDR_AT);

/** Option 53; 0 when it is not there. */
export function typeOf(reply: Buffer): number {
  const at = optionAt(reply, 53);
  return at === 0 ? 0 : reply[at]!;
}

/** Option 54; 0 when it is not there. */
export function serverOf(reply: Buffer): number {
  const at = optionAt(reply, 54);
  return at === 0 ? 0 : reply.readUInt32BE(at);
}
