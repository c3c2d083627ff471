// What a bucket holds, read: JSON, what is none, and what says that a key is gone.
import { describe, expect, test } from "vitest";
import { isTombstone, readJson } from "./records.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ['{"a":1}', { a: 1 }],
  ["7", 7],
  ["null", null],
  // Its reader can then say what was found.
  ["not JSON", "not JSON"],
  ["", ""],
])("%j is read as %j", (text, value) => {
  expect(readJson(bytes(text))).toEqual(value);
});

describe("a key is gone", () => {
  test.each([
    ["deleted", { "KV-Operation": "DEL" }, true],
    ["purged", { "KV-Operation": "PURGE" }, true],
    ["aged out", { "Nats-Marker-Reason": "MaxAge" }, true],
    ["written", {}, false],
    ["written with other headers", { "Nats-Msg-Id": "7" }, false],
  ])("%s", (_, headers: Record<string, string>, isGone) => {
    expect(isTombstone((name) => headers[name] ?? "")).toBe(isGone);
  });
});
