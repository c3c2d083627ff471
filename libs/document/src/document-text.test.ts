// Where in a document a character of a text stands.
import { expect, test } from "vitest";
import { readText } from "./document-text.ts";

const placeOf = (text: string, key: string, found: string) => {
  const read = readText(text);
  if (!read.ok) throw new Error("It cannot be read.");
  const value = (read.value as Record<string, string>)[key]!;
  const place = read.placeOf([key], value.indexOf(found));
  return place && text.split("\n")[place.line - 1]!.slice(place.column - 1);
};

test.each<[string, string]>([
  ["plain", "a: one two X\n"],
  ["plain on the next line", "a:\n  one X\n"],
  ["in single quotes", "a: 'one X'\n"],
  ["in double quotes", 'a: "one X"\n'],
  ["JSON", '{"a": "one X"}'],
  ["a block", "a: |\n  one\n\n    two X\n"],
  ["a block that keeps its end, behind a comment", "a: |+ # so\n  one\n  X\n\n\n"],
  ["a block with its indentation stated", "a: |2\n    one\n  X\n"],
  ["by an alias", "b: &x |\n  one X\na: *x\n"],
])("to its line and column: %s", (_, text) => {
  expect(placeOf(text, "a", "X")).toMatch(/^X['"]?}?$/);
});

test.each<[string, string, string]>([
  ["with escapes, where it begins", 'a: "one\\tX"\n', '"one\\tX"'],
  ["folded, where it begins", "a: >\n  one\n  X\n", ">"],
])("%s", (_, text, there) => {
  expect(placeOf(text, "a", "X")).toBe(there);
});

test("without a character, where the key is", () => {
  const read = readText("x: 1\na: |\n  text\n");
  expect(read.ok && read.placeOf(["a"])).toEqual({ line: 2, column: 1 });
});
