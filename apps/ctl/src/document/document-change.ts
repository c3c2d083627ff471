// A change of the network document: what it is based on, what it would change, and storing it (compare-and-swap on the
// revision that the difference was shown for).
import type { NetworkDocument } from "@leasehold/network";
import type { Answer, Context } from "../command.ts";
import { Failure } from "../failure.ts";
import { type Reply, refusal } from "../io/api.ts";
import { acceptLoss, type Impact, lossFailure } from "./change-impact.ts";
import { followedLine, followRevision, laggingFailure } from "./follow-revision.ts";

export interface DocumentChange {
  /** What is sent, YAML or JSON; and how to call it to a person: "network.yaml", "revision 7". */
  readonly text: string;
  readonly name: string;
  /** The revision that it is based on; 0 when there is no document yet. */
  readonly base: number;
  /** Empty: it says what the cluster does already. */
  readonly changes: readonly string[];
  /** Why it is to be stored although it may change nothing; undefined when the store has what is in force. */
  readonly unstored?: string | undefined;
  /** What is in force, and what is wanted. */
  readonly before?: NetworkDocument | undefined;
  readonly after: NetworkDocument;
  /** Warnings of a document that has no problem. */
  readonly warnings: readonly string[];
}

/** What a node says that the store has. */
interface Stored {
  readonly revision: number;
  readonly state: string;
  readonly problem: string | null;
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
  const { revision, document, stored } = (reply.body ?? {}) as {
    revision?: number;
    document?: NetworkDocument | null;
    stored?: Stored;
  };
  if (reply.status === 200 && typeof revision !== "number") throw refusal(reply);
  const { diffNetworks } = await import("@leasehold/network");
  const changes = diffNetworks(document ?? undefined, wanted);
  const base = stored?.revision ?? revision ?? 0;
  const documents = { before: document ?? undefined, after: wanted };
  return { text, name, base, changes, ...documents, warnings: [], unstored: unstoredBy(stored, revision) };
}

/** What is in force is one thing, and what the store has another: only what is stored outlives the nodes. */
export function unstoredBy(stored: Stored | undefined, inForce: number | undefined): string | undefined {
  switch (stored?.state) {
    case "absent":
      return inForce === undefined
        ? undefined
        : "The store has no network document; nodes use the document that they have in memory.";
    case "deleted":
      return `Revision ${stored.revision} in the store says that the network document was deleted.`;
    case "broken":
      return `Revision ${stored.revision} in the store cannot be used: ${stored.problem}.`;
    case "unknown":
      throw new Failure(
        "The store does not answer, so nothing was compared or changed.",
        "See `leasehold status` for the store's state, and try again.",
      );
    case "document":
      return stored.revision === inForce
        ? undefined
        : `The store has revision ${stored.revision}, but this node uses ${inForce === undefined ? "none" : `revision ${inForce}`}.`;
    default:
      return undefined;
  }
}

/** Shows the difference and stores; or with --dry-run has a node check the document, and stores nothing. */
export async function carryOut(change: DocumentChange, context: Context): Promise<Answer> {
  const { base, changes, name, unstored } = change;
  const warnings = warningsJson(change);
  const isDry = context.options.flag("dry-run");
  const isForced = context.options.flag("force");
  const isChange = isDry || changes.length > 0 || unstored !== undefined || isForced;
  const impact = isChange ? await validate(change, context) : undefined;
  for (const line of warningLines(change)) context.say(line);
  if (unstored !== undefined) context.say(unstored);
  if (changes.length === 0 && unstored === undefined && !isForced) {
    return {
      json: { applied: false, revision: base, changes, ...warnings },
      lines: [`No changes: ${name} is identical to revision ${base}.`],
    };
  }
  for (const line of changes) context.say(line);
  for (const line of impact?.lines ?? []) context.say(`! ${line}`);
  if (isDry) {
    return {
      json: { applied: false, revision: base, changes, ...warnings, ...(impact && { impact }) },
      lines: [`No problems found. Nothing was stored. The base is revision ${base}.`],
    };
  }
  const revision = await store(change, await acceptLoss(impact, context), context);
  context.say(`Applied as revision ${revision}.`);
  const followed = await followRevision(revision, context);
  if (followed.lagging.length > 0) throw laggingFailure(followed);
  const { following, away, ms } = followed;
  return {
    json: { applied: true, revision, changes, ...warnings, ...(impact && { impact }), following, away, ms },
    lines: [followedLine(followed)],
  };
}

/** Has a node check it; what it would take away, where the node is new enough to know. */
export async function validate(change: DocumentChange, { api }: Context): Promise<Impact | undefined> {
  const reply = await api.post(`${PATH}/validate`, change.text, YAML);
  if (reply.status === 422) throw await refusedDocument(reply, change);
  if (reply.status !== 200 && reply.status !== 404) throw refusal(reply);
  return (reply.body as { impact?: Impact } | undefined)?.impact;
}

async function store(
  change: DocumentChange,
  isLossAccepted: boolean,
  { api, options }: Context,
): Promise<number> {
  const path = isLossAccepted ? `${PATH}?accept=loss` : PATH;
  const base = options.flag("force") ? "*" : `"${change.base}"`;
  const reply = await api.put(path, change.text, { ...YAML, "if-match": base });
  switch (reply.status) {
    case 409:
      throw lossFailure((reply.body as { impact?: Impact }).impact);
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
  const now = typeof revision === "number" ? ` and is now at revision ${revision}` : "";
  return new Failure(
    `Conflict: the network document was changed since revision ${base}${now}. Nothing was stored.`,
    "See the current document with `leasehold history` and `leasehold diff <file>`, then try again, or replace it with --force.",
  );
}

// A file passed the check here, so then the node is of another version, or knows more.
async function refusedDocument(reply: Reply, { name }: DocumentChange): Promise<Failure> {
  const { formatProblem } = await import("@leasehold/document");
  const { problems = [] } = (reply.body ?? {}) as { problems?: Parameters<typeof formatProblem>[0][] };
  return new Failure(
    `${reply.server} refused ${name}. Nothing was stored.`,
    "Correct it. If this command found no problem in it, check that the node and this command have the same version.",
    { details: problems.map((problem) => formatProblem({ file: name, ...problem })), extra: { problems } },
  );
}
