// Writes a message into the caller's buffer: the fixed fields here, the options in put-options.ts.

import { optionCodec } from "../options/option.ts";
import { OptionCode } from "../options/option-table.ts";
import { writeText } from "../options/shapes/text.ts";
import { putU16, putU32 } from "../values/octets.ts";
import {
  COOKIE_AT,
  FILE_AT,
  FILE_OVERLOADED,
  MAGIC_COOKIE,
  OPTIONS_AT,
  SNAME_AT,
  SNAME_OVERLOADED,
} from "./layout.ts";
import type { EncodedOption, Message } from "./message.ts";
import type { Packet } from "./packet.ts";
import { putOptions } from "./put-options.ts";

const DATAGRAM_SIZE_LEAST = 576;
/** IP (20) and UDP (8). */
const HEADERS_SIZE = 28;
const CHADDR_AT = 28;
/** RFC 951 §3: a BOOTP message has 300 octets, and some clients and relays drop shorter ones. */
export const MESSAGE_SIZE_LEAST = 300;
/** What every client takes (548): the datagram of 576 octets of RFC 2131 §2 without its headers. */
export const MESSAGE_SIZE_DEFAULT = DATAGRAM_SIZE_LEAST - HEADERS_SIZE;
const FIXED_SIZE = OPTIONS_AT + 1;
const MAXIMUM_MESSAGE_SIZE = optionCodec("maximumMessageSize");
/** chaddr, sname and file without anything in them. To set them is cheaper than to fill. */
const BLANK = new Uint8Array(COOKIE_AT - CHADDR_AT);

export interface EncodeLimits {
  /** The largest message, in octets of UDP payload; default 548. `payloadLimit` derives it from option 57. */
  readonly maximumSize?: number;
  /** Told the code of each option for which there is no room. */
  readonly onOmitted?: ((code: number) => void) | undefined;
}

/**
 * The largest message that the sender of `packet` takes, in octets of UDP payload. Option 57 counts the IP and UDP headers
 * in, as ISC dhcpd and dnsmasq have it: RFC 2132 §9.10 has 576, the least IP datagram, as its least value. A smaller value counts
 * as 576, and nothing is larger than `mtu`, so that no reply is fragmented.
 */
export function payloadLimit(packet: Packet, mtu = 1500): number {
  const size = packet.read(MAXIMUM_MESSAGE_SIZE) ?? DATAGRAM_SIZE_LEAST;
  return Math.max(DATAGRAM_SIZE_LEAST, Math.min(size, mtu)) - HEADERS_SIZE;
}

/**
 * Writes `message` to the start of `into` and returns its length: at least 300 octets (filled up with PAD) unless the
 * limit is lower, and never more than `maximumSize` or `into` have. Nothing beyond that length is touched.
 *
 * Options stand in their order, split over 255 octets (RFC 3396), then 82, then END. When they do not fit, file and
 * sname are overloaded (option 52) where the message leaves them free; one that fits into none of the three is split over
 * them (RFC 3396 §5) where its reader is sure to join it; and then the last ones are left out. What the exchange itself is
 * about is placed before all others (53, 54, 51, 82, 61, 80 …), and then 1. 82 never goes into file or sname (RFC 3046 §2.2).
 * Throws RangeError when there is no room for the fixed fields, the cookie and END (241 octets).
 */
export function encode(message: Message, into: Uint8Array, limits?: EncodeLimits): number {
  const limit = Math.min(into.length, Math.floor(limits?.maximumSize ?? MESSAGE_SIZE_DEFAULT));
  if (!(limit >= FIXED_SIZE)) {
    throw new RangeError(`encode: found room for ${limit} octets, expected ${FIXED_SIZE} or more`);
  }
  putFixedFields(message, into);
  let { options } = message;
  let free = FILE_OVERLOADED | SNAME_OVERLOADED;
  if (message.sname) {
    if (putName(into, SNAME_AT, FILE_AT, message.sname)) free &= ~SNAME_OVERLOADED;
    else options = withName(options, OptionCode.tftpServerName, message.sname);
  }
  if (message.file) {
    if (putName(into, FILE_AT, COOKIE_AT, message.file)) free &= ~FILE_OVERLOADED;
    else options = withName(options, OptionCode.bootFileName, message.file);
  }
  const end = putOptions(options, into, { limit, free, onOmitted: limits?.onOmitted });
  const length = Math.max(end, Math.min(limit, MESSAGE_SIZE_LEAST));
  for (let at = end; at < length; at++) into[at] = 0;
  return length;
}

function putFixedFields(message: Message, into: Uint8Array): void {
  into[0] = message.op;
  into[1] = message.htype;
  into[2] = message.hlen;
  into[3] = message.hops;
  putU32(into, 4, message.xid);
  putU16(into, 8, message.secs);
  putU16(into, 10, message.flags);
  putU32(into, 12, message.ciaddr);
  putU32(into, 16, message.yiaddr);
  putU32(into, 20, message.siaddr);
  putU32(into, 24, message.giaddr);
  into.set(BLANK, CHADDR_AT);
  const { chaddr } = message;
  for (let index = 0; index < chaddr.length && index < 16; index++) into[CHADDR_AT + index] = chaddr[index]!;
  putU32(into, COOKIE_AT, MAGIC_COOKIE);
}

/** False when the name does not fit with the NUL that ends it (RFC 2131 §2): a cut name would be another name. */
function putName(into: Uint8Array, at: number, end: number, name: string): boolean {
  const octets = writeText(name);
  if (octets.length >= end - at) return false;
  into.set(octets, at);
  return true;
}

/** RFC 2132 §9.4, §9.5: the options that stand in for sname and file. One that is there already is left. */
function withName(options: readonly EncodedOption[], code: number, name: string): readonly EncodedOption[] {
  return options.some(([one]) => one === code) ? options : [...options, [code, writeText(name)]];
}
