// `leasehold diff <file>`: what `apply` would change. Nothing is stored.
import { changedScriptLines, changedScripts } from "../../boot/changed-scripts.ts";
import type { Command } from "../../command.ts";
import { validate, warningLines, warningsJson } from "../../document/document-change.ts";
import { changeOf } from "../../document/document-file.ts";

export const diff: Command = {
  name: "diff",
  positionals: ["<file>"],
  about: "Check a network document, and show what it would change and which leases and links would be lost.",
  async run(context) {
    const change = await changeOf(context.args[0]!, context);
    const { base, changes, name } = change;
    const none = `No changes: ${name} is identical to revision ${base}.`;
    const impact = changes.length > 0 ? await validate(change, context) : undefined;
    const scripts =
      changes.length > 0 ? await changedScripts(change.before, change.after, context) : undefined;
    const lost = (impact?.lines ?? []).map((line) => `! ${line}`);
    const lines = [
      ...warningLines(change),
      ...(changes.length > 0 ? changes : [none]),
      ...(scripts ? changedScriptLines(scripts) : []),
      ...lost,
    ];
    const more = { ...(impact && { impact }), ...(scripts && { scripts }) };
    return { json: { revision: base, changes, ...warningsJson(change), ...more }, lines };
  },
};
