// The words of `./run lab`.
import { expect, test } from "vitest";
import { wordsOf } from "./words.ts";

test.each([
  [["n2", "-3", "--name", "mine"]],
  [["--name", "mine", "n2", "-3"]],
  [["--name=mine", "n2", "-3"]],
])("A10: `lab clock` of a named lab takes a number below zero: %j", (words) => {
  const { values, positionals, rest } = wordsOf(words, 2);
  expect([values.name, positionals, rest]).toEqual(["mine", ["n2", "-3"], []]);
});

test("an option that there is not is refused, and what stands after -- is passed on as it is", () => {
  expect(() => wordsOf(["n2", "--nosuch"], 2)).toThrow(/--nosuch/);
  expect(wordsOf(["n2", "--", "ping", "-3", "--name"], 1).rest).toEqual(["ping", "-3", "--name"]);
});
