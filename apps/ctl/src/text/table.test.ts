import { expect, test } from "vitest";
import { card, table } from "./table.ts";

test("columns are aligned, absent cells are a dash, and lines end without spaces", () => {
  expect(
    table(
      ["ADDRESS", "HOST"],
      [
        ["10.77.16.1", "x1000c0"],
        ["10.77.16.22", null],
      ],
    ),
  ).toEqual(["ADDRESS      HOST", "10.77.16.1   x1000c0", "10.77.16.22  -"]);
});

test("a table without rows is its head, and a card leaves out what is absent", () => {
  expect(table(["A", "B"], [])).toEqual(["A  B"]);
  expect(
    card([
      ["address", "10.77.16.1"],
      ["host", null],
      ["node", "n1"],
    ]),
  ).toEqual(["address  10.77.16.1", "node     n1"]);
});
