// The files that are made from the schema, by path.
import { formatJson } from "./json.ts";
import { referencePage, schema } from "./page.ts";

export const made: readonly (readonly [file: string, text: string])[] = [
  ["docs/network-reference.md", referencePage()],
  ["docs/network.schema.json", `${formatJson(schema)}\n`],
];
