// The two ways in for a network document: a person's text, and a value out of the store or the API.
import { CHECKS } from "./checks/cross-check.ts";
import { survey } from "./checks/survey.ts";
import { WARNINGS } from "./checks/warnings.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import { parseInSteps } from "./document/parse-in-steps.ts";
import { readText } from "./text/document-text.ts";
import { type Checked, concluded, inOrder, schemaFindings, type TextRead } from "./text/read-document.ts";
import { atOnce } from "./text/steps.ts";

/** Reads YAML or JSON text; all problems at once, with their lines. */
export function readNetwork(text: string, file?: string): Checked<NetworkDocument> {
  const read = readText(text, file);
  return read.ok ? atOnce(checkRead(read, file)) : read;
}

/** Checks a document that is already parsed. */
export function checkNetwork(value: unknown): Checked<NetworkDocument> {
  return atOnce(checkInSteps(value));
}

/** The same in steps of some milliseconds: what has to answer meanwhile does so between two of them. */
export function checkInSteps(value: unknown): Generator<void, Checked<NetworkDocument>, void> {
  return checkRead({ ok: true, value, placeOf: () => undefined }, undefined);
}

/** The rules between fields are all run, whatever the others and the schema found. */
function* checkRead(
  read: TextRead,
  file: string | undefined,
): Generator<void, Checked<NetworkDocument>, void> {
  const parsed = yield* parseInSteps(read.value);
  const findings = schemaFindings(parsed, read.value);
  yield;
  const surveyed = survey(read.value);
  for (const check of CHECKS) {
    yield;
    findings.push(...check(surveyed));
  }
  const checked = concluded(parsed, findings, (all) => inOrder(all, read, file));
  if (!checked.ok) return checked;
  const warnings = [];
  for (const check of WARNINGS) {
    yield;
    warnings.push(...check(surveyed));
  }
  return { ...checked, warnings: inOrder(warnings, read, file) };
}
