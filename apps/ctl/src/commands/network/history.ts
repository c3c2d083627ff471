// `leasehold history [revision]`: the kept revisions of the network document; what one of them changed.

import { type RevisionRow, revisionCard, revisionNumber, revisions } from "../../answers/revision.ts";
import type { Answer, Command, Context } from "../../command.ts";
import { card, counted, table } from "../../text/table.ts";
import { relativeTime } from "../../text/times.ts";

export const history: Command = {
  name: "history",
  positionals: ["[revision]"],
  about: "List the revisions of the network document, newest first, or show what one revision changed.",
  run: (context) => (context.args[0] === undefined ? list(context) : show(context.args[0], context)),
};

const HEADS = ["REVISION", "STORED", "IN FORCE", "CHANGES", "WHAT"];

async function list({ api, environment }: Context): Promise<Answer> {
  const rows = await revisions(api);
  const cells = rows.map((row) => [
    row.revision,
    relativeTime(row.at, environment.now()),
    row.inForce ? "yes" : undefined,
    row.changes,
    whatOf(row),
  ]);
  const end = counted(rows.length, "revision");
  return { json: rows, lines: [...table(HEADS, cells), "", `${end}; \`leasehold rollback\` goes back.`] };
}

function whatOf({ changes, summary, sameAs, deleted, broken }: RevisionRow): string | undefined {
  if (deleted) return "deleted from the store";
  if (broken) return `cannot be used: ${broken}`;
  const more = (changes ?? 0) > 1 ? " …" : "";
  const same = sameAs === null ? [] : [`as revision ${sameAs}`];
  return [...same, ...(summary === null ? [] : [`${summary}${more}`])].join("; ");
}

async function show(text: string, { api, environment }: Context): Promise<Answer> {
  const found = await revisionCard(api, revisionNumber(text));
  const head = card([
    ["revision", found.revision],
    ["stored", `${relativeTime(found.at, environment.now())} (${found.at})`],
  ]);
  if (found.broken) return { json: found, lines: [...head, "", `It cannot be used: ${found.broken}`] };
  const changes = found.changes ?? [
    "The previous revision is no longer kept. Use --json to see the whole document.",
  ];
  return { json: found, lines: [...head, "", ...(changes.length > 0 ? changes : ["It changed nothing."])] };
}
