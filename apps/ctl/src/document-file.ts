// A network document in a file, checked before anything is sent; and what it would change.
import type { NetworkDocument } from "@leasehold/network";
import type { Context } from "./command.ts";
import { Failure } from "./failure.ts";
import { refusal } from "./io/api.ts";

export interface DocumentChange {
  readonly text: string;
  readonly current: number; // The revision that the change is based on; 0 when there is no document yet.
  readonly etag: string;
  readonly changes: readonly string[]; // Empty: the file says what the cluster does already.
}

const PATH = "/api/v1/network";

/** Reads, checks and compares `file`. @throws Failure with every problem of the file, or what the server said. */
export async function changeOf(file: string, { api, world }: Context): Promise<DocumentChange> {
  const text = await world.readText(file);
  const wanted = await checked(text, file);
  const reply = await api.get(PATH, [404]);
  const { revision, document } = (reply.body ?? {}) as {
    revision?: number;
    document?: NetworkDocument | null;
  };
  if (reply.status === 200 && typeof revision !== "number") throw refusal(reply);
  const { diffNetworks } = await import("@leasehold/network");
  return {
    text,
    current: revision ?? 0,
    etag: reply.etag ?? `"${revision ?? 0}"`,
    changes: diffNetworks(document ?? undefined, wanted),
  };
}

// Loaded here and not at the top: the schema costs as much start-up time as the rest of the command together.
async function checked(text: string, file: string): Promise<NetworkDocument> {
  const { formatProblem, readNetwork } = await import("@leasehold/network");
  const result = readNetwork(text, file);
  if (result.ok) return result.document;
  const count = result.problems.length;
  throw new Failure(
    `${file} has ${count === 1 ? "a problem" : `${count} problems`}; nothing was sent.`,
    `Correct ${count === 1 ? "it" : "them"} and try again.`,
    { details: result.problems.map(formatProblem), extra: { problems: result.problems } },
  );
}
