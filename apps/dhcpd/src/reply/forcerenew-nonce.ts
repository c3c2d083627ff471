// The nonce by which a client believes a FORCERENEW (RFC 6704): it is told with the ACK, and recorded by the node that sent it.
//
// Option 90 (RFC 3118 §2, RFC 6704 §3.1.2), offsets in octets:
//   0 protocol 3 | 1 algorithm 1 | 2 RDM 0 | 3 replay detection (8) | 11 type: 1 nonce, 2 digest | 12 value (16)
import { type EncodedOption, OptionCode } from "@leasehold/protocol";
import { HMAC_MD5 } from "../request/wishes.ts";
import type { ReplyFeature } from "./feature.ts";

export const NONCE_SIZE = 16;
/** Where the nonce, or the digest, is in option 90. */
export const VALUE_AT = 12;
export const TYPE_DIGEST = 2;
const TYPE_NONCE = 1;
const RECONFIGURE_KEY = 3;
const STRICTLY_INCREASING = 0;
/**
 * What an OFFER says: that this server uses nonces. RFC 6704 §3.1.3: SHOULD NOT be there unless the DISCOVER had it. The
 * ACK that follows has to carry a nonce then, or the client discards it (§3.1.4).
 */
const NONCE_TO_COME: EncodedOption = [OptionCode.forcerenewNonceCapable, Uint8Array.of(HMAC_MD5)];

export const forcerenewNonce: ReplyFeature = {
  name: "FORCERENEW nonce",
  codes: [OptionCode.authentication, OptionCode.forcerenewNonceCapable],
  isForBootp: false,
  when: "where the client takes nonces for FORCERENEW (RFC 6704)",
  needs: "nonce",
  apply(_request, { nonce }, { options }) {
    if (nonce === undefined) return;
    options.push(nonce === "to-come" ? NONCE_TO_COME : nonceOption(nonce.nonce, nonce.replay));
  },
};

/** The nonce in an ACK. Throws RangeError when it has not 16 octets. */
export function nonceOption(nonce: Uint8Array, replay: bigint): EncodedOption {
  if (nonce.length !== NONCE_SIZE) {
    throw new RangeError(`nonce: found ${nonce.length} octets, expected ${NONCE_SIZE}`);
  }
  return authentication(replay, TYPE_NONCE, nonce);
}

/** Option 90: `value` is a nonce or a digest. */
export function authentication(replay: bigint, type: number, value: Uint8Array): EncodedOption {
  const octets = new Uint8Array(VALUE_AT + NONCE_SIZE);
  octets.set([RECONFIGURE_KEY, HMAC_MD5, STRICTLY_INCREASING]);
  new DataView(octets.buffer).setBigUint64(3, replay);
  octets[VALUE_AT - 1] = type;
  octets.set(value, VALUE_AT);
  return [OptionCode.authentication, octets];
}
