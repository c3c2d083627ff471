// The values that get confused, each with its own type: addresses, hardware addresses, client identities, durations.
// A brand exists only for the type checker: at run time these are plain numbers and strings, good as Map keys.

import { hexOf, hexOfOctet, hexWithColons, parseHex } from "./octets.ts";

declare const brand: unique symbol;

const DOT = 0x2e;
const DIGIT_0 = 0x30;

/** An IPv4 address as an unsigned 32-bit number (`>>> 0`): 10.0.0.1 is 0x0a000001. */
export type Ipv4 = number & { readonly [brand]: "Ipv4" };
/** The hardware type of Ethernet (htype; IANA "ARP Parameters"). */
export const ETHERNET = 1;

/** A hardware address as lower-case hex with colons: "a4:bf:01:38:ee:65". */
export type Mac = string & { readonly [brand]: "Mac" };
/** The identity of a client as lower-case hex: option 61's octets, else htype and chaddr ("01a4bf0138ee65"). */
export type ClientId = string & { readonly [brand]: "ClientId" };
/** A duration in whole seconds, up to `INFINITE_SECONDS`. */
export type Seconds = number & { readonly [brand]: "Seconds" };

/** RFC 2131 §3.3: "infinity" on the wire, and the most that 32 bits hold. */
export const INFINITE_SECONDS = 0xffffffff;

/** Any integer, taken modulo 2^32, as an address. */
export function ipv4(address: number): Ipv4 {
  return (address >>> 0) as Ipv4;
}

/** Reads "10.77.0.1". Undefined for anything but four decimal numbers 0–255; leading zeros (octal elsewhere) are refused. */
export function parseIpv4(text: string): Ipv4 | undefined {
  if (text.length > 15) return undefined;
  let address = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  // By character: every lease of a million is read so.
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === DOT) {
      if (digits === 0 || ++dots > 3) return undefined;
      address = address * 256 + part;
      part = digits = 0;
    } else {
      const digit = character - DIGIT_0;
      const isLeadingZero = digits === 1 && part === 0;
      if (!(digit >= 0 && digit <= 9) || isLeadingZero) return undefined;
      part = part * 10 + digit;
      if (++digits > 3 || part > 255) return undefined;
    }
  }
  return dots === 3 && digits > 0 ? ((address * 256 + part) as Ipv4) : undefined;
}

export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** A network: `address` is its first address, `broadcast` its last one (also for /31 and /32). */
export interface Prefix {
  readonly address: Ipv4;
  readonly length: number;
  readonly mask: Ipv4;
  readonly broadcast: Ipv4;
}

/** Reads "10.77.0.0/16". Undefined when it is no prefix, also when host bits are set ("10.77.0.5/16"). */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const address = parseIpv4(text.slice(0, Math.max(slash, 0)));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,2}$/.test(digits) || Number(digits) > 32) return undefined;
  const length = Number(digits);
  const mask = maskOf(length);
  if (ipv4(address & mask) !== address) return undefined;
  return { address, length, mask, broadcast: ipv4(address | ~mask) };
}

/** The netmask of a prefix length 0–32: 16 gives 255.255.0.0. */
export function maskOf(length: number): Ipv4 {
  return length === 0 ? (0 as Ipv4) : ipv4(-1 << (32 - length));
}

export function formatPrefix(prefix: Pick<Prefix, "address" | "length">): string {
  return `${formatIpv4(prefix.address)}/${prefix.length}`;
}

const CANONICAL_MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const MAC_FORMS = [/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/, /^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/, /^[0-9a-f]{12}$/];
/** As macOS and Solaris print it: without leading zeros. */
const SHORT_MAC = /^([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}$/;

/** Reads a 48-bit hardware address with colons, dashes, Cisco dots or bare, in any case. Undefined for anything else. */
export function parseMac(text: string): Mac | undefined {
  if (CANONICAL_MAC.test(text)) return text as Mac;
  const lower = text.toLowerCase();
  if (MAC_FORMS.some((form) => form.test(lower))) return macFromBytes(parseHex(lower.replace(/[:.-]/g, ""))!);
  if (!SHORT_MAC.test(lower)) return undefined;
  return macFromBytes(Uint8Array.from(lower.split(/[:-]/), (digits) => Number.parseInt(digits, 16)));
}

/** The octets of a hardware address as they stand in chaddr, of any length. */
export function macFromBytes(bytes: Uint8Array): Mac {
  return hexWithColons(bytes) as Mac;
}

export function macBytes(mac: Mac): Uint8Array {
  return parseHex(mac) ?? new Uint8Array(0);
}

/** The identity that option 61 states. Its octets are opaque: nothing in them is interpreted (RFC 2131 §4.2). */
export function clientIdFromBytes(bytes: Uint8Array): ClientId {
  return hexOf(bytes) as ClientId;
}

/** The identity of a client that sent no option 61: hardware type and address (RFC 2131 §4.2). */
export function clientIdOfHardware(htype: number, chaddr: Uint8Array): ClientId {
  return (hexOfOctet(htype & 255) + hexOf(chaddr)) as ClientId;
}

/** The octets of an identity, as option 61 carries them. */
export function clientIdBytes(clientId: ClientId): Uint8Array {
  return parseHex(clientId) ?? new Uint8Array(0);
}

/** A duration of `count` whole seconds. Throws RangeError outside 0 … `INFINITE_SECONDS`. */
export function seconds(count: number): Seconds {
  if (!Number.isInteger(count) || count < 0 || count > INFINITE_SECONDS) {
    throw new RangeError(`seconds: found ${count}, expected a whole number from 0 to 4294967295`);
  }
  return count as Seconds;
}
