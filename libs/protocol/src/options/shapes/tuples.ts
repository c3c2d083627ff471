// Lists whose items stand behind their length: user classes, vendor classes and options, URIs, groups of addresses.

import { putU16, putU32, u16, u32 } from "../../values/octets.ts";
import type { Ipv4 } from "../../values/values.ts";
import { ipv4s } from "./addresses.ts";
import { fieldsOf, joinAll, listed, type Shape } from "./shape.ts";
import { type SubOptions, subOptions } from "./sub-options.ts";
import { bytes as octets, text } from "./text.ts";

/** The parts of `bytes[start..end)`, each behind a length of `width` octets; undefined when the lengths do not add up. */
function readTuples(bytes: Uint8Array, start: number, end: number, width: 1 | 2): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  let at = start;
  while (at < end) {
    if (at + width > end) return undefined;
    const from = at + width;
    at = from + (width === 1 ? bytes[at]! : u16(bytes, at));
    if (at > end) return undefined;
    parts.push(bytes.subarray(from, at));
  }
  return parts;
}

function writeTuple(part: Uint8Array | undefined, width: 1 | 2): Uint8Array | undefined {
  if (part === undefined || part.length >= 1 << (8 * width)) return undefined;
  const length = new Uint8Array(width);
  if (width === 1) length[0] = part.length;
  else putU16(length, 0, part.length);
  return joinAll([length, part]);
}

/**
 * User classes (77). RFC 3004 §4 puts each behind its length; iPXE, Windows and others put one class there with no
 * length at all. It is read by RFC 3004 where its lengths, none of them 0, add up to the whole, else as one raw class.
 */
export const userClasses: Shape<readonly string[]> = {
  expected: "a list of user classes",
  read(bytes, start, end) {
    if (start === end) return undefined;
    const parts = readTuples(bytes, start, end, 1);
    if (parts === undefined || parts.some((part) => part.length === 0))
      return [text.read(bytes, start, end)!];
    return parts.map((part) => text.read(part, 0, part.length)!);
  },
  write(value) {
    const items = listed(value);
    return items.length === 0 ? undefined : joinAll(items.map((one) => writeTuple(text.write(one), 1)));
  },
};

/** URIs behind lengths of two octets (RFC 8572 §8.1). */
export const uris: Shape<readonly string[]> = {
  expected: "a list of URIs",
  read(bytes, start, end) {
    const parts = readTuples(bytes, start, end, 2);
    if (!parts?.length || parts.some((part) => part.length === 0)) return undefined;
    return parts.map((part) => text.read(part, 0, part.length)!);
  },
  write(value) {
    const items = listed(value);
    return items.length === 0 ? undefined : joinAll(items.map((one) => writeTuple(text.write(one), 2)));
  },
};

/** Groups of addresses, a group a server (RFC 7291 §4). */
export const ipv4Groups: Shape<readonly (readonly Ipv4[])[]> = {
  expected: "a list of lists of IPv4 addresses",
  read(bytes, start, end) {
    const parts = readTuples(bytes, start, end, 1);
    const groups = parts?.map((part) => ipv4s.read(part, 0, part.length));
    return groups?.length && groups.every((group) => group !== undefined) ? groups : undefined;
  },
  write(value) {
    const items = listed(value);
    return items.length === 0 ? undefined : joinAll(items.map((one) => writeTuple(ipv4s.write(one), 1)));
  },
};

/** The classes that the vendor with this enterprise number knows (RFC 3925 §3). */
export interface VendorClass {
  readonly enterprise: number;
  readonly classes: readonly Uint8Array[];
}

/** The options of the vendor with this enterprise number (RFC 3925 §4). */
export interface VendorOptions {
  readonly enterprise: number;
  readonly options: SubOptions;
}

export const vendorClasses: Shape<readonly VendorClass[]> = vendorList(
  'a list of { enterprise: 343, classes: ["0x0a1b"] }',
  (enterprise, data) => {
    const classes = readTuples(data, 0, data.length, 1);
    return classes && { enterprise, classes };
  },
  (fields) => joinAll(listed(fields.classes).map((one) => writeTuple(octets.write(one), 1))),
);

export const vendorOptions: Shape<readonly VendorOptions[]> = vendorList(
  'a list of { enterprise: 343, options: { 1: "0x0a1b" } }',
  (enterprise, data) => {
    const options = subOptions.read(data, 0, data.length);
    return options && { enterprise, options };
  },
  (fields) => subOptions.write(fields.options),
);

/** RFC 3925: the enterprise number in four octets, the length of its data in one, the data; and so on. */
function vendorList<Value>(
  expected: string,
  read: (enterprise: number, data: Uint8Array) => Value | undefined,
  write: (fields: Readonly<Record<string, unknown>>) => Uint8Array | undefined,
): Shape<readonly Value[]> {
  return {
    expected,
    read(bytes, start, end) {
      const found: Value[] = [];
      let at = start;
      while (at < end) {
        if (at + 5 > end || at + 5 + bytes[at + 4]! > end) return undefined;
        const next = at + 5 + bytes[at + 4]!;
        const value = read(u32(bytes, at), bytes.subarray(at + 5, next));
        if (value === undefined) return undefined;
        found.push(value);
        at = next;
      }
      return found.length > 0 ? found : undefined;
    },
    write(value) {
      const items = listed(value);
      return items.length === 0 ? undefined : joinAll(items.map((one) => writeVendor(fieldsOf(one), write)));
    },
  };
}

function writeVendor(
  fields: Readonly<Record<string, unknown>> | undefined,
  write: (fields: Readonly<Record<string, unknown>>) => Uint8Array | undefined,
): Uint8Array | undefined {
  const enterprise = fields?.enterprise;
  if (fields === undefined || typeof enterprise !== "number" || !Number.isInteger(enterprise))
    return undefined;
  if (enterprise < 0 || enterprise > 0xffffffff) return undefined;
  const number = new Uint8Array(4);
  putU32(number, 0, enterprise);
  return joinAll([number, writeTuple(write(fields), 1)]);
}
