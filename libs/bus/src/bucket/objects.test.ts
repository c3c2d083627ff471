// How a bucket could be emptied, by its configuration.
import { expect, test } from "vitest";
import { weaknessesOf } from "./objects.ts";

const SAFE = {
  allow_rollup_hdrs: false,
  deny_delete: true,
  deny_purge: true,
  discard: "new",
  max_age: 0,
  max_msgs: -1,
} as const;

test("A2: what init makes has none; what a server leaves out is off, or without a limit", () => {
  expect(weaknessesOf(SAFE)).toEqual([]);
  expect(weaknessesOf({ deny_delete: true, deny_purge: true, discard: "new" })).toEqual([]);
});

test.each([
  [{ allow_rollup_hdrs: true }, "allow_rollup_hdrs is true, not false"],
  [{ deny_purge: false }, "deny_purge is false, not true"],
  [{ deny_delete: false }, "deny_delete is false, not true"],
  [{ discard: "old" as const }, "discard is old, not new"],
  [{ max_age: 1e9 }, "max_age is 1000000000, not 0"],
  [{ max_msgs: 1 }, "max_msgs is 1, not -1"],
])("A2: %o", (edited, weakness) => {
  expect(weaknessesOf({ ...SAFE, ...edited })).toEqual([weakness]);
});
