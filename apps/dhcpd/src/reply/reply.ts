// The reply to a request: fixed fields by RFC 2131 table 3, options by what the decision gave and the client asked for, and then what
// each feature adds.
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  MessageType,
  type Packet,
} from "@leasehold/protocol";
import { serverIdentifierFor } from "../relay/relay-information.ts";
import type { ReplyContent, ReplyDraft } from "./feature.ts";
import { addFeatures } from "./features.ts";
import { parameterBlocks } from "./parameter-blocks.ts";

const PARAMETER_REQUEST_LIST = 55;
const BROADCAST_FLAG = 0x8000;
const TYPES = { OFFER: typeOption("OFFER"), ACK: typeOption("ACK"), NAK: typeOption("NAK") };

/** `own` is what this node, or the cluster, calls itself. */
export function replyTo(request: Packet, content: ReplyContent, own: Ipv4): ReplyDraft {
  const { settings } = content;
  const isNak = content.type === "NAK";
  const reply: ReplyDraft = {
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
  addFeatures(request, content, reply);
  return reply;
}

function optionsOf(request: Packet, content: ReplyContent, own: Ipv4): EncodedOption[] {
  const { settings, seconds, text, hostname } = content;
  const serverIdentifier = serverIdentifierFor(request, own);
  const options: EncodedOption[] = [TYPES[content.type], serverIdentifierOption(serverIdentifier)];
  if (text !== undefined) options.push([56, encodeOption("message", text)]);
  if (settings !== undefined) {
    const blocks = parameterBlocks(settings);
    if (seconds !== undefined) for (const time of blocks.leaseTimes(seconds)) options.push(time);
    blocks.addTo(options, request.raw(PARAMETER_REQUEST_LIST), hostname);
  }
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
