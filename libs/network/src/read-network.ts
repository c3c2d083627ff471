// The two ways in for a network document: a person's text, and a value out of the store or the API.
import { crossCheck } from "./checks/cross-check.ts";
import { warningsOf } from "./checks/warnings.ts";
import { type NetworkDocument, networkSchema } from "./document/network-schema.ts";
import { type Checked, checkDocument, readDocument } from "./text/read-document.ts";

const RULES = { crossCheck, warningsOf };

/** Reads YAML or JSON text; all problems at once, with their lines. */
export function readNetwork(text: string, file?: string): Checked<NetworkDocument> {
  return readDocument(networkSchema, text, { ...RULES, ...(file === undefined ? {} : { file }) });
}

/** Checks a document that is already parsed. */
export function checkNetwork(value: unknown): Checked<NetworkDocument> {
  return checkDocument(networkSchema, value, RULES);
}
