// `leasehold apply <file>`: check, show the difference, store.
import type { Command, OptionTable } from "../../command.ts";
import { carryOut } from "../../document/document-change.ts";
import { changeOf } from "../../document/document-file.ts";

export const dryRun: OptionTable = {
  "dry-run": {
    type: "boolean",
    about: "Check it here and on a node, and show the changes. Store nothing.",
  },
  yes: { type: "boolean", about: "Store it without asking, even if leases or links are lost." },
};

const force: OptionTable = {
  force: {
    type: "boolean",
    about: "Replace whatever the store has, even after a concurrent change.",
  },
};

export const apply: Command = {
  name: "apply",
  positionals: ["<file>"],
  about: "Check a network document, show the changes, and store it. All nodes use it at once.",
  options: { ...dryRun, ...force },
  async run(context) {
    return carryOut(await changeOf(context.args[0]!, context), context);
  },
};
