// The nonce by which a client believes a FORCERENEW (RFC 6704): it is told with the ACK, and recorded by the node that sent it.
//
// Option 90 (RFC 3118 §2, RFC 6704 §3.1.2), offsets in octets:
//   0 protocol 3 | 1 algorithm 1 | 2 RDM 0 | 3 replay detection (8) | 11 type: 1 nonce, 2 digest | 12 value (16)
import { type EncodedOption, MessageType, type Packet } from "@leasehold/protocol";
import type { ReplyFeature } from "./feature.ts";

export const NONCE_SIZE = 16;
export const AUTHENTICATION = 90;
/** Where the nonce, or the digest, is in option 90. */
export const VALUE_AT = 12;
export const TYPE_DIGEST = 2;
const TYPE_NONCE = 1;
const HMAC_MD5 = 1;
const RECONFIGURE_KEY = 3;
const STRICTLY_INCREASING = 0;
const NONCE_CAPABLE = 145;

export const forcerenewNonce: ReplyFeature = {
  name: "FORCERENEW nonce",
  codes: [AUTHENTICATION, NONCE_CAPABLE],
  isForBootp: false,
  when: "where the client takes nonces for FORCERENEW (RFC 6704)",
  needs: "nonce",
  apply(request, { nonce }, { options }) {
    if (nonce === undefined) return;
    const option = nonce === "to-come" ? nonceCapableOption(request) : nonceOption(nonce.nonce, nonce.replay);
    if (option !== undefined) options.push(option);
  },
};

/** RFC 6704 §3.1.1: option 145 lists the algorithms that the client knows; ours has to be there. */
export function takesNonce(request: Packet): boolean {
  return request.hasIn(NONCE_CAPABLE, HMAC_MD5);
}

/**
 * What an OFFER says: that this server uses nonces. RFC 6704 §3.1.3: SHOULD NOT be there unless the DISCOVER had it. The
 * ACK that follows has to carry a nonce then, or the client discards it (§3.1.4).
 */
export function nonceCapableOption(request: Packet): EncodedOption | undefined {
  if (request.messageType !== MessageType.DISCOVER || !takesNonce(request)) return undefined;
  return [NONCE_CAPABLE, Uint8Array.of(HMAC_MD5)];
}

/**
 * Whether the ACK to `request` carries a new nonce, 16 octets of a strong random source, to be recorded with the lease. RFC
 * 6704 §3.1.3: MUST when the client knows nonces and none is recorded, SHOULD NOT when it only renews; MUST NOT without
 * option 145.
 */
export function needsNonce(request: Packet, recorded: Uint8Array | undefined): boolean {
  if (!takesNonce(request) || request.messageType === MessageType.INFORM) return false;
  // RENEWING and REBINDING (RFC 2131 table 4). Others have lost theirs: they restarted, or never had one.
  const isExtending =
    request.messageType === MessageType.REQUEST &&
    request.ciaddr !== 0 &&
    !request.has(50) &&
    !request.has(54);
  return recorded === undefined || !isExtending;
}

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
  return [AUTHENTICATION, octets];
}
