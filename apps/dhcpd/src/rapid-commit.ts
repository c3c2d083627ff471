// Rapid commit (option 80, RFC 4039): a DISCOVER that asks for it is answered with an ACK, its binding stored at once.
import { type EncodedOption, MessageType, type Packet } from "@leasehold/protocol";

/** RFC 4039 §4: MUST be in an ACK that answers a DISCOVER; §3: MUST NOT be in any other message. */
export const RAPID_COMMIT: EncodedOption = [80, new Uint8Array(0)];

/**
 * Whether a DISCOVER is answered with an ACK. `isEnabled` is the subnet's `rapidCommit`. `isIpv6Only` says that the answer
 * carries option 108: then it SHOULD be an OFFER (RFC 8925 §3.3).
 */
export function commitsAtOnce(request: Packet, isEnabled: boolean, isIpv6Only: boolean): boolean {
  if (!isEnabled || isIpv6Only || request.messageType !== MessageType.DISCOVER) return false;
  return request.get("rapidCommit") === true;
}
