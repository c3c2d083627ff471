// Domain names in wire form: RFC 1035 §3.1 and §4.1.4, RFC 3397 §2.
import { expect, test } from "vitest";
import { domains, searchList } from "./domains.ts";

const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
const label = (text: string): number[] => [text.length, ...ascii(text)];
const read = (octets: readonly number[]): readonly string[] | undefined =>
  searchList.read(Uint8Array.from(octets), 0, octets.length);

// RFC 3397 §4 gives this search list: "eng.apple.com." and "marketing.apple.com.".
const APPLE = [...label("eng"), ...label("apple"), ...label("com"), 0, ...label("marketing"), 0xc0, 0x04];

test("the example of RFC 3397", () => {
  expect(read(APPLE)).toEqual(["eng.apple.com", "marketing.apple.com"]);
  expect([...searchList.write(["eng.apple.com", "marketing.apple.com"])!]).toEqual(APPLE);
});

test("pointers count from the start of the option, wherever that stands", () => {
  const bytes = Uint8Array.from([9, 9, 9, ...APPLE, 9]);
  expect(searchList.read(bytes, 3, 3 + APPLE.length)).toEqual(["eng.apple.com", "marketing.apple.com"]);
});

test("other lists are written without pointers", () => {
  expect([...domains.write(["a.b", "b"])!]).toEqual([...label("a"), ...label("b"), 0, ...label("b"), 0]);
  expect([...searchList.write(["a.b", "b", "b"])!]).toEqual([
    ...label("a"),
    ...label("b"),
    0,
    0xc0,
    2,
    0xc0,
    2,
  ]);
});

test("a pointer reaches 16,383 octets far, and what is behind is written out", () => {
  const names = Array.from({ length: 300 }, (_, at) => `${"n".repeat(57)}${at}.x`);
  const list = [...names, ...names];
  const octets = searchList.write(list)!;
  expect(searchList.read(octets, 0, octets.length)).toEqual(list);
});

test.each([
  ["a pointer to itself", [0xc0, 0]],
  ["a pointer ahead", [...label("a"), 0xc0, 9, ...label("b"), 0]],
  ["a pointer into its own name", [...label("a"), ...label("b"), 0xc0, 0]],
  ["two that point at each other", [0xc0, 2, 0xc0, 0]],
  ["half a pointer", [...label("a"), 0xc0]],
  ["a label past the end", [5, 0x61]],
  ["a reserved label type", [0x40, 0x61, 0]],
  ["no last label", label("example")],
  ["more than 255 octets", [...new Array(5).fill(label("a".repeat(60))).flat(), 0]],
  ["nothing", []],
])("%s is no list", (_, octets) => {
  expect(read(octets)).toBeUndefined();
});

test("a short list cannot swell beyond what an option holds", () => {
  const long = new Array(4).fill(label("a".repeat(60))).flat();
  const bomb = [...long, 0, ...new Array(2000).fill([0xc0, 0]).flat()];
  expect(read(bomb)).toBeUndefined();
  expect(read(bomb.slice(0, 399))).toHaveLength(78);
});

test.each([
  [".", [0]],
  ["a.b.", [...label("a"), ...label("b"), 0]],
  ["a\\.b", [...label("a.b"), 0]],
  ["a\\\\b", [...label("a\\b"), 0]],
  ["a\\255", [2, 0x61, 255, 0]],
])("%j as text", (text, octets) => {
  expect([...domains.write([text])!]).toEqual(octets);
  expect(read(octets)).toEqual([text === "a.b." ? "a.b" : text]);
});

test.each([
  "",
  "..",
  "a..b",
  ".a",
  "bücher",
  "a".repeat(64),
  "a\\",
  "a\\256",
  new Array(9).fill("a".repeat(30)).join("."),
])("%j is no domain name", (text) => expect(domains.write([text])).toBeUndefined());
