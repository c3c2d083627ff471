// `leasehold diff <file>`: what `apply` would change. Nothing is stored.
import type { Command } from "../command.ts";
import { changeOf } from "../document-file.ts";

export const diff: Command = {
  name: "diff",
  positionals: ["<file>"],
  about: "Check a network document and show what applying it would change.",
  async run(context) {
    const file = context.args[0]!;
    const { current, changes } = await changeOf(file, context);
    const none = `No difference: ${file} says what revision ${current} says.`;
    return { json: { revision: current, changes }, lines: changes.length > 0 ? changes : [none] };
  },
};
