// Where things stand in a message (RFC 2131 §2), offsets in octets:
//   0 op, htype, hlen, hops | 4 xid | 8 secs, flags | 12 ciaddr | 16 yiaddr | 20 siaddr | 24 giaddr
//   28 chaddr (16) | 44 sname (64) | 108 file (128) | 236 cookie 99.130.83.99 | 240 options: code, length, octets …

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

/** Whether each field that holds options ends with END, as RFC 2131 §4.1 wants; `overloaded` is the value of option 52. */
export function isEnded(bytes: Uint8Array, overloaded: number): boolean {
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
