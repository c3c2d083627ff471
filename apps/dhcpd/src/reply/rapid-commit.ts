// Rapid commit (option 80, RFC 4039): a DISCOVER that asks for it is answered with an ACK, its binding stored at once.
import { type EncodedOption, MessageType, type Packet } from "@leasehold/protocol";

/** RFC 4039 §4: MUST be in an ACK that answers a DISCOVER; §3: MUST NOT be in any other message. */
export const RAPID_COMMIT: EncodedOption = [80, new Uint8Array(0)];

/** Whether a DISCOVER asks to be answered with an ACK, where the subnet has `rapidCommit`. */
export function asksForRapidCommit(request: Packet): boolean {
  return request.messageType === MessageType.DISCOVER && request.get("rapidCommit") === true;
}
