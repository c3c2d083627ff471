// TypeScript without its comments, and without the contents of its strings, line by line where it was.
// Biome's format makes a scanner of this size dependable; it is no parser.

export interface Code {
  readonly withStrings: string; // Comments are blank: for imports.
  readonly bare: string; // Comments and the insides of strings, templates and regular expressions are blank: for names.
}

// A slash after one of these begins a regular expression, after anything else it divides.
const BEFORE_REGEX = /(^|[([{,;:=!&|?+\-*%<>~^]|\b(return|typeof|case|in|of|await|yield))\s*$/;

export function codeOnly(text: string): Code {
  let withStrings = "";
  let bare = "";
  const blank = (part: string): string => part.replaceAll(/[^\n]/g, " ");
  for (let at = 0; at < text.length; ) {
    const [kind, end] = tokenAt(text, at, bare);
    const part = text.slice(at, end);
    withStrings += kind === "comment" ? blank(part) : part;
    bare += kind === "code" ? part : kind === "comment" ? blank(part) : hollow(part, blank);
    at = end;
  }
  return { withStrings, bare };
}

/** Strings, templates and regular expressions, with where each begins. */
export function* literalsOf(text: string): Generator<readonly [at: number, literal: string]> {
  let bare = "";
  for (let at = 0; at < text.length; ) {
    const [kind, end] = tokenAt(text, at, bare);
    const part = text.slice(at, end);
    if (kind === "text") yield [at, part];
    bare += kind === "comment" ? " " : part.slice(-1);
    at = end;
  }
}

type Token = readonly [kind: "code" | "comment" | "text", end: number];

function tokenAt(text: string, at: number, before: string): Token {
  const char = text[at]!;
  const next = text[at + 1];
  if (char === "/" && next === "/") return ["comment", ending(text, "\n", at)];
  if (char === "#" && at === 0 && next === "!") return ["comment", ending(text, "\n", at)];
  if (char === "/" && next === "*") return ["comment", ending(text, "*/", at + 2) + 2];
  if (char === '"' || char === "'") return ["text", closing(text, at, char)];
  if (char === "`") return ["text", templateEnd(text, at)];
  if (char === "/" && BEFORE_REGEX.test(before.slice(-40))) return ["text", regexEnd(text, at)];
  return ["code", at + 1];
}

function hollow(part: string, blank: (part: string) => string): string {
  return part.length < 2 ? part : part[0] + blank(part.slice(1, -1)) + part.at(-1);
}

function ending(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

function closing(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote || text[i] === "\n") return i + 1;
  }
  return text.length;
}

function regexEnd(text: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if ((text[i] === "/" && !inClass) || text[i] === "\n") return i + 1;
  }
  return text.length;
}

// What stands in `${…}` is blanked with the rest: a clock hidden in a template is beyond this scanner.
function templateEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "$" && text[i + 1] === "{") depth++;
    else if (text[i] === "}" && depth > 0) depth--;
    else if (text[i] === "`" && depth > 0) i = templateEnd(text, i) - 1;
    else if (text[i] === "`") return i + 1;
  }
  return text.length;
}
