// Numbers, flags and lists of numbers, in network byte order (RFC 2132 §2).

import { putU16, putU32, u16 as readU16, u32 as readU32 } from "../../values/octets.ts";
import { listOf, type Shape } from "./shape.ts";

type Fixed<Value> = Shape<Value> & { readonly size: number };

function integer(
  size: number,
  least: number,
  most: number,
  read: (bytes: Uint8Array, at: number) => number,
  put: (into: Uint8Array, at: number, value: number) => void,
): Fixed<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    size,
    read: (bytes, start, end) => (end - start === size ? read(bytes, start) : undefined),
    write(value) {
      if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
        return undefined;
      const bytes = new Uint8Array(size);
      put(bytes, 0, value);
      return bytes;
    },
  };
}

const readU8 = (bytes: Uint8Array, at: number): number => bytes[at]!;
const putU8 = (into: Uint8Array, at: number, value: number): void => {
  into[at] = value;
};

export const u8: Fixed<number> = integer(1, 0, 0xff, readU8, putU8);
export const u16: Fixed<number> = integer(2, 0, 0xffff, readU16, putU16);
export const u32: Fixed<number> = integer(4, 0, 0xffffffff, readU32, putU32);
/** Two's complement: only the time offset needs it (RFC 2132 §3.4). */
export const i32: Fixed<number> = integer(
  4,
  -0x80000000,
  0x7fffffff,
  (bytes, at) => readU32(bytes, at) | 0,
  putU32,
);

export const u8s: Shape<readonly number[]> = listOf(u8, "a list of whole numbers from 0 to 255");
export const u16s: Shape<readonly number[]> = listOf(u16, "a list of whole numbers from 0 to 65535");

/** One octet, 0 or 1. Any other octet is no boolean (RFC 2132 §4.1: "a value of 0 … a value of 1"). */
export const boolean: Fixed<boolean> = {
  expected: "true or false",
  size: 1,
  read: (bytes, start, end) => (end - start === 1 && bytes[start]! < 2 ? bytes[start] === 1 : undefined),
  write: (value) => (typeof value === "boolean" ? Uint8Array.of(value ? 1 : 0) : undefined),
};

/** An option whose presence says it all: zero octets. */
export const flag: Shape<true> = {
  expected: "true",
  size: 0,
  read: (_bytes, start, end) => (start === end ? true : undefined),
  write: (value) => (value === true ? new Uint8Array(0) : undefined),
};
