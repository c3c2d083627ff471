// Bounded by number and by age, oldest first.
import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

test("past the maximum the entry that was set longest ago is forgotten, and returned", () => {
  const map = new BoundedMap<string, number>(2);
  expect([map.set("a", 1), map.set("b", 2), map.set("a", 3), map.set("c", 4)]).toEqual([
    undefined,
    undefined,
    undefined,
    2,
  ]);
  expect([...map]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
  expect([map.get("a"), map.get("b"), map.has("b"), map.size]).toEqual([3, undefined, false, 2]);
  expect([map.delete("a"), map.delete("a"), map.size]).toEqual([true, false, 1]);
});

test("what is too old is forgotten, up to the first that is not", () => {
  const map = new BoundedMap<string, number>(9);
  map.set("a", 0);
  map.set("b", 50);
  map.set("c", 51);
  map.set("d", 0);
  map.forgetWhile((at) => 150 - at >= 100);
  expect([...map.keys()]).toEqual(["c", "d"]);
});

test("with a lower maximum each new entry takes the place of an old one", () => {
  const map = new BoundedMap<string, number>(3);
  for (const key of ["a", "b", "c"]) map.set(key, 1);
  map.limitTo(1);
  map.set("d", 1);
  expect([...map.keys()]).toEqual(["b", "c", "d"]);
});
