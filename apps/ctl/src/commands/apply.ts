// `leasehold apply <file>`: check, show the difference, store.
import type { Command, OptionTable } from "../command.ts";
import { carryOut } from "../document-change.ts";
import { changeOf } from "../document-file.ts";

export const dryRun: OptionTable = {
  "dry-run": {
    type: "boolean",
    about: "Check it, here and by a node, and show what changes; store nothing.",
  },
  yes: { type: "boolean", about: "Store it without asking, also where leases or links are lost." },
};

const force: OptionTable = {
  force: {
    type: "boolean",
    about: "Store it on top of whatever the store has, also when somebody else was faster.",
  },
};

export const apply: Command = {
  name: "apply",
  positionals: ["<file>"],
  about: "Check a network document, show what changes, and store it; all nodes follow at once.",
  options: { ...dryRun, ...force },
  async run(context) {
    return carryOut(await changeOf(context.args[0]!, context), context);
  },
};
