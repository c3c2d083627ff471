// docs/network-reference.md, out of the JSON Schema: a table for each mapping of the network document, a row a key.
import { jsonSchemaOfNetwork } from "@leasehold/network";
import { OPTIONS, optionByName } from "@leasehold/protocol";

/** As much of JSON Schema as ours has. */
interface Schema {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: Schema;
  readonly not?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const HEAD = `# Reference of the network document

<!-- Made by \`./run reference\` from the schema in libs/network/src/document: change the descriptions there. -->

Every key of the [network document](network.md). For editors there is the same as [JSON Schema](network.schema.json).
A key with * is required. Where a key is a mapping with a section of its own, its type links there.
`;

/** Of a network document, one that JSON can hold. */
export const schema = jsonSchemaOfNetwork() as Schema;

export function referencePage(): string {
  const sections = Object.entries(schema.$defs ?? {}).map(([name, part]) => {
    const about = `\n## ${name}\n${part.description ?? ""}\n\n`;
    return about + (name === "options" ? optionsTable() : table(part));
  });
  return [HEAD, "\n## document\nThe document itself.\n\n", table(schema), ...sections].join("");
}

function table(part: Schema): string {
  const mapping = part.properties ? part : choicesOf(part).find(({ properties }) => properties);
  const whole = mapping === part ? [] : [`| | ${typeOf(part)} | the whole |`];
  const rows = [...whole, ...(mapping ? rowsOf(mapping, "") : [])];
  return ["| key | value | |", "|---|---|---|", ...rows, ""].join("\n");
}

/** A mapping without a section of its own has its keys here, behind a dot. */
function rowsOf(part: Schema, before: string): string[] {
  return Object.entries(part.properties ?? {}).flatMap(([key, one]) => {
    const name = before + key;
    const isRequired = part.required?.includes(key) ? " *" : "";
    const inside = one.properties ? [one] : choicesOf(one).filter(({ properties }) => properties);
    return [
      `| \`${name}\`${isRequired} | ${typeOf(one)} | ${cell(descriptionOf(one))} |`,
      ...unique(inside.flatMap((mapping) => rowsOf(mapping, `${name}.`))),
      ...(one.items?.properties ? rowsOf(one.items, `${name}[].`) : []),
    ];
  });
}

const choicesOf = ({ anyOf, oneOf }: Schema): readonly Schema[] => anyOf ?? oneOf ?? [];
const unique = (rows: readonly string[]): string[] => [...new Set(rows)];
const cell = (text: string): string => text.replaceAll("|", "\\|");

function descriptionOf(part: Schema): string {
  return part.description ?? (part.$ref ? (schema.$defs?.[nameOf(part.$ref)]?.description ?? "") : "");
}

const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);

function typeOf(part: Schema): string {
  if (part.$ref) return `[${nameOf(part.$ref)}](#${nameOf(part.$ref).toLowerCase()})`;
  if (part.title) return cell(part.title);
  if (part.const !== undefined) return `\`${part.const}\``;
  if (part.enum) return part.enum.map((one) => `\`${one}\``).join(", ");
  const choices = choicesOf(part);
  const [first, second] = choices.map(typeOf);
  if (choices.length === 2 && second === `list: ${first}`) return `${first}, or a list of these`;
  if (choices.length > 0) return unique(choices.map(typeOf)).join(", or ");
  return plainTypeOf(part);
}

function plainTypeOf(part: Schema): string {
  switch (part.type) {
    case "array":
      return part.items?.properties ? "list of mappings" : `list: ${typeOf(part.items ?? {})}`;
    case "object":
      return part.properties ? "mapping" : "mapping of names to texts";
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    case "integer":
      return `whole number, ${part.minimum} to ${part.maximum}`;
    case "number":
      return part.exclusiveMinimum === undefined
        ? `number, ${part.minimum} to ${part.maximum}`
        : `number between ${part.exclusiveMinimum} and ${part.exclusiveMaximum}`;
    default:
      return "any value";
  }
}

function optionsTable(): string {
  const properties = schema.$defs?.options?.properties ?? {};
  const rows = OPTIONS.filter(([, name]) => properties[name] !== undefined && !properties[name].not).map(
    ([code, name, , definedIn]) =>
      `| ${code} | \`${name}\` | ${cell(optionByName(name).expected)} | ${cell(definedIn)} |`,
  );
  return ["| code | name | value | defined in |", "|---|---|---|---|", ...rows, ""].join("\n");
}
