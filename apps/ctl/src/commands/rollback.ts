// `leasehold rollback [revision]`: stores an earlier network document as a new revision. Nothing of the history is lost, so a
// rollback can be rolled back.
import type { NetworkDocument } from "@leasehold/network";
import type { Command, Context } from "../command.ts";
import { carryOut, type DocumentChange } from "../document-change.ts";
import { Failure } from "../failure.ts";
import { revisionCard, revisionNumber, revisions } from "../revision.ts";
import { dryRun } from "./apply.ts";

export const rollback: Command = {
  name: "rollback",
  positionals: ["[revision]"],
  about: "Show what changes and store an earlier network document again; without a revision, the one before.",
  options: dryRun,
  async run(context) {
    return carryOut(await changeBack(context), context);
  },
};

// Based on what the store has, not on what a node goes by: so this is also the way out of a document that no node can use.
async function changeBack({ args, api }: Context): Promise<DocumentChange> {
  const [newest, ...older] = await revisions(api);
  const wanted =
    args[0] === undefined ? older.find(({ deleted }) => !deleted)?.revision : revisionNumber(args[0]);
  if (newest === undefined || wanted === undefined) {
    throw new Failure(
      "There is no earlier revision of the network document.",
      "`leasehold history` lists those that are kept.",
    );
  }
  const { document } = await revisionCard(api, wanted);
  const now = newest.deleted ? undefined : (await revisionCard(api, newest.revision)).document;
  const { checkNetwork, diffNetworks, formatProblem } = await import("@leasehold/network");
  const checked = checkNetwork(document);
  return {
    text: JSON.stringify(document),
    name: `revision ${wanted}`,
    base: newest.revision,
    changes: diffNetworks(now as NetworkDocument | undefined, document as NetworkDocument),
    warnings: checked.ok ? checked.warnings.map(formatProblem) : [],
  };
}
