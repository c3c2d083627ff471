// What docs/lab.md tells of the faults is what there is.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faultKinds } from "./fault-kinds.ts";

const page = readFileSync(`${import.meta.dirname}/../../docs/lab.md`, "utf8");

test("docs/lab.md has the number of kinds, and each by its name", () => {
  const table = page.slice(page.indexOf("| target | faults |")).split("\n\n", 1)[0]!;
  const named = table
    .split("\n")
    .slice(2)
    .flatMap((row) =>
      row
        .split("|")[2]!
        .split(",")
        .map((name) => name.trim()),
    );
  expect(named.toSorted()).toEqual(faultKinds.map(({ name }) => name).toSorted());
  expect(page).toContain(`There are ${faultKinds.length} kinds of faults in the list`);
});
