// Messages as clients and relays send them, for what in the lab is not a real client.
import {
  type EncodedOption,
  encode,
  encodeOption,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  macBytes,
  type Packet,
} from "@leasehold/protocol";

export interface Sender {
  readonly mac: Mac;
  readonly xid: number;
  /** Of the relay; without one the message is the client's own. */
  readonly giaddr?: Ipv4;
  /** The B bit: it can only be reached by broadcast. */
  readonly broadcast?: boolean;
  /** Option 82 as the relay adds it. */
  readonly relayAgent?: Uint8Array;
  /** For how long it has been asking, by its own word. */
  readonly secs?: number;
  /** Ethernet, unless said otherwise. */
  readonly htype?: number;
  /** Option 61. */
  readonly identity?: Uint8Array;
  /** Other options. */
  readonly more?: readonly EncodedOption[];
}

const BOOTREQUEST = 1;
const ETHERNET = 1;
const BROADCAST_FLAG = 0x8000;
const NONE = ipv4(0);

/** `wanted` is the address that the client would like. */
export function discover(sender: Sender, wanted?: Ipv4): Uint8Array {
  const options: EncodedOption[] = [[55, Uint8Array.of(1, 3, 6, 12, 15, 51)]];
  if (wanted !== undefined) options.push([50, encodeOption("requestedIpAddress", wanted)]);
  return message(sender, MessageType.DISCOVER, NONE, options);
}

/** SELECTING: takes an offer (RFC 2131 §4.3.2). */
export function select(sender: Sender, offer: Packet): Uint8Array {
  return message(sender, MessageType.REQUEST, NONE, [
    [54, encodeOption("serverIdentifier", offer.get("serverIdentifier")!)],
    [50, encodeOption("requestedIpAddress", offer.yiaddr)],
  ]);
}

/** INIT-REBOOT: asks whether an address from an earlier life is still right. */
export function reboot(sender: Sender, wanted: Ipv4): Uint8Array {
  return message(sender, MessageType.REQUEST, NONE, [[50, encodeOption("requestedIpAddress", wanted)]]);
}

/** RENEWING and REBINDING. */
export function renew(sender: Sender, address: Ipv4): Uint8Array {
  return message(sender, MessageType.REQUEST, address, []);
}

/** Has an address by other means, and asks for the rest (RFC 2131 §3.4). */
export function inform(sender: Sender, address: Ipv4): Uint8Array {
  return message(sender, MessageType.INFORM, address, [[55, Uint8Array.of(1, 3, 6, 12, 15, 51)]]);
}

export function release(sender: Sender, address: Ipv4, server: Ipv4): Uint8Array {
  return message(sender, MessageType.RELEASE, address, [[54, encodeOption("serverIdentifier", server)]]);
}

/** Found that somebody else uses the address (RFC 2131 §4.4.1). */
export function decline(sender: Sender, address: Ipv4, server: Ipv4): Uint8Array {
  return message(sender, MessageType.DECLINE, NONE, [
    [50, encodeOption("requestedIpAddress", address)],
    [54, encodeOption("serverIdentifier", server)],
  ]);
}

function message(sender: Sender, type: number, ciaddr: Ipv4, options: readonly EncodedOption[]): Uint8Array {
  const { relayAgent, identity } = sender;
  const chaddr = macBytes(sender.mac);
  const bytes = new Uint8Array(548);
  const length = encode(
    {
      op: BOOTREQUEST,
      htype: sender.htype ?? ETHERNET,
      hlen: chaddr.length,
      hops: sender.giaddr === undefined ? 0 : 1,
      xid: sender.xid,
      secs: sender.secs ?? 0,
      flags: sender.broadcast ? BROADCAST_FLAG : 0,
      ciaddr,
      yiaddr: NONE,
      siaddr: NONE,
      giaddr: sender.giaddr ?? NONE,
      chaddr,
      options: [
        [53, Uint8Array.of(type)],
        ...options,
        ...(sender.more ?? []),
        ...(identity ? [[61, identity] as const] : []),
        ...(relayAgent ? [[82, relayAgent] as const] : []),
      ],
    },
    bytes,
  );
  return bytes.subarray(0, length);
}
