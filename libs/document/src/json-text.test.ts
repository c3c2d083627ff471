// A JSON text gives what the YAML reader would make of it, or is left to that.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readText } from "./document-text.ts";
import { readJsonText } from "./json-text.ts";

test("any JSON is read as YAML reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 1, "\t"), (value, indent) => {
      const text = JSON.stringify({ value }, null, indent);
      expect(readJsonText(text)).toEqual({ value: parse(text, { maxAliasCount: 100 }) });
    }),
  );
});

test.each(['{"a":1,"a":2}', '{"a":[{"b":"\\"x","b" : 1}]}', '{"a":1}}', "a: 1", "", '"text"'])(
  "%s is left to the YAML reader",
  (text) => expect(readJsonText(text)).toBeUndefined(),
);

test("a key that stands twice in JSON is told with its line, and other problems have theirs", () => {
  const twice = readText('{\n"a": 1,\n"a": 2\n}');
  expect(twice).toMatchObject({ ok: false, problems: [{ line: 3 }] });
  const read = readText('{\n"a": [\n{"b": 1}\n]\n}');
  expect(read.ok && read.placeOf(["a", 0, "b"])).toEqual({ line: 3, column: 2 });
});
