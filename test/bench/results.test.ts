import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { latencyOf, median } from "./latency.ts";
import { barPlot, linePlot, roundUp } from "./plot.ts";
import { published, replaceSection } from "./results.ts";
import { subjects } from "./subjects.ts";
import { table } from "./table.ts";

test("a section is replaced between its markers, and nothing else", () => {
  const document =
    "# A\n<!-- bench:x -->\nold\n<!-- /bench:x -->\n<!-- bench:y -->\nkept\n<!-- /bench:y -->\n";
  const once = replaceSection(document, "x", "new");
  expect(once).toBe(document.replace("old", "new"));
  expect(replaceSection(once, "x", "new")).toBe(once);
  expect(() => replaceSection(document, "z", "new")).toThrow('no place for "z"');
});

test("what is published is short, and has what the text above the tables speaks of", () => {
  const step = { rate: 4000, offered: 3999, completed: 3998, toolMicros: 12 };
  const result = {
    seconds: 1 / 3,
    contestants: [{ runs: [{ best: step, half: { p50: 0.123456 }, steps: [step] }] }],
  };
  expect(published(result)).toMatch(/^\{\n"seconds":0\.33333,\n"contestants":.*\n\}\n$/);
  expect(JSON.parse(published(result)).contestants).toEqual([
    { runs: [{ half: { p50: 0.12346 }, steps: [[4000, 3999, 3998]] }] },
  ]);
});

test("percentiles are those of the values", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(latencyOf(hundred.toReversed())).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  expect(latencyOf([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
  expect(median([5, 1, 9])).toBe(5);
  expect(median([1, 2])).toBe(1.5);
});

test("a table's columns have one width each", () => {
  const lines = table(
    ["", "DORA/s"],
    [
      ["Kea", 12],
      ["ours", "1,234,567"],
    ],
  ).split("\n");
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines).toHaveLength(4);
});

test("plots show every label, and are XML", () => {
  const bars = barPlot("a < b", "x", [{ label: "one & two", value: 3, range: [1, 5] }]);
  expect(bars).toContain("one &amp; two");
  expect(bars).toContain("a &lt; b");
  const line = linePlot({ title: "t", x: "offered", y: "done" }, [
    {
      label: "ours",
      points: [
        [0, 0],
        [2, 2],
      ],
    },
  ]);
  expect(line).toMatch(/<polyline points="70\.0,340\.0 700\.0,[\d.]+"/);
});

test.each([
  [3000, 3000],
  [3100, 4000],
  [0.0072, 0.008],
  [1_000_000, 1_000_000],
])("an axis to %d ends at %d", (most, end) => {
  expect(roundUp(most)).toBeCloseTo(end, 9);
});

test.each(subjects.map(({ name }) => name))(
  "docs/performance.md has a place for %s, and says how to run it",
  (name) => {
    const document = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
    expect(replaceSection(document, name, "figures")).toContain(`<!-- bench:${name} -->\nfigures\n`);
    expect(document).toContain(name === "compare" ? "./run bench" : `./run bench ${name}`);
  },
);
