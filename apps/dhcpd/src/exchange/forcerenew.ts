// FORCERENEW (RFC 3203): a client is told to renew now. It believes that by a nonce, which it got with its ACK (RFC 6704).
// Nothing is kept here: nonces and counters are handed in.
//
// Option 90 (RFC 3118 §2, RFC 6704 §3.1.2), offsets in octets:
//   0 protocol 3 | 1 algorithm 1 | 2 RDM 0 | 3 replay detection (8) | 11 type: 1 nonce, 2 digest | 12 value (16)
import { createHmac } from "node:crypto";
import {
  decode,
  type EncodedOption,
  encode,
  encodeOption,
  type Ipv4,
  ipv4,
  MessageType,
  type Packet,
} from "@leasehold/protocol";

export const NONCE_SIZE = 16;
const HMAC_MD5 = 1;
const RECONFIGURE_KEY = 3;
const STRICTLY_INCREASING = 0;
const TYPE_NONCE = 1;
const TYPE_DIGEST = 2;
const VALUE_AT = 12;
const AUTHENTICATION = 90;
const NONCE_CAPABLE = 145;

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

function authentication(replay: bigint, type: number, value: Uint8Array): EncodedOption {
  const octets = new Uint8Array(VALUE_AT + NONCE_SIZE);
  octets.set([RECONFIGURE_KEY, HMAC_MD5, STRICTLY_INCREASING]);
  new DataView(octets.buffer).setBigUint64(3, replay);
  octets[VALUE_AT - 1] = type;
  octets.set(value, VALUE_AT);
  return [AUTHENTICATION, octets];
}

/** From the first of January 1900, where NTP counts from, to that of 1970, in seconds. */
const NTP_EPOCH_SECONDS = 2_208_988_800n;

/**
 * The next value for replay detection: the time in NTP's format (RFC 3118 §2 suggests it), so that it grows whichever node
 * sends, and more than `previous` in any case (its erratum 3474: strictly increasing). `now` in ms since 1970.
 */
export function nextReplay(now: number, previous: bigint): bigint {
  const ms = BigInt(Math.floor(now));
  const time = ((ms / 1000n + NTP_EPOCH_SECONDS) << 32n) | (((ms % 1000n) << 32n) / 1000n);
  return time > previous ? time : previous + 1n;
}

export interface ForceRenewTarget {
  /** Where it goes, to port 68 and by unicast: a client discards any other (RFC 3203 §2.2). */
  readonly address: Ipv4;
  readonly htype: number;
  readonly chaddr: Uint8Array;
  /** Of the client's last exchange: dhcpcd hears no other. */
  readonly xid: number;
  readonly serverIdentifier: Ipv4;
  /** Recorded when it was sent with the ACK. */
  readonly nonce: Uint8Array;
}

/** Writes a FORCERENEW into `into` (300 octets or more) and returns its length. */
export function writeForceRenew(target: ForceRenewTarget, replay: bigint, into: Uint8Array): number {
  const { address, htype, chaddr, xid, serverIdentifier, nonce } = target;
  const length = encode(
    {
      ...{ op: 2, htype, hlen: chaddr.length, hops: 0, xid, secs: 0, flags: 0 },
      ...{ ciaddr: address, yiaddr: ipv4(0), siaddr: ipv4(0), giaddr: ipv4(0), chaddr },
      options: [
        [53, Uint8Array.of(MessageType.FORCERENEW)],
        [54, encodeOption("serverIdentifier", serverIdentifier)],
        authentication(replay, TYPE_DIGEST, new Uint8Array(NONCE_SIZE)),
      ],
    },
    into,
  );
  const message = into.subarray(0, length);
  digestField(message)?.set(digestOf(message, nonce));
  return length;
}

/**
 * RFC 6704 §3.1.3: the HMAC-MD5 over the entire message, its own field set to zero. RFC 3118 §3: hops and giaddr count as
 * zero, as they are here: no relay agent handles a message to an address. Padding is part of the message.
 */
function digestOf(message: Uint8Array, nonce: Uint8Array): Uint8Array {
  return createHmac("md5", nonce).update(message).digest();
}

function digestField(message: Uint8Array): Uint8Array | undefined {
  const decoded = decode(message);
  return decoded.ok ? decoded.packet.raw(AUTHENTICATION)?.subarray(VALUE_AT) : undefined;
}

const FIRST_DELAY_MS = 1000;
const SENDINGS_MAX = 5;

/**
 * How long after the `count`th sending (from 1) the next one is due, unless the client renewed; undefined: give up. RFC
 * 3203 §2.2: by exponential backoff, and limited.
 */
export function forceRenewDelayMs(count: number): number | undefined {
  return count < SENDINGS_MAX ? FIRST_DELAY_MS * 2 ** (count - 1) : undefined;
}
