// A script of the site's own with its values filled in.
import type { ScriptFormat, Template, TemplateValue } from "@leasehold/network";
import { type Source, valuesAt } from "../profiles/sources.ts";
import type { Filler } from "../profiles/values.ts";

/** Stands for a value that is another one with each source; no value and no language has it. */
const URL_MARK = "\u0001";
const SERVER_MARK = "\u0002";
const MARKS = new Map<TemplateValue, string>([
  ["url", URL_MARK],
  ["server", SERVER_MARK],
]);

export function ownText(
  format: ScriptFormat,
  template: Template,
  { sources, filler }: { sources: readonly Source[]; filler: Filler },
): string {
  const [first] = sources;
  if (format !== "ipxe" || first === undefined)
    return withNewline(filler.fill(template, first && valuesAt(first)));
  // A backslash at the end of a line joins it with the next one.
  const text = filler.fill(template, MARKS).replaceAll(/\\\n/g, "");
  return withNewline(
    text
      .split("\n")
      .map((line) => eachSource(line, sources))
      .join("\n"),
  );
}

/** A command with a source's value in it once for each source, until one succeeds: `kernel A || kernel B`. */
function eachSource(line: string, sources: readonly Source[]): string {
  if (!line.includes(URL_MARK) && !line.includes(SERVER_MARK)) return line;
  return line
    .split(/(\s(?:\|\||&&|;)(?=\s|$))/)
    .map((command, i) => (i % 2 === 1 ? command : repeated(command, sources)))
    .join("");
}

function repeated(command: string, sources: readonly Source[]): string {
  const [space = ""] = /^\s*/.exec(command)!;
  return space + [...new Set(sources.map((source) => at(command.trimStart(), source)))].join(" || ");
}

function at(command: string, { url, server }: Source): string {
  return command.replaceAll(URL_MARK, url).replaceAll(SERVER_MARK, server);
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
