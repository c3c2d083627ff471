// From a decision to what its reply says, and to its octets. `leasehold explain` composes its reply by the same steps.
import type { Decision } from "@leasehold/leases";
import { encode, type Ipv4, ipv4, type Packet, payloadLimit } from "@leasehold/protocol";
import { isSelectionUsed } from "../relay/relay-information.ts";
import { isInVpn, vpnOf } from "../relay/virtual-subnet.ts";
import { type Asked, type Grant, hostnameOf } from "./asked.ts";
import { bootChoiceFor } from "./boot.ts";
import { bootpReply, encodeBootp } from "./bootp.ts";
import type { ReplyContent } from "./feature.ts";
import { replyTo } from "./reply.ts";

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
    boot: bootChoiceFor(asked, decision)?.answer,
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
