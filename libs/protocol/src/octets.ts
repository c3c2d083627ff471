// Unsigned integers and hex text in network byte order: the bottom of the codec. The readers do not check bounds: the
// caller has located what it reads.

const HEX: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

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

/** Lower-case hex of `bytes[start..end)`, with `separator` between the octets. */
export function hexOf(bytes: Uint8Array, separator = "", start = 0, end = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at++) {
    if (at > start) text += separator;
    text += HEX[bytes[at]!];
  }
  return text;
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
