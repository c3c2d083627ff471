// YAML (or JSON, its subset) with the place of every key, so that a problem can name the line.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from "yaml";
import { readJsonText } from "./json-text.ts";
import type { Path, Problem } from "./problem.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** @param offset of a character in the text that stands at `path`; without it, the place of the key. */
export type PlaceOf = (path: Path, offset?: number) => Place | undefined;

export type ReadText =
  | { readonly ok: true; readonly value: unknown; placeOf: PlaceOf }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses; the problems are those of YAML's syntax, duplicate keys included. */
export function readText(text: string, file?: string): ReadText {
  if (isNestedTooDeep(text)) {
    const where = file === undefined ? {} : { file };
    return { ok: false, problems: [{ ...where, path: "", ...TOO_DEEP }] };
  }
  const json = readJsonText(text);
  if (json === undefined) return readYaml(text, file);
  let yaml: ReadText | undefined; // Only who looks for a place needs it.
  const placeOf: PlaceOf = (path, offset) => {
    yaml ??= readYaml(text, file);
    return yaml.ok ? yaml.placeOf(path, offset) : undefined;
  };
  return { ok: true, value: json.value, placeOf };
}

function readYaml(text: string, file: string | undefined): ReadText {
  const lines = new LineCounter();
  const where = file === undefined ? {} : { file };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      ...where,
      path: "",
      ...placeAt(lines, error.pos[0]),
      ...inWords(error),
    }));
    return { ok: false, problems };
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    const source = { text, document, lines };
    return { ok: true, value, placeOf: (path, offset) => placeOf(source, path, offset) };
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    return { ok: false, problems: [{ ...where, path: "", found, expected: "YAML that can be expanded" }] };
  }
}

/** The parser's words are for people who program it, where a person who writes a file meets them most. */
function inWords({ code, message }: { code: string; message: string }) {
  switch (code) {
    case "TAB_AS_INDENT":
      return {
        found: "a tab at the start of a line",
        expected: "spaces",
        fix: "YAML is indented by spaces alone.",
      };
    case "MULTIPLE_DOCS":
      return { found: "a second document (---)", expected: "one document", fix: "Keep one of them." };
    default:
      return { found: message, expected: "valid YAML or JSON" };
  }
}

const DEPTH_MAX = 200;
const TOO_DEEP = {
  found: `lists or mappings in each other, more than ${DEPTH_MAX} deep`,
  expected: "a document of some levels",
};

/** Before it is parsed, which takes a stack as deep: brackets, the dashes of lists in one line, and spaces before a key. */
function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#.*|[[\]{}]/g)) {
    if (bracket === "[" || bracket === "{") depth++;
    else if (bracket === "]" || bracket === "}") depth--;
    if (depth > DEPTH_MAX) return true;
  }
  return new RegExp(`^ {${2 * DEPTH_MAX},}\\S|(?:- ){${DEPTH_MAX},}|(?:\\? ){${DEPTH_MAX},}`, "m").test(text);
}

interface Source {
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

// A value's place is that of its key: that is the line a person looks for, also where the value is on the next one.
function placeOf({ text, document, lines }: Source, path: Path, inText?: number): Place | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const child = childOf(resolved(node, document), step);
    if (!child) break;
    offset = child.offset ?? offset;
    node = child.node;
  }
  const scalar = resolved(node, document);
  if (inText !== undefined && isScalar(scalar)) offset = offsetIn(scalar, text, inText) ?? offset;
  return offset === undefined ? undefined : placeAt(lines, offset);
}

function childOf(
  node: unknown,
  step: string | number,
): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node) && typeof step === "number") {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
  return pair && { node: pair.value, offset: startOf(pair.key) };
}

/** Where a character of a scalar's value stands; where its text is folded or has escapes, the scalar's begin. */
function offsetIn({ type, range, value }: Scalar, text: string, at: number): number | undefined {
  if (typeof value !== "string" || !range) return undefined;
  const [start, end] = range;
  if (type === "BLOCK_LITERAL") return offsetInBlock(value, text, { start, at });
  const inner = type === "PLAIN" ? start : start + 1;
  return text.slice(inner, end).startsWith(value) ? inner + at : start;
}

/** Each line of the value is the end of a line of the text, behind its indentation. */
function offsetInBlock(value: string, text: string, { start, at }: { start: number; at: number }): number {
  const before = value.slice(0, at).split("\n");
  let line = text.indexOf("\n", start) + 1;
  for (let i = 1; i < before.length; i++) line = text.indexOf("\n", line) + 1;
  const written = text.slice(line).split(/\r?\n/, 1)[0]!;
  const valueLine = value.split("\n")[before.length - 1]!;
  return line + Math.max(written.length - valueLine.length, 0) + before.at(-1)!.length;
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
