import { expect, test } from "vitest";
import { hostnameOf, isHostnamePattern } from "./hostname-pattern.ts";

test.each([
  ["nid{04d}", { id: "x1", nid: 7 }, "nid0007"],
  ["nid{4d}", { id: "x1", nid: 7 }, "nid0007"],
  ["nid{04d}", { id: "x1", nid: 123_456 }, "nid123456"],
  ["c-{nid}-{id}", { id: "x1", nid: 7 }, "c-7-x1"],
  ["{id}", { id: "x1c0s0b0" }, "x1c0s0b0"],
  ["nid{04d}", { id: "x1" }, undefined],
  ["{id}", { id: "a_b.c" }, undefined],
])("%s of %j is %s", (pattern, host, name) => {
  expect(hostnameOf(pattern, host)).toBe(name);
});

test("a pattern with an unknown place or characters that no name has is refused", () => {
  expect(["nid{04d}", "{id}", "node-{nid}"].filter(isHostnamePattern)).toHaveLength(3);
  expect(["nid{xd}", "{mac}", "a b", "", "nid_{04d}"].filter(isHostnamePattern)).toEqual([]);
});
