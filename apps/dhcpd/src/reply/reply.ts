// The reply to a request: fixed fields by RFC 2131 table 3, options by what the decision gave and the client asked for.
import type { Settings } from "@leasehold/network";
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  type Message,
  MessageType,
  type Packet,
} from "@leasehold/protocol";
import { addRelayEchoes, relayAgentEcho } from "../relay/relay-echo.ts";
import { serverIdentifierFor } from "../relay/relay-information.ts";
import { parameterBlocks } from "./parameter-blocks.ts";

export interface ReplyContent {
  readonly type: "OFFER" | "ACK" | "NAK";
  readonly yiaddr: Ipv4;
  /** Of the request, where its client's state says that it counts (client-state.ts). Absent: 0. */
  readonly ciaddr?: Ipv4;
  /** Undefined in a NAK, which carries no parameters. */
  readonly settings?: Settings;
  readonly hostname?: string | undefined;
  /** Options that this very exchange brings about, whatever the settings say of them. */
  readonly extra?: readonly EncodedOption[];
  /** The address is on the link that option 118 names. Absent: as far as a relay agent sent the packet. */
  readonly isSelectionUsed?: boolean;
  /** The address is of the VPN that the packet named (RFC 6607). */
  readonly isVpnUsed?: boolean;
  /** Undefined in a NAK and in the answer to INFORM, which must not carry a lease time (RFC 2131 §4.3.5). */
  readonly seconds?: number;
  /** Option 56, in a NAK. */
  readonly text?: string;
}

const PARAMETER_REQUEST_LIST = 55;
const CLIENT_IDENTIFIER = 61;
const BROADCAST_FLAG = 0x8000;
const TYPES = { OFFER: typeOption("OFFER"), ACK: typeOption("ACK"), NAK: typeOption("NAK") };

/** `own` is what this node, or the cluster, calls itself. */
export function replyTo(request: Packet, content: ReplyContent, own: Ipv4): Message {
  const { settings } = content;
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
    // RFC 2131 table 3: "'ciaddr' from DHCPREQUEST or 0".
    ciaddr: isNak || content.type === "OFFER" ? ipv4(0) : (content.ciaddr ?? ipv4(0)),
    yiaddr: content.yiaddr,
    siaddr: settings?.server.nextServer ?? ipv4(0),
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    // They go with siaddr.
    sname: settings?.server.name,
    file: settings?.server.file,
    options: optionsOf(request, content, own),
  };
}

function optionsOf(request: Packet, content: ReplyContent, own: Ipv4): EncodedOption[] {
  const { settings, seconds, text, extra, hostname } = content;
  const serverIdentifier = serverIdentifierFor(request, own);
  const options: EncodedOption[] = [TYPES[content.type], serverIdentifierOption(serverIdentifier)];
  if (text !== undefined) options.push([56, encodeOption("message", text)]);
  if (settings !== undefined) {
    const blocks = parameterBlocks(settings);
    if (seconds !== undefined) for (const time of blocks.leaseTimes(seconds)) options.push(time);
    blocks.addTo(options, request.raw(PARAMETER_REQUEST_LIST), hostname);
  }
  if (extra !== undefined) for (const option of extra) options.push(option);
  addEchoes(options, request, content);
  return options;
}

/** The newest one: nearly all replies of a node name the same server. */
let known: { readonly of: Ipv4; readonly option: EncodedOption } | undefined;

function serverIdentifierOption(address: Ipv4): EncodedOption {
  if (known?.of !== address) {
    known = { of: address, option: [54, encodeOption("serverIdentifier", address)] };
  }
  return known.option;
}

function typeOption(type: ReplyContent["type"]): EncodedOption {
  return [53, Uint8Array.of(MessageType[type])];
}

/** RFC 6842 §3: option 61 as it came. Then what the relay agent gets back, option 82 last (RFC 3046 §2.2). */
function addEchoes(
  options: EncodedOption[],
  request: Packet,
  { type, isVpnUsed = false, isSelectionUsed = request.giaddr !== 0 }: ReplyContent,
): void {
  const identifier = request.raw(CLIENT_IDENTIFIER);
  if (identifier !== undefined) options.push([CLIENT_IDENTIFIER, identifier]);
  if (type !== "NAK") {
    addRelayEchoes(options, request, isVpnUsed, isSelectionUsed);
    return;
  }
  const agent = relayAgentEcho(request, isVpnUsed);
  if (agent !== undefined) options.push(agent);
}
