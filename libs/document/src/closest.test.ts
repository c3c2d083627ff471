// What was probably meant, and for how many mistakes that is looked for.
import { expect, test } from "vitest";
import { adviceFrom } from "./closest.ts";

test.each([
  ["router", "routers"],
  ["rotuers", "routers"],
  ["ROUTERS", "routers"],
  ["nothing", undefined],
  ["x".repeat(65), undefined],
])("by %s, %s was meant", (written, meant) => {
  expect(adviceFrom(["routers", "domainName"])(written)).toBe(meant);
});

test("after twenty different mistakes there is no more advice, but for those that had it", () => {
  const meantBy = adviceFrom(["name0"]);
  const given = Array.from({ length: 30 }, (_, i) => meantBy(`name${i}`));
  expect(given.slice(0, 10)).toEqual(Array(10).fill("name0"));
  expect(given.slice(20)).toEqual(Array(10).fill(undefined));
  expect(meantBy("name1")).toBe("name0");
});
