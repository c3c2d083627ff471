// Rapid commit (option 80, RFC 4039): a DISCOVER that asks for it is answered with an ACK, its binding stored at once.
import { type EncodedOption, MessageType, OptionCode } from "@leasehold/protocol";
import type { ReplyFeature } from "./feature.ts";

/** RFC 4039 §4: MUST be in an ACK that answers a DISCOVER; §3: MUST NOT be in any other message. */
export const RAPID_COMMIT: EncodedOption = [OptionCode.rapidCommit, new Uint8Array(0)];

export const rapidCommit: ReplyFeature = {
  name: "rapid commit",
  codes: [RAPID_COMMIT[0]],
  isForBootp: false,
  when: "in an ACK to a DISCOVER (RFC 4039)",
  needs: [RAPID_COMMIT[0]],
  apply(request, { type, isGrant = false }, { options }) {
    if (isGrant && type === "ACK" && request.messageType === MessageType.DISCOVER) options.push(RAPID_COMMIT);
  },
};
