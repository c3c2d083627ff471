// The two ways in for a network document: a person's text, and a value out of the store or the API.

import type { Finding } from "@leasehold/document";
import {
  type Checked,
  concluded,
  inOrder,
  readText,
  schemaFindings,
  type TextRead,
} from "@leasehold/document";
import type { Check } from "./checks/check.ts";
import { CHECKS, LEVEL_CHECKS } from "./checks/cross-check.ts";
import { type Survey, survey } from "./checks/survey.ts";
import { WARNINGS } from "./checks/warnings.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import { parseInSteps } from "./document/parse-in-steps.ts";
import { atOnce } from "./steps.ts";

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
  for (const [check, given] of [...partsOf(surveyed), ...CHECKS.map((one) => [one, surveyed] as const)]) {
    yield;
    for (const finding of check(given)) findings.push(finding);
  }
  const checked = concluded(parsed, findings, (all) => inOrder(all, read, file));
  if (!checked.ok) return checked;
  const warnings: Finding[] = [];
  for (const check of WARNINGS) {
    yield;
    for (const finding of check(surveyed)) warnings.push(finding);
  }
  return { ...checked, warnings: inOrder(warnings, read, file) };
}

/** So many take some milliseconds. */
const LEVELS_A_STEP = 500;

function* partsOf(surveyed: Survey): Generator<readonly [Check, Survey], void, void> {
  const { levels } = surveyed;
  for (const check of LEVEL_CHECKS) {
    for (let first = 0; first < levels.length; first += LEVELS_A_STEP)
      yield [check, { ...surveyed, levels: levels.slice(first, first + LEVELS_A_STEP) }];
  }
}
