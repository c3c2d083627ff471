// YAML (or JSON, its subset) with the place of every key, so that a problem can name the line.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { readJsonText } from "./json-text.ts";
import type { Path, Problem } from "./problem.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type ReadText =
  | { readonly ok: true; readonly value: unknown; placeOf(path: Path): Place | undefined }
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
  const placeOf = (path: Path) => {
    yaml ??= readYaml(text, file);
    return yaml.ok ? yaml.placeOf(path) : undefined;
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
    return { ok: true, value, placeOf: (path) => placeOf(document, lines, path) };
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

// A value's place is that of its key: that is the line a person looks for, also where the value is on the next one.
function placeOf(document: Document, lines: LineCounter, path: Path): Place | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const step of path) {
    const child = childOf(resolved(node, document), step);
    if (!child) break;
    offset = child.offset ?? offset;
    node = child.node;
  }
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
