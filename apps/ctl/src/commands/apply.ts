// `leasehold apply <file>`: check, show the difference, store. Compare-and-swap on the revision that the difference was shown for.
import type { Command, Context } from "../command.ts";
import { changeOf, type DocumentChange } from "../document-file.ts";
import { Failure } from "../failure.ts";
import { type Reply, refusal } from "../io/api.ts";

export const apply: Command = {
  name: "apply",
  positionals: ["<file>"],
  about: "Check a network document, show what changes, and store it; all nodes follow at once.",
  async run(context) {
    const file = context.args[0]!;
    const change = await changeOf(file, context);
    if (change.changes.length === 0) {
      return {
        json: { applied: false, revision: change.current, changes: [] },
        lines: [`Nothing to do: ${file} says what revision ${change.current} says.`],
      };
    }
    for (const line of change.changes) context.say(line);
    const revision = await store(change, file, context);
    return {
      json: { applied: true, revision, changes: change.changes },
      lines: [`Applied as revision ${revision}.`],
    };
  },
};

async function store(change: DocumentChange, file: string, { api }: Context): Promise<number> {
  const reply = await api.put("/api/v1/network", change.text, {
    "content-type": "application/yaml",
    "if-match": change.etag,
  });
  switch (reply.status) {
    case 200:
      return (reply.body as { revision: number }).revision;
    case 412:
      throw new Failure(
        `Somebody else changed the network meanwhile: it is no longer at revision ${change.current}. Nothing was stored.`,
        `Look at what is there now with \`leasehold diff ${file}\`, then apply again.`,
      );
    case 422:
      throw await refusedDocument(reply, file);
    default:
      throw refusal(reply);
  }
}

// The file passed the check here, so the node is of another version, or knows more.
async function refusedDocument(reply: Reply, file: string): Promise<Failure> {
  const { formatProblem } = await import("@leasehold/network");
  const { problems = [] } = (reply.body ?? {}) as { problems?: Parameters<typeof formatProblem>[0][] };
  return new Failure(
    `${reply.server} refused ${file}. Nothing was stored.`,
    "Correct the file; when this command found no fault in it, see whether node and command are of one version.",
    { details: problems.map(formatProblem), extra: { problems } },
  );
}
