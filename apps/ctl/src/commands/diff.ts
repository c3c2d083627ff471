// `leasehold diff <file>`: what `apply` would change. Nothing is stored.
import type { Command } from "../command.ts";
import { changeOf } from "../document-file.ts";

export const diff: Command = {
  name: "diff",
  positionals: ["<file>"],
  about: "Check a network document and show what applying it would change.",
  async run(context) {
    const { base, changes, name } = await changeOf(context.args[0]!, context);
    const none = `No difference: ${name} says what revision ${base} says.`;
    return { json: { revision: base, changes }, lines: changes.length > 0 ? changes : [none] };
  },
};
