// What was probably meant, and for how many mistakes that is looked for.
import { expect, test } from "vitest";
import { checkNetwork } from "../read-network.ts";
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

test("of very many problems a thousand are told, and how many there are", () => {
  const reservations = Array.from({ length: 1500 }, (_, i) => ({
    clientId: `01${100_000 + i}`,
    [`adress${i}`]: 1,
  }));
  const checked = checkNetwork({ version: 1, subnets: [{ id: "a", prefix: "10.0.0.0/16", reservations }] });
  const problems = checked.ok ? [] : checked.problems;
  expect(problems).toHaveLength(1001);
  expect(problems[0]).toMatchObject({
    path: "subnets[0].reservations[0].adress0",
    fix: 'Write "address" if that was meant.',
  });
  expect(problems.at(-1)).toMatchObject({ path: "", found: "500 more like these" });
});
