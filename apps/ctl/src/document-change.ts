// A change of the network document: what it is based on, what it would change, and storing it (compare-and-swap on the
// revision that the difference was shown for).
import type { NetworkDocument } from "@leasehold/network";
import type { Answer, Context } from "./command.ts";
import { Failure } from "./failure.ts";
import { type Reply, refusal } from "./io/api.ts";

export interface DocumentChange {
  /** What is sent, YAML or JSON; and how to call it to a person: "network.yaml", "revision 7". */
  readonly text: string;
  readonly name: string;
  /** The revision that it is based on; 0 when there is no document yet. */
  readonly base: number;
  /** Empty: it says what the cluster does already. */
  readonly changes: readonly string[];
  /** What is told of a document that has no problem. */
  readonly warnings: readonly string[];
}

/** As a person is shown them, before what changes. */
export function warningLines({ warnings }: DocumentChange): readonly string[] {
  return warnings.map((warning) => `warning: ${warning}`);
}

const PATH = "/api/v1/network";
const YAML = { "content-type": "application/yaml" }; // JSON is YAML, too.

/** Absent where there are none. */
export function warningsJson({ warnings }: DocumentChange) {
  return warnings.length > 0 ? { warnings } : {};
}

/** The change from what is in force to `wanted`. @throws Failure with what the server said. */
export async function changeTo(
  wanted: NetworkDocument,
  { text, name }: { text: string; name: string },
  { api }: Context,
): Promise<DocumentChange> {
  const reply = await api.get(PATH, [404]);
  const { revision, document } = (reply.body ?? {}) as {
    revision?: number;
    document?: NetworkDocument | null;
  };
  if (reply.status === 200 && typeof revision !== "number") throw refusal(reply);
  const { diffNetworks } = await import("@leasehold/network");
  const changes = diffNetworks(document ?? undefined, wanted);
  return { text, name, base: revision ?? 0, changes, warnings: [] };
}

/** Shows the difference and stores; or with --dry-run has a node check the document, and stores nothing. */
export async function carryOut(change: DocumentChange, context: Context): Promise<Answer> {
  const { base, changes, name } = change;
  const warnings = warningsJson(change);
  const isDry = context.options.flag("dry-run");
  if (isDry) await validate(change, context);
  for (const line of warningLines(change)) context.say(line);
  if (changes.length === 0) {
    return {
      json: { applied: false, revision: base, changes, ...warnings },
      lines: [`Nothing to do: ${name} says what revision ${base} says.`],
    };
  }
  for (const line of changes) context.say(line);
  if (isDry) {
    return {
      json: { applied: false, revision: base, changes, ...warnings },
      lines: [`No problems. Nothing was stored: this would change revision ${base}.`],
    };
  }
  const revision = await store(change, context);
  return {
    json: { applied: true, revision, changes, ...warnings },
    lines: [`Applied as revision ${revision}.`],
  };
}

async function validate(change: DocumentChange, { api }: Context): Promise<void> {
  const reply = await api.post(`${PATH}/validate`, change.text, YAML);
  if (reply.status === 422) throw await refusedDocument(reply, change);
  if (reply.status !== 200) throw refusal(reply);
}

async function store(change: DocumentChange, { api }: Context): Promise<number> {
  const reply = await api.put(PATH, change.text, { ...YAML, "if-match": `"${change.base}"` });
  switch (reply.status) {
    case 200:
      return (reply.body as { revision: number }).revision;
    case 412:
      throw overtaken(reply, change);
    case 422:
      throw await refusedDocument(reply, change);
    default:
      throw refusal(reply);
  }
}

function overtaken(reply: Reply, { base }: DocumentChange): Failure {
  const { revision } = (reply.body ?? {}) as { revision?: unknown };
  const now = typeof revision === "number" ? `, but at ${revision}` : "";
  return new Failure(
    `Somebody else changed the network meanwhile: it is no longer at revision ${base}${now}. Nothing was stored.`,
    "Look at what there is now with `leasehold history` and `leasehold diff <file>`, then try again.",
  );
}

// A file passed the check here, so then the node is of another version, or knows more.
async function refusedDocument(reply: Reply, { name }: DocumentChange): Promise<Failure> {
  const { formatProblem } = await import("@leasehold/network");
  const { problems = [] } = (reply.body ?? {}) as { problems?: Parameters<typeof formatProblem>[0][] };
  return new Failure(
    `${reply.server} refused ${name}. Nothing was stored.`,
    "Correct it; when this command found no fault in it, see whether node and command are of one version.",
    { details: problems.map((problem) => formatProblem({ file: name, ...problem })), extra: { problems } },
  );
}
