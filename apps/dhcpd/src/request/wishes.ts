// What a client asks for by its options, beside an address: to do without IPv4 (RFC 8925), an ACK at once (RFC 4039), a nonce by which
// it believes a FORCERENEW (RFC 6704).
import { MessageType, OptionCode, type Packet } from "@leasehold/protocol";

export const HMAC_MD5 = 1;

/**
 * RFC 6704 §3.1.1: option 145 lists the algorithms that the client knows; ours has to be there. "kept": it only renews, so that a
 * nonce that is recorded stays (§3.1.3).
 */
export function nonceAsked(packet: Packet): "new" | "kept" | undefined {
  const { messageType } = packet;
  if (messageType === undefined || messageType === MessageType.INFORM) return undefined;
  if (!packet.hasIn(OptionCode.forcerenewNonceCapable, HMAC_MD5)) return undefined;
  // RENEWING and REBINDING (RFC 2131 table 4). Others have lost theirs: they restarted, or never had one.
  const isExtending =
    messageType === MessageType.REQUEST &&
    packet.ciaddr !== 0 &&
    !packet.has(OptionCode.requestedIpAddress) &&
    !packet.has(OptionCode.serverIdentifier);
  return isExtending ? "kept" : "new";
}

/** Whether the client can do without IPv4: it asks for the option (RFC 8925 §3.2). */
export function asksForIpv6Only(request: Packet): boolean {
  return request.hasIn(OptionCode.parameterRequestList, OptionCode.ipv6OnlyPreferred);
}

/** Whether a DISCOVER asks to be answered with an ACK, where the subnet has `rapidCommit`. */
export function asksForRapidCommit(request: Packet): boolean {
  return request.messageType === MessageType.DISCOVER && request.get("rapidCommit") === true;
}
