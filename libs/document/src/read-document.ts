// Any document that a person writes (network.yaml, node.yaml, syncer.yaml) against its zod schema: all problems at
// once, each with path and line.
import type * as z from "zod";
import { type ReadText, readText } from "./document-text.ts";
import { describe, type Finding, formatPath, type Path, type Problem } from "./problem.ts";
import { type KeyAdvice, keyAdvice } from "./section.ts";

export type Checked<T> =
  | { readonly ok: true; readonly document: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Rules that no single field can hold; they are given whatever was found, however broken. */
export type CrossCheck = (value: unknown) => readonly Finding[];

export interface Rules {
  readonly crossCheck?: CrossCheck | undefined;
}

/** What a schema says of a value. */
export type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: readonly z.core.$ZodIssue[] } };

/** A text that could be read. */
export type TextRead = ReadText & { ok: true };

/** Reads YAML or JSON text. */
export function readDocument<T>(
  schema: z.ZodType<T>,
  text: string,
  options: Rules & { readonly file?: string } = {},
): Checked<T> {
  const read = readText(text, options.file);
  return read.ok ? checkRead(schema, read, options) : read;
}

/** Checks an already parsed document, which has no lines. */
export function checkDocument<T>(schema: z.ZodType<T>, value: unknown, rules: Rules = {}): Checked<T> {
  return checkRead(schema, { ok: true, value, placeOf: () => undefined }, rules);
}

function checkRead<T>(
  schema: z.ZodType<T>,
  read: TextRead,
  options: Rules & { readonly file?: string },
): Checked<T> {
  const parsed = schema.safeParse(read.value);
  const findings = [...schemaFindings(parsed, read.value), ...(options.crossCheck?.(read.value) ?? [])];
  return concluded(parsed, findings, (all) => inOrder(all, read, options.file));
}

/** What the schema finds wrong with `value`, in words. */
export function schemaFindings(parsed: Parsed<unknown>, value: unknown): Finding[] {
  const advise = keyAdvice();
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => findingsOf(issue, value, advise));
}

/** @param findings all of them. */
export function concluded<T>(
  parsed: Parsed<T>,
  findings: readonly Finding[],
  place: (all: readonly Finding[]) => readonly Problem[],
): Checked<T> {
  if (!parsed.success || findings.length > 0) return { ok: false, problems: place(findings) };
  return { ok: true, document: parsed.data, warnings: [] };
}

/** So many are told: nobody reads more, and each is looked for in the text. */
export const TOLD_MAX = 1000;

/** As they stand in the text. */
export function inOrder(
  findings: readonly Finding[],
  read: TextRead,
  file: string | undefined,
): readonly Problem[] {
  const told = findings.slice(0, TOLD_MAX).map((finding) => placed(finding, read, file));
  told.sort(byPlace);
  if (findings.length <= TOLD_MAX) return told;
  const more = `${findings.length - TOLD_MAX} more like these`;
  return [...told, { ...(file === undefined ? {} : { file }), path: "", found: more, expected: "none" }];
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function placed(finding: Finding, read: TextRead, file: string | undefined): Problem {
  return {
    ...(file === undefined ? {} : { file }),
    path: formatPath(finding.path),
    ...read.placeOf(finding.path, finding.offset),
    found: finding.found,
    expected: finding.expected,
    ...(finding.fix === undefined ? {} : { fix: finding.fix }),
  };
}

function findingsOf(issue: z.core.$ZodIssue, root: unknown, advise: KeyAdvice): Finding[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      found: `an unknown key "${key}"`,
      ...advise(key, issue.message),
    }));
  }
  const { found, fix } = ownWords(issue);
  return [
    {
      path,
      found: found ?? describe(valueAt(root, path)),
      expected: expectedBy(issue),
      ...(fix === undefined ? {} : { fix }),
    },
  ];
}

/** What a schema of ours adds to an issue that it raises itself. */
function ownWords(issue: z.core.$ZodIssue): { readonly found?: string; readonly fix?: string } {
  return issue.code === "custom" ? (issue.params ?? {}) : {};
}

// Our own schemas say what they expect; for zod's bare checks the words are made here.
function expectedBy(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_value":
      return `${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
};

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}
