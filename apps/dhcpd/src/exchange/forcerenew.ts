// FORCERENEW (RFC 3203): a client is told to renew now. It believes that by a nonce, which it got with its ACK (RFC 6704).
// Nothing is kept here: nonces and counters are handed in.
import { createHmac } from "node:crypto";
import { decode, encode, encodeOption, type Ipv4, ipv4, MessageType, OptionCode } from "@leasehold/protocol";
import { authentication, NONCE_SIZE, TYPE_DIGEST, VALUE_AT } from "../reply/forcerenew-nonce.ts";

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
        [OptionCode.messageType, Uint8Array.of(MessageType.FORCERENEW)],
        [OptionCode.serverIdentifier, encodeOption("serverIdentifier", serverIdentifier)],
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
  return decoded.ok ? decoded.packet.raw(OptionCode.authentication)?.subarray(VALUE_AT) : undefined;
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
