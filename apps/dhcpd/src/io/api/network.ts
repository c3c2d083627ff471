// The API's routes of the network document: what is in force, what was, checking one, storing one.
import { BusError, type StoredRecord } from "@leasehold/bus";
import { inTurns } from "@leasehold/daemon";
import type { Checked, Problem } from "@leasehold/document";
import type { Network, NetworkDocument } from "@leasehold/network";
import { brokenInSteps, type DocumentStore } from "@leasehold/views";
import type { FastifyInstance, FastifyReply } from "fastify";
import * as z from "zod";
import type { Impact } from "../../api/change-impact.ts";
import { parameters, wholeNumber } from "../../api/fields.ts";
import type { HistoryEntry } from "../../views/network-history.ts";

/** What the routes need of the node. */
export interface NetworkDocuments extends Pick<DocumentStore, "newest" | "put"> {
  inForce(): Network;
  /** The kept revisions, newest first. */
  history(): Promise<readonly HistoryEntry[]>;
  /** One of them whole, as JSON; undefined when it is not kept, or was deleted. */
  revision(revision: number): Promise<string | undefined>;
  /** All problems of a text in YAML or JSON, without keeping packets waiting. */
  check(text: string): Promise<Checked<NetworkDocument>>;
  /** Why it cannot be stored although nothing is wrong with it: it is too long. */
  unstorable?(document: NetworkDocument): Problem | undefined;
  /** What it would take away. @throws BusError while that is not known. */
  impact?(document: NetworkDocument): Promise<Impact>;
}

/** What the store has of the document now. */
export interface StoredView {
  /** 0 when it has none; what a change is based on. */
  readonly revision: number;
  /** `document` is one that nodes can use, `unknown` what the store could not be asked. */
  readonly state: "document" | "absent" | "deleted" | "broken" | "unknown";
  /** The first thing that is wrong with a broken one. */
  readonly problem: string | null;
}

const revisionParameters = parameters({ revision: wholeNumber(Number.MAX_SAFE_INTEGER) });
type Revision = { Params: z.infer<typeof revisionParameters> };
const anyText = z.unknown();
const accept = parameters({ accept: z.literal("loss", "loss").optional() });
type Accept = { Querystring: z.infer<typeof accept> };

export function addNetwork(app: FastifyInstance, documents: NetworkDocuments): void {
  addReading(app, documents);
  // Here a body stays the text that it is, of whatever type it is said to be, so that problems can name its lines.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    addWriting(scope, documents);
  });
}

function addReading(app: FastifyInstance, documents: NetworkDocuments): void {
  app.get("/api/v1/network", async (_request, reply) => {
    const stored = await storedView(documents);
    const { revision, document } = documents.inForce();
    // A change is based on what the store has, whatever is in force.
    if (stored.state !== "unknown") reply.header("etag", `"${stored.revision}"`);
    if (revision > 0) return reply.send({ revision, document, stored });
    const isThere = stored.state === "broken" || stored.state === "deleted";
    return reply.code(404).send({
      error: isThere ? "There is no network document that can be used." : "There is no network document yet.",
      fix: isThere
        ? "`leasehold history` says why; leasehold apply network.yaml"
        : "leasehold apply network.yaml",
      stored,
    });
  });
  app.get("/api/v1/network/history", () => documents.history());
  const schema = { params: revisionParameters };
  app.get<Revision>("/api/v1/network/history/:revision", { schema }, async (request, reply) => {
    const { revision } = request.params;
    const json = await documents.revision(revision);
    if (json !== undefined) return reply.type("application/json; charset=utf-8").send(json);
    return reply.code(404).send({
      error: `Revision ${revision} of the network document is not kept.`,
      fix: "GET /api/v1/network/history (`leasehold history`) lists the revisions that are.",
    });
  });
}

async function storedView(documents: NetworkDocuments): Promise<StoredView> {
  try {
    const newest = await documents.newest();
    if (newest === undefined) return { revision: 0, state: "absent", problem: null };
    const { revision, value } = newest;
    if (value === undefined) return { revision, state: "deleted", problem: null };
    if (revision === documents.inForce().revision) return { revision, state: "document", problem: null };
    const problem = await inTurns(brokenInSteps(value));
    return { revision, state: problem === undefined ? "document" : "broken", problem: problem ?? null };
  } catch (cause) {
    if (!(cause instanceof BusError)) throw cause;
    return { revision: 0, state: "unknown", problem: null };
  }
}

