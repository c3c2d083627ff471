// Unsigned integers and hex text in network byte order: the bottom of the codec. The readers do not check bounds: the
// caller has located what it reads.

const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

const HEX_COLON: readonly string[] = HEX.map((digits) => `${digits}:`);

export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function putU16(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 8;
  into[at + 1] = value;
}

export function putU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

export function hexOfOctet(octet: number): string {
  return HEX[octet]!;
}

/** Lower-case hex of `bytes[start..end)`. */
export function hexOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = "";
  let at = start;
  // In groups: a string of more than 12 characters is added to at a higher cost.
  for (; at + 4 <= end; at += 4) {
    text += HEX[bytes[at]!]! + HEX[bytes[at + 1]!] + HEX[bytes[at + 2]!] + HEX[bytes[at + 3]!];
  }
  for (; at < end; at++) text += HEX[bytes[at]!];
  return text;
}

/** The same with a colon between the octets. */
export function hexWithColons(bytes: Uint8Array): string {
  const last = bytes.length - 1;
  let text = "";
  let at = 0;
  for (; at + 3 <= last; at += 3) {
    text += HEX_COLON[bytes[at]!]! + HEX_COLON[bytes[at + 1]!] + HEX_COLON[bytes[at + 2]!];
  }
  let rest = "";
  for (; at < last; at++) rest += HEX_COLON[bytes[at]!];
  return last < 0 ? "" : text + (rest + HEX[bytes[last]!]);
}

/** The octets of hex text: "0a1b", "0x0a1b", "0a:1b" or "0a-1b", any case; undefined for anything else. */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/i, "");
  if (/^([0-9a-f]{2})([:-][0-9a-f]{2})+$/i.test(digits)) return octetsOf(digits.replace(/[:-]/g, ""));
  return /^([0-9a-f]{2})*$/i.test(digits) ? octetsOf(digits) : undefined;
}

function octetsOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}
