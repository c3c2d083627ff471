// `leasehold rollback [revision]`: stores an earlier network document as a new revision. Nothing of the history is lost, so a
// rollback can be rolled back.
import type { NetworkDocument } from "@leasehold/network";
import { type RevisionRow, revisionCard, revisionNumber, revisions } from "../../answers/revision.ts";
import type { Command, Context } from "../../command.ts";
import { carryOut, type DocumentChange, unstoredBy } from "../../document/document-change.ts";
import { Failure } from "../../failure.ts";
import type { Api } from "../../io/api.ts";
import { dryRun } from "./apply.ts";

export const rollback: Command = {
  name: "rollback",
  positionals: ["[revision]"],
  about:
    "Store an earlier network document again (default: the previous revision), after showing the changes.",
  options: dryRun,
  async run(context) {
    return carryOut(await changeBack(context), context);
  },
};

// Based on what the store has, not on what a node goes by: so this is also the way out of a document that no node can use.
async function changeBack({ args, api }: Context): Promise<DocumentChange> {
  const named = args[0] === undefined ? undefined : revisionNumber(args[0]);
  const [newest, ...older] = await revisions(api);
  const wanted = named ?? older.find(({ deleted, broken }) => !deleted && !broken)?.revision;
  if (newest === undefined || wanted === undefined) {
    throw new Failure(
      "There is no earlier revision of the network document.",
      "`leasehold history` lists the revisions that are kept.",
    );
  }
  const { document, broken } = await revisionCard(api, wanted);
  if (broken) {
    throw new Failure(
      `Revision ${wanted} cannot be used: ${broken}. Nothing was stored.`,
      "`leasehold history` shows which revisions can be used; `leasehold rollback` uses the newest of these.",
    );
  }
  const now = await usable(api, newest);
  const { formatProblem } = await import("@leasehold/document");
  const { checkNetwork, diffNetworks } = await import("@leasehold/network");
  const checked = checkNetwork(document);
  return {
    text: JSON.stringify(document),
    name: `revision ${wanted}`,
    base: newest.revision,
    changes: diffNetworks(now, document as NetworkDocument),
    before: now,
    after: document as NetworkDocument,
    unstored: unstoredBy(
      { revision: newest.revision, state: stateOf(newest), problem: newest.broken ?? null },
      newest.revision,
    ),
    warnings: checked.ok ? checked.warnings.map(formatProblem) : [],
  };
}

const stateOf = ({ deleted, broken }: RevisionRow) => (deleted ? "deleted" : broken ? "broken" : "document");

/** The document of a revision; where it is none, that which nodes go by. */
async function usable(api: Api, row: RevisionRow): Promise<NetworkDocument | undefined> {
  if (stateOf(row) === "document") return (await revisionCard(api, row.revision)).document as NetworkDocument;
  const { body } = await api.get("/api/v1/network", [404]);
  return (body as { document?: NetworkDocument } | undefined)?.document;
}
