// Finds where the options of a packet stand. The layout (RFC 2131 §2), offsets in octets:
//   0 op, htype, hlen, hops | 4 xid | 8 secs, flags | 12 ciaddr | 16 yiaddr | 20 siaddr | 24 giaddr
//   28 chaddr (16) | 44 sname (64) | 108 file (128) | 236 cookie 99.130.83.99 | 240 options: code, length, octets …

import { u32 } from "../values/octets.ts";

export const SNAME_AT = 44;
export const FILE_AT = 108;
export const COOKIE_AT = 236;
export const OPTIONS_AT = 240;
/** RFC 2131 §3: the first four octets of the options field. */
export const MAGIC_COOKIE = 0x63825363;
/** Framing, not options (RFC 2132 §3.1, §3.2). */
export const PAD = 0;
export const END = 255;
/** RFC 2132 §9.3: the bits of option 52. */
export const OVERLOAD = 52;
export const FILE_OVERLOADED = 1;
export const SNAME_OVERLOADED = 2;

/**
 * Why a packet is refused; each is a metric label. Checked in this order:
 * - too-short: fewer than 236 octets, not even the fixed fields of BOOTP.
 * - bad-op: op is neither 1 (BOOTREQUEST) nor 2 (BOOTREPLY).
 * - bad-hlen: hlen is over 16, the size of chaddr.
 * - bad-cookie: the options do not start with the magic cookie, or there are none (BOOTP of RFC 951).
 * - truncated-option: an option runs past the end of its field.
 */
export type DecodeFailure = "too-short" | "bad-op" | "bad-hlen" | "bad-cookie" | "truncated-option";

export const DECODE_FAILURES: readonly DecodeFailure[] = [
  "too-short",
  "bad-op",
  "bad-hlen",
  "bad-cookie",
  "truncated-option",
];

/**
 * The offsets of all options' code octets, in the order in which they are joined: options, then file, then sname where
 * option 52 says that these hold options (RFC 3396 §5). Reads nothing outside of `bytes`.
 */
export function locateOptions(bytes: Uint8Array): number[] | DecodeFailure {
  if (bytes.length < COOKIE_AT) return "too-short";
  if (bytes[0] !== 1 && bytes[0] !== 2) return "bad-op";
  if (bytes[2]! > 16) return "bad-hlen";
  if (bytes.length < OPTIONS_AT || u32(bytes, COOKIE_AT) !== MAGIC_COOKIE) return "bad-cookie";
  const offsets: number[] = [];
  if (!locateIn(bytes, OPTIONS_AT, bytes.length, offsets)) return "truncated-option";
  const overloaded = overloadOf(bytes, offsets);
  if ((overloaded & FILE_OVERLOADED) !== 0 && !locateIn(bytes, FILE_AT, COOKIE_AT, offsets)) {
    return "truncated-option";
  }
  if ((overloaded & SNAME_OVERLOADED) !== 0 && !locateIn(bytes, SNAME_AT, FILE_AT, offsets)) {
    return "truncated-option";
  }
  return offsets;
}

/**
 * Adds the options of one field. PAD may stand anywhere. A field that ends without END is taken as it is, like Kea and ISC
 * dhcpd do; one that ends inside of an option is refused, like ISC dhcpd does (Kea reads up to there): what is missing
 * could be what the client is known by.
 */
function locateIn(bytes: Uint8Array, start: number, end: number, offsets: number[]): boolean {
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (code === END) return true;
    if (code === PAD) {
      at++;
      continue;
    }
    if (at + 1 >= end) return false;
    const next = at + 2 + bytes[at + 1]!;
    if (next > end) return false;
    offsets.push(at);
    at = next;
  }
  return true;
}

/**
 * Whether each field that holds options ends with END, as RFC 2131 §4.1 wants; `offsets` are those that `locateOptions`
 * found in the same octets.
 */
export function isEnded(bytes: Uint8Array, offsets: readonly number[]): boolean {
  const overloaded = overloadOf(bytes, offsets);
  return (
    hasEnd(bytes, OPTIONS_AT, bytes.length) &&
    ((overloaded & FILE_OVERLOADED) === 0 || hasEnd(bytes, FILE_AT, COOKIE_AT)) &&
    ((overloaded & SNAME_OVERLOADED) === 0 || hasEnd(bytes, SNAME_AT, FILE_AT))
  );
}

function hasEnd(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (bytes[at] === END) return true;
    at += bytes[at] === PAD ? 1 : 2 + bytes[at + 1]!;
  }
  return false;
}

/** The value of option 52: 1 file, 2 sname, 3 both; 0 without one, or with one that is none of these. */
export function overloadOf(bytes: Uint8Array, offsets: readonly number[]): number {
  for (let index = 0; index < offsets.length; index++) {
    const at = offsets[index]!;
    // The first one is that of the options field; one inside of file or sname has no meaning.
    if (bytes[at] !== OVERLOAD) continue;
    const value = bytes[at + 1] === 1 ? bytes[at + 2]! : 0;
    return value <= 3 ? value : 0;
  }
  return 0;
}
