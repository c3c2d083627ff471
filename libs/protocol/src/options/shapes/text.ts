// Text (NVT ASCII in RFC 2132, UTF-8 in practice) and opaque octets.

import { parseHex } from "../../values/octets.ts";
import type { Shape } from "./shape.ts";

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of `bytes[start..end)`: UTF-8 where it is that, else each octet as the character of that number (Latin-1). */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const octet = bytes[at]!;
    if (octet > 0x7f) return readWideText(bytes.subarray(start, end));
    text += String.fromCharCode(octet);
  }
  return text;
}

function readWideText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    let text = "";
    for (const octet of bytes) text += String.fromCharCode(octet);
    return text;
  }
}

export function writeText(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Text in a field that NULs fill up (sname, file): up to the first NUL. */
export function readPaddedText(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  return readText(bytes, start, stop);
}

/** Text of one character or more. Trailing NULs are deleted on reading (RFC 2132 §2: "MUST be prepared to"). */
export const text: Shape<string> = {
  expected: "text",
  read(bytes, start, end) {
    if (start === end) return undefined;
    let stop = end;
    while (stop > start && bytes[stop - 1] === 0) stop--;
    return readText(bytes, start, stop);
  },
  write: (value) =>
    typeof value === "string" && value !== "" && !value.includes("\0") ? writeText(value) : undefined,
};

/** Text that may be empty: the message behind a status code (RFC 6926 §6.2.2). */
export const textOrNone: Shape<string> = {
  expected: "text, perhaps empty",
  read: readText,
  write: (value) => (typeof value === "string" ? writeText(value) : undefined),
};

/** Octets that nobody here interprets. On reading: a view into the packet. An operator writes hex. */
export const bytes: Shape<Uint8Array> = {
  expected: 'octets in hex ("0x0a1b")',
  read: (from, start, end) => from.subarray(start, end),
  write(value) {
    if (value instanceof Uint8Array) return value;
    return typeof value === "string" ? parseHex(value) : undefined;
  },
};

/** Exactly `size` opaque octets. */
export function octets(size: number): Shape<Uint8Array> & { readonly size: number } {
  return {
    expected: `${size} octets in hex`,
    size,
    read: (from, start, end) => (end - start === size ? from.subarray(start, end) : undefined),
    write(value) {
      const written = bytes.write(value);
      return written?.length === size ? written : undefined;
    },
  };
}
