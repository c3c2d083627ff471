// A network document in a file, checked before anything is sent; and what it would change.
import type { NetworkDocument } from "@leasehold/network";
import type { Context } from "../command.ts";
import { Failure } from "../failure.ts";
import { changeTo, type DocumentChange } from "./document-change.ts";

/** Reads, checks and compares `file`. @throws Failure with every problem of the file, or what the server said. */
export async function changeOf(file: string, context: Context): Promise<DocumentChange> {
  const { text, document, warnings } = await readDocumentFile(file, context);
  return { ...(await changeTo(document, { text, name: file }, context)), warnings };
}

/** @throws Failure with every problem of the file. */
export async function readDocumentFile(file: string, { environment }: Context) {
  const text = await environment.readText(file);
  return { text, ...(await checked(text, file)) };
}

// Loaded here and not at the top: the schema costs as much start-up time as the rest of the command together.
async function checked(
  text: string,
  file: string,
): Promise<{ readonly document: NetworkDocument; readonly warnings: readonly string[] }> {
  const { formatProblem } = await import("@leasehold/document");
  const { readNetwork } = await import("@leasehold/network");
  const result = readNetwork(text, file);
  if (result.ok) return { document: result.document, warnings: result.warnings.map(formatProblem) };
  const count = result.problems.length;
  throw new Failure(
    `${file} has ${count === 1 ? "a problem" : `${count} problems`}; nothing was sent.`,
    `Correct ${count === 1 ? "it" : "them"} and try again.`,
    { details: result.problems.map(formatProblem), extra: { problems: result.problems } },
  );
}
