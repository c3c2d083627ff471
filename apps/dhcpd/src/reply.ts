// The reply to a request: fixed fields by RFC 2131 table 3, options by what the decision gave and the client asked for.
import type { Host } from "@leasehold/inventory";
import type { Subnet } from "@leasehold/network";
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  type Message,
  MessageType,
  type Packet,
} from "@leasehold/protocol";
import { relayAgentEcho, relayEchoes } from "./relay-echo.ts";
import { serverIdentifierFor } from "./relay-information.ts";

export interface ReplyContent {
  readonly type: "OFFER" | "ACK" | "NAK";
  readonly yiaddr: Ipv4;
  readonly serverIdentifier: Ipv4;
  /** Undefined in a NAK, which carries no parameters. */
  readonly subnet?: Subnet;
  readonly host?: Host | undefined;
  /** Undefined in a NAK and in the answer to INFORM, which must not carry a lease time (RFC 2131 §4.3.5). */
  readonly seconds?: number;
  /** Option 56, in a NAK. */
  readonly text?: string;
}

const PARAMETER_REQUEST_LIST = 55;
const CLIENT_IDENTIFIER = 61;
const HOST_NAME = 12;
const BROADCAST_FLAG = 0x8000;

export function replyTo(request: Packet, content: ReplyContent): Message {
  const isNak = content.type === "NAK";
  return {
    op: 2,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    // RFC 2131 §4.3.2: a NAK through a relay has the broadcast bit set, so that the relay broadcasts it.
    flags: isNak && request.giaddr !== 0 ? request.flags | BROADCAST_FLAG : request.flags,
    ciaddr: isNak || content.type === "OFFER" ? ipv4(0) : request.ciaddr,
    yiaddr: content.yiaddr,
    siaddr: ipv4(0),
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    options: [
      ...headOptions(request, content),
      ...parameterOptions(request, content),
      ...echoes(request, isNak),
    ],
  };
}

function headOptions(request: Packet, content: ReplyContent): EncodedOption[] {
  const serverIdentifier = serverIdentifierFor(request, content.serverIdentifier);
  const options: EncodedOption[] = [
    [53, Uint8Array.of(MessageType[content.type])],
    [54, encodeOption("serverIdentifier", serverIdentifier)],
  ];
  if (content.seconds !== undefined) options.push(...leaseTimeOptions(content.seconds));
  if (content.text !== undefined) options.push([56, encodeOption("message", content.text)]);
  return options;
}

// RFC 2131 §4.4.5: T1 defaults to half of the lease, T2 to seven eighths.
function leaseTimeOptions(seconds: number): EncodedOption[] {
  const isInfinite = seconds === 0xffffffff;
  return [
    [51, uint32(seconds)],
    [58, uint32(isInfinite ? seconds : Math.floor(seconds / 2))],
    [59, uint32(isInfinite ? seconds : Math.floor((seconds * 7) / 8))],
  ];
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** What the client asked for and we have, in its order (RFC 2132 §9.8); everything we have when it named nothing. */
function parameterOptions(request: Packet, content: ReplyContent): EncodedOption[] {
  const { subnet, host } = content;
  if (subnet === undefined) return [];
  const wanted = request.raw(PARAMETER_REQUEST_LIST);
  const codes = new Set(wanted ?? [...subnet.options.keys(), HOST_NAME]);
  const options: EncodedOption[] = [];
  for (const code of codes) {
    const value =
      code === HOST_NAME && host?.hostname
        ? encodeOption("hostName", host.hostname)
        : subnet.options.get(code);
    if (value !== undefined) options.push([code, value]);
  }
  return maskFirst(options);
}

/** RFC 2132 §3.3: "If both the subnet mask and the router option are specified … the subnet mask option MUST be first." */
function maskFirst(options: EncodedOption[]): EncodedOption[] {
  const mask = options.findIndex(([code]) => code === 1);
  const router = options.findIndex(([code]) => code === 3);
  if (mask > router && router >= 0) options.splice(router, 0, ...options.splice(mask, 1));
  return options;
}

/** RFC 6842 §3: option 61 as it came. Then what the relay agent gets back, option 82 last (RFC 3046 §2.2). */
function echoes(request: Packet, isNak: boolean): EncodedOption[] {
  const identifier = request.raw(CLIENT_IDENTIFIER);
  const own: EncodedOption[] = identifier === undefined ? [] : [[CLIENT_IDENTIFIER, identifier]];
  if (!isNak) return [...own, ...relayEchoes(request, false)];
  const agent = relayAgentEcho(request, false);
  return agent === undefined ? own : [...own, agent];
}
