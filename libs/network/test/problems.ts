// One rule, one mistake, one message: documents with a mistake in one place, and what is told of it.

import { formatProblem } from "@leasehold/document";
import { expect } from "vitest";
import { readNetwork } from "../src/read-network.ts";
import { problemsOf } from "./client.ts";

const LAN = "subnets: [{ id: lan, prefix: 10.0.0.0/24 }]";

/** What is told of a document with such a line and one subnet. */
export const told = (line: string): string[] => problemsOf(`version: 1\n${LAN}\n${line}`);
export const inSubnet = (fields: string): string[] =>
  problemsOf(`version: 1\nsubnets:\n  - { id: lan, prefix: 10.0.0.0/24, ${fields} }`);
export const inClass = (match: string): string[] => told(`classes:\n  - { id: a, match: ${match} }`);

export type Rule = readonly [document: string, ...messages: string[]];

/** Each problem has its message in it, in this order, and all that a problem must have. */
export function holds(problems: readonly string[], messages: readonly string[]): void {
  expect(problems).toEqual(messages.map((message) => expect.stringContaining(message)));
  for (const problem of problems) expect(problem).toMatch(/^\d+:\d+: \S+: found .*, expected .*\.$/);
}

/** What a document without problems is warned of. */
export function warningsOf(text: string): string[] {
  const read = readNetwork(text, "network.yaml");
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.warnings.map(formatProblem);
}
