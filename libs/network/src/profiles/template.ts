// Texts of boot profiles with values of the machine in braces: {mac}, {label.rack}. Parsed when the document is checked, so that a script
// is put together without looking at its text again.
import { type Advice, adviceFrom } from "@leasehold/document";

/** What a template may name in braces, beside {label.…}. */
export const TEMPLATE_VALUES = [
  "mac",
  "bootif",
  "hostname",
  "xname",
  "nid",
  "uuid",
  "serial",
  "arch",
  "address",
  "subnet",
  "type",
  "role",
  "subRole",
  "group",
  "profile",
  "node",
  "url",
  "server",
] as const;

export type TemplateValue = (typeof TEMPLATE_VALUES)[number] | `label.${string}`;

export interface ValuePiece {
  readonly name: TemplateValue;
  /** Written {name?}: what is not known is empty. */
  readonly isOptional: boolean;
  /** Where its brace stands in the template. */
  readonly offset: number;
}

export type Piece = string | ValuePiece;

export type Template = readonly Piece[];

/** What is wrong with a template, and at which character. */
export interface TemplateMistake {
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
  readonly fix?: string;
}

export interface ParsedTemplate {
  readonly template: Template;
  readonly mistakes: readonly TemplateMistake[];
}

// `${…}` is the loader's own, even one within another; `{{name}}` is {name} itself.
const PART = /\$\{(?:[^{}\n]|\$\{[^{}\n]*\})*\}|\{\{([A-Za-z][\w.-]*\??)\}\}|\{([A-Za-z][\w.-]*)(\??)\}/g;

export function parseTemplate(text: string, meantBy: Advice = adviceFrom(TEMPLATE_VALUES)): ParsedTemplate {
  const template: Piece[] = [];
  const mistakes: TemplateMistake[] = [];
  let end = 0;
  for (const part of text.matchAll(PART)) {
    const [whole, literal, name, mark] = part;
    if (literal === undefined && name === undefined) continue;
    template.push(text.slice(end, part.index));
    end = part.index + whole.length;
    if (literal !== undefined) template.push(`{${literal}}`);
    else if (isTemplateValue(name!)) template.push({ name, isOptional: mark === "?", offset: part.index });
    else mistakes.push(unknownName(part.index, name!, meantBy));
  }
  template.push(text.slice(end));
  return { template: joined(template), mistakes };
}

function unknownName(offset: number, name: string, meantBy: Advice): TemplateMistake {
  const meant = meantBy(name);
  const fix =
    meant === undefined
      ? `Write "{{${name}}}" for the text {${name}} itself.`
      : `Write "{${meant}}" if that was meant.`;
  return { offset, found: `{${name}}`, expected: `one of {${TEMPLATE_VALUES.join("}, {")}}, {label.…}`, fix };
}

function isTemplateValue(name: string): name is TemplateValue {
  return /^label\.[\w.-]+$/.test(name) || TEMPLATE_VALUES.some((known) => known === name);
}

/** Texts that follow each other as one, and no empty one. */
function joined(pieces: readonly Piece[]): Template {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece === "") continue;
    if (typeof piece === "string" && typeof last === "string") result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}

/** Of a text that was checked. */
export function templateOf(text: string): Template {
  const { template, mistakes } = parseTemplate(text);
  if (mistakes.length > 0)
    throw new Error(`${mistakes[0]!.found} is no value: the document was not checked.`);
  return template;
}
