// What a client asks of nonces (RFC 6704): by one it believes a FORCERENEW. Not of meaning but where the node gives any.
import { MessageType, type Packet } from "@leasehold/protocol";

export const NONCE_CAPABLE = 145;
export const HMAC_MD5 = 1;
const REQUESTED_IP_ADDRESS = 50;
const SERVER_IDENTIFIER = 54;

/**
 * RFC 6704 §3.1.1: option 145 lists the algorithms that the client knows; ours has to be there. "kept": it only renews, so that a
 * nonce that is recorded stays (§3.1.3).
 */
export function nonceAsked(packet: Packet): "new" | "kept" | undefined {
  const { messageType } = packet;
  if (messageType === undefined || messageType === MessageType.INFORM) return undefined;
  if (!packet.hasIn(NONCE_CAPABLE, HMAC_MD5)) return undefined;
  // RENEWING and REBINDING (RFC 2131 table 4). Others have lost theirs: they restarted, or never had one.
  const isExtending =
    messageType === MessageType.REQUEST &&
    packet.ciaddr !== 0 &&
    !packet.has(REQUESTED_IP_ADDRESS) &&
    !packet.has(SERVER_IDENTIFIER);
  return isExtending ? "kept" : "new";
}
