// Options inside an option: code, length, octets, again and again. Option 82, 125, 43 of PXE, 175 of iPXE.

import { fieldsOf, joinAll, type Shape } from "./shape.ts";
import { bytes as octets } from "./text.ts";

/** Code to octets, in the order of the wire. The octets are views into the packet. */
export type SubOptions = ReadonlyMap<number, Uint8Array>;

const PAD = 0;
const END = 255;

/**
 * A list in which every code is a sub-option: RFC 3046 §2.0 has neither PAD nor END in it. Where one code stands twice,
 * the first one counts. A list with a length that lies is not read at all.
 */
export const subOptions: Shape<SubOptions> = {
  expected: 'sub-options by code { 1: "0x0a1b" }',
  read: (bytes, start, end) => readSubOptions(bytes, start, end, false),
  write(value) {
    const entries = value instanceof Map ? [...value] : Object.entries(fieldsOf(value) ?? { none: 0 });
    return joinAll(entries.map(([code, octets]) => writeSubOption(Number(code), octets)));
  },
};

/** A list in which PAD is passed over and END ends it: RFC 2132 §8.4 (option 43, so also PXE's), and iPXE's 175. */
export const encapsulatedOptions: Shape<SubOptions> = {
  expected: subOptions.expected,
  read: (bytes, start, end) => readSubOptions(bytes, start, end, true),
  write(value) {
    const written = subOptions.write(value);
    return written && joinAll([written, Uint8Array.of(END)]);
  },
};

function readSubOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  padded: boolean,
): SubOptions | undefined {
  const found = new Map<number, Uint8Array>();
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (padded && code === END) break;
    if (padded && code === PAD) {
      at++;
      continue;
    }
    const next = at + 2 + (at + 1 < end ? bytes[at + 1]! : 0);
    if (next > end) return undefined;
    if (!found.has(code)) found.set(code, bytes.subarray(at + 2, next));
    at = next;
  }
  return found;
}

function writeSubOption(code: number, value: unknown): Uint8Array | undefined {
  const written = octets.write(value);
  if (!Number.isInteger(code) || code < 0 || code > 255) return undefined;
  if (written === undefined || written.length > 255) return undefined;
  return joinAll([Uint8Array.of(code, written.length), written]);
}
