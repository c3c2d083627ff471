// What is made from the schema of the network document is fresh, and the schema explains every key.
import { readFileSync } from "node:fs";
import { formatProblem } from "@leasehold/document";
import { compileNetwork, readNetwork } from "@leasehold/network";
import { describe, expect, test } from "vitest";
import { made } from "./reference/made.ts";
import { schema } from "./reference/page.ts";

test.each(made)("%s is what ./run reference makes", (file, text) => {
  expect(readFileSync(`${import.meta.dirname}/../${file}`, "utf8")).toBe(text);
});

const examples = readFileSync(`${import.meta.dirname}/../docs/network.md`, "utf8").matchAll(
  /^```yaml\n(.*?)^```$/gms,
);

test.each(Array.from(examples, (match) => match[1]!))("a node takes the example %#", (text) => {
  const read = readNetwork(text);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
  expect(compileNetwork(read.document, 1).subnets).toHaveLength(read.document.subnets.length);
});

type Node = Readonly<Record<string, unknown>>;

describe("the JSON Schema", () => {
  test("is of draft 2020-12 and holds together", () => {
    expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].map(
      (match) => match[1]!,
    );
    expect(new Set(references)).toEqual(new Set(Object.keys(schema.$defs ?? {})));
  });

  test("describes every key", () => {
    expect(undescribed(schema as Node, "")).toEqual([]);
  });
});

function undescribed(node: Node, path: string): string[] {
  return Object.entries(node).flatMap(([key, value]) => {
    if (typeof value !== "object" || value === null) return [];
    const deeper = undescribed(value as Node, `${path}/${key}`);
    return key === "properties" ? [...keysWithout(value as Record<string, Node>, path), ...deeper] : deeper;
  });
}

/** A key that is refused needs no description; one that is told elsewhere has it there. */
function keysWithout(properties: Readonly<Record<string, Node>>, path: string): string[] {
  return Object.entries(properties)
    .filter(([, one]) => one.description === undefined && one.$ref === undefined && one.not === undefined)
    .map(([key]) => `${path}/${key}`);
}
