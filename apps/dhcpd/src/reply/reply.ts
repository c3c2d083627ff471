// From a decision to its reply: what it says, its octets, and where it goes. Fixed fields are by RFC 2131 table 3, options by what the
// decision gave and the client asked for, and then what each feature adds. `leasehold explain` composes its reply by the same steps.
import type { Decision } from "@leasehold/leases";
import {
  DhcpPort,
  type EncodedOption,
  encode,
  encodeOption,
  type Ipv4,
  ipv4,
  MessageType,
  OptionCode,
  type Packet,
  payloadLimit,
} from "@leasehold/protocol";
import type { Destination } from "../ports.ts";
import { isSelectionUsed, relayPortOf, serverIdentifierFor, vpnOf } from "../relay/relay-information.ts";
import { isInVpn } from "../relay/virtual-subnet.ts";
import { hostnameOf, isEthernetStation } from "../request/client.ts";
import type { Asked, Grant } from "./asked.ts";
import { bootChoiceFor } from "./boot.ts";
import { bootpReply, encodeBootp } from "./bootp.ts";
import type { ReplyContent, ReplyDraft } from "./feature.ts";
import { addFeatures } from "./features.ts";
import { parameterBlocks } from "./parameter-blocks.ts";

const MESSAGE_MAX = 1472;

export function contentOf(asked: Asked, decision: Exclude<Decision, { kind: "silent" }>): ReplyContent {
  switch (decision.kind) {
    case "grant":
      return contentWithAddress(asked, decision);
    case "offer-no-address":
      return contentWithoutAddress(asked, decision);
    case "inform":
      return contentOfInform(asked, decision);
    case "refuse":
      return { type: "NAK", yiaddr: ipv4(0), text: decision.reason.replaceAll("-", " ") };
    default:
      return decision satisfies never;
  }
}

function contentWithAddress(asked: Asked, decision: Grant): ReplyContent {
  const { packet, request } = asked;
  const { settings, seconds, address } = decision;
  const vpn = vpnOf(packet);
  return {
    type: decision.reply,
    isGrant: true,
    yiaddr: address,
    ciaddr: request.ciaddr,
    settings,
    seconds,
    hostname: hostnameOf(request, decision),
    isVpnUsed: vpn !== undefined && isInVpn(decision.subnet.vss, vpn),
    isSelectionUsed: packet.giaddr !== 0 || isSelectionUsed(packet, decision.subnet),
    // The nonce of an ACK is made when that leaves.
    nonce: decision.nonce === "to-come" ? "to-come" : undefined,
    boot: settings.boot === undefined ? undefined : bootChoiceFor(asked, decision)?.answer,
  };
}

/** What a client is told that shall do without IPv4. The time is there because an OFFER must have one (RFC 2131 table 3). */
function contentWithoutAddress(
  { request }: Asked,
  decision: Extract<Decision, { kind: "offer-no-address" }>,
): ReplyContent {
  const { settings } = decision;
  const { seconds } = settings.lease;
  return { type: "OFFER", yiaddr: ipv4(0), settings, seconds, hostname: hostnameOf(request, decision) };
}

function contentOfInform(asked: Asked, decision: Extract<Decision, { kind: "inform" }>): ReplyContent {
  const { request } = asked;
  return {
    ...{ type: "ACK", yiaddr: ipv4(0), ciaddr: request.ciaddr },
    ...{ settings: decision.settings, hostname: hostnameOf(request, decision) },
    boot: bootChoiceFor(asked, decision)?.answer,
  };
}

/** Where a reply goes, and who is told of options without room. */
export interface ReplySink {
  readonly buffer?: Buffer;
  readonly onOmitted?: (code: number) => void;
}

/** The octets of a reply. */
export function encodeReply(
  packet: Packet,
  content: ReplyContent,
  serverIdentifier: Ipv4,
  { buffer = Buffer.allocUnsafe(MESSAGE_MAX), onOmitted }: ReplySink = {},
): Buffer {
  const message = replyTo(packet, content, serverIdentifier);
  const length =
    packet.messageType === undefined
      ? encodeBootp(bootpReply(message, packet, serverIdentifier, onOmitted), packet, buffer)
      : encode(message, buffer, { maximumSize: payloadLimit(packet), onOmitted });
  return buffer.subarray(0, length);
}

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
  if (text !== undefined) options.push([OptionCode.message, encodeOption("message", text)]);
  if (settings !== undefined) {
    const blocks = parameterBlocks(settings);
    if (seconds !== undefined) for (const time of blocks.leaseTimes(seconds)) options.push(time);
    blocks.addTo(options, request.raw(OptionCode.parameterRequestList), hostname);
  }
  return options;
}

/** The newest one: nearly all replies of a node name the same server. */
let known: { readonly of: Ipv4; readonly option: EncodedOption } | undefined;

function serverIdentifierOption(address: Ipv4): EncodedOption {
  if (known?.of !== address) {
    known = { of: address, option: [OptionCode.serverIdentifier, encodeOption("serverIdentifier", address)] };
  }
  return known.option;
}

function typeOption(type: ReplyContent["type"]): EncodedOption {
  return [OptionCode.messageType, Uint8Array.of(MessageType[type])];
}

export interface Reply {
  readonly isNak: boolean;
  /** 0 in a NAK and in the answer to INFORM. */
  readonly yiaddr: Ipv4;
  /** Where the client can be reached by what it has: 0 unless its state says that ciaddr counts (client.ts). */
  readonly ciaddr: Ipv4;
}

/** `sourcePort` is where the packet came from: a relay agent that says so is answered there (RFC 8357). */
export function destinationOf(
  request: Packet,
  { isNak, yiaddr, ciaddr }: Reply,
  sourcePort = DhcpPort.server,
): Destination {
  if (request.giaddr !== 0) {
    return { kind: "unicast", address: request.giaddr, port: relayPortOf(request, sourcePort) };
  }
  if (isNak) return { kind: "broadcast" };
  if (ciaddr !== 0) return { kind: "unicast", address: ciaddr, port: DhcpPort.client };
  const canBeAddressed = yiaddr !== 0 && isEthernetStation(request);
  return request.broadcast || !canBeAddressed
    ? { kind: "broadcast" }
    : { kind: "hardware", address: ipv4(yiaddr) };
}
