import { expect, test } from "vitest";
import { toNetascii } from "./netascii.ts";

test.each([
  ["a\nb\n", "a\r\nb\r\n"],
  ["a\rb", "a\r\0b"],
  ["\r\n", "\r\0\r\n"],
  ["", ""],
])("%j is %j", (text, wire) => {
  expect(Buffer.from(toNetascii(Buffer.from(text))).toString()).toBe(wire);
});