function addWriting(app: FastifyInstance, documents: NetworkDocuments): void {
  const schema = { body: anyText };
  app.post("/api/v1/network/validate", { schema }, async ({ body }, reply) => {
    const checked = await checkedWhole(textOf(body), documents);
    if (!checked.ok) return answerProblems(reply, checked.problems);
    const impact = await documents.impact?.(checked.document);
    return { problems: [], ...warningsOf(checked), ...(impact && { impact }) };
  });
  app.put<Accept>(
    "/api/v1/network",
    { schema: { ...schema, querystring: accept } },
    async (request, reply) => {
      const { headers, body, query } = request;
      const stated = revisionIn(headers["if-match"]);
      if (stated === undefined) return answerUnconditional(reply, headers["if-match"]);
      const checked = await checkedWhole(textOf(body), documents);
      if (!checked.ok) return answerProblems(reply, checked.problems);
      const isAccepted = query.accept !== undefined;
      const impact = isAccepted ? undefined : await documents.impact?.(checked.document);
      if (impact?.isLoss) return answerLoss(reply, impact);
      const expected = await expectedRevision(stated, documents);
      const result = await documents.put(checked.document, expected);
      if (result.ok) {
        const { revision } = result;
        return reply.header("etag", `"${revision}"`).send({ revision, ...warningsOf(checked) });
      }
      return answerConflict(reply, expected, await documents.newest());
    },
  );
}

/** Absent where there are none. */
function warningsOf({ warnings }: { readonly warnings: readonly Problem[] }) {
  return warnings.length > 0 ? { warnings } : {};
}

/** Everything that is wrong with it, its length included. */
async function checkedWhole(text: string, documents: NetworkDocuments): Promise<Checked<NetworkDocument>> {
  const checked = await documents.check(text);
  if (!checked.ok) return checked;
  const problem = documents.unstorable?.(checked.document);
  return problem === undefined ? checked : { ok: false, problems: [problem] };
}

/** Nothing is lost by accident: who sends no `accept` has not seen what this change takes away. */
function answerLoss(reply: FastifyReply, impact: Impact) {
  return reply.code(409).send({
    error: `This change would lose leases or links; nothing was stored. ${impact.lines.join(" ")}`,
    fix: "Send ?accept=loss (`leasehold apply --yes`) if that is intended.",
    impact,
  });
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : "";
}

function revisionIn(ifMatch: string | undefined): number | "*" | undefined {
  if (ifMatch === "*") return "*";
  const match = /^(?:W\/)?"?(\d{1,15})"?$/.exec(ifMatch ?? "");
  return match ? Number(match[1]) : undefined;
}

/** Where the store has no document (any more), the one that the nodes still go by (or none) is what a change is based on. */
async function expectedRevision(stated: number | "*", documents: NetworkDocuments): Promise<number> {
  const newest = await documents.newest();
  const isGone = newest?.value === undefined;
  const isBase = stated === "*" || (isGone && [0, documents.inForce().revision].includes(stated));
  return isBase ? (newest?.revision ?? 0) : stated;
}

function answerUnconditional(reply: FastifyReply, ifMatch: string | undefined) {
  const what = ifMatch === undefined ? "" : ` If-Match: ${JSON.stringify(ifMatch)} does not.`;
  return reply.code(ifMatch === undefined ? 428 : 422).send({
    error: `A change of the network document must say which revision it is based on.${what}`,
    fix: 'Send If-Match: "<revision>" as GET /api/v1/network gave it, "0" for the first one, or * to replace whatever is there.',
  });
}

function answerConflict(reply: FastifyReply, expected: number, newest: StoredRecord | undefined) {
  const now = newest === undefined ? "" : ` It is at revision ${newest.revision}.`;
  return reply.code(412).send({
    error: `Conflict: the network document was changed since revision ${expected}.${now}`,
    fix: "Look at the difference (leasehold diff) and apply again.",
    revision: newest?.revision ?? 0,
  });
}

function answerProblems(reply: FastifyReply, problems: readonly Problem[]) {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  return reply.code(422).send({
    error: `The network document has ${count}; nothing was changed.`,
    fix: "Correct them and apply again.",
    problems,
  });
}
