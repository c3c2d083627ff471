// What people write to name a client, an address or a machine, in every spelling that is in use, read into the one form in
// which it is kept. Whoever looks something up reads it here first, and never compares what was written as text.
import { hexOf, parseHex } from "./octets.ts";
import {
  type ClientId,
  type Ipv4,
  ipv4,
  type Mac,
  macFromBytes,
  maskOf,
  type Prefix,
  parseIpv4,
  parseMac,
  parsePrefix,
} from "./values.ts";

/** Of Ethernet, of EUI-64 (FireWire, IEEE 802.15.4), and of IP over InfiniBand. */
const HARDWARE_OCTETS: readonly number[] = [6, 8, 20];
/** Option 61 has a length of one octet (RFC 2132 §9.14). */
const CLIENT_ID_OCTETS_MAX = 255;
const NAME_MAX = 253;

/**
 * Reads a hardware address of 6, 8 or 20 octets: with colons, dashes or spaces (then a leading zero may be missing), with dots
 * between groups of four digits, or bare; in any case, also percent-encoded. Undefined for anything else.
 */
export function parseHardwareAddress(text: string): Mac | undefined {
  const written = unescaped(text);
  const ethernet = parseMac(written);
  if (ethernet !== undefined) return ethernet;
  const octets = octetsIn(written);
  return octets !== undefined && HARDWARE_OCTETS.includes(octets.length) ? macFromBytes(octets) : undefined;
}

/** Reads the identity of a client: octets in hex, bare, after `0x`, or with colons, dashes or spaces between them. */
export function parseClientId(text: string): ClientId | undefined {
  const octets = octetsIn(unescaped(text).replace(/^0x/i, ""));
  if (octets === undefined || octets.length < 2 || octets.length > CLIENT_ID_OCTETS_MAX) return undefined;
  return hexOf(octets) as ClientId;
}

/** An address is the prefix that holds it alone. Undefined for anything else, also where host bits are set. */
export function parseAddressOrPrefix(text: string): Prefix | undefined {
  const written = unescaped(text);
  const address = parseIpv4(written);
  if (address === undefined) return parsePrefix(written);
  return { address, length: 32, mask: maskOf(32), broadcast: address };
}

/** An IPv4 address as somebody writes it, spaces around it left out. */
export function parseWrittenIpv4(text: string): Ipv4 | undefined {
  return parseIpv4(unescaped(text));
}

export function prefixHolds(prefix: Prefix, address: Ipv4): boolean {
  return ipv4(address & prefix.mask) === prefix.address;
}

/**
 * A host name as names are compared (RFC 4343): in lower case, without the dot at its end. Undefined for what can be no name:
 * empty, longer than 253 characters, or with spaces or control characters in it.
 */
export function parseHostName(text: string): string | undefined {
  const name = unescaped(text).toLowerCase().replace(/\.$/, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  return name === "" || name.length > NAME_MAX || /[\s\x00-\x1f\x7f/]/.test(name) ? undefined : name;
}

/** Whether the name asked for is this one, whole or its first label: `c1` finds `c1.example.org`. */
export function isCalled(asked: string, name: string | null | undefined): boolean {
  if (name === null || name === undefined) return false;
  const known = parseHostName(name);
  return known !== undefined && (known === asked || known.startsWith(`${asked}.`));
}

/** Octets in hex, however they are set apart; with separators, each may have one digit. */
function octetsIn(text: string): Uint8Array | undefined {
  const lower = text.toLowerCase();
  if (/^([0-9a-f]{2})+$/.test(lower)) return parseHex(lower);
  if (/^[0-9a-f]{4}(\.[0-9a-f]{4})+$/.test(lower)) return parseHex(lower.replaceAll(".", ""));
  if (!/^[0-9a-f]{1,2}([:\- ][0-9a-f]{1,2})+$/.test(lower)) return undefined;
  return parseHex(
    lower
      .split(/[:\- ]/)
      .map((digits) => digits.padStart(2, "0"))
      .join(""),
  );
}

/** Without the spaces around it, and read back where it was percent-encoded once too often. */
function unescaped(text: string): string {
  const trimmed = text.trim();
  if (!/%[0-9a-f]{2}/i.test(trimmed)) return trimmed;
  try {
    return decodeURIComponent(trimmed);
  } catch {
    return trimmed;
  }
}
