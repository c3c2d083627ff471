// `leasehold diff <file>`: what `apply` would change. Nothing is stored.
import type { Command } from "../command.ts";
import { warningLines, warningsJson } from "../document-change.ts";
import { changeOf } from "../document-file.ts";

export const diff: Command = {
  name: "diff",
  positionals: ["<file>"],
  about: "Check a network document and show what applying it would change.",
  async run(context) {
    const change = await changeOf(context.args[0]!, context);
    const { base, changes, name } = change;
    const none = `No difference: ${name} says what revision ${base} says.`;
    const lines = [...warningLines(change), ...(changes.length > 0 ? changes : [none])];
    return { json: { revision: base, changes, ...warningsJson(change) }, lines };
  },
};
