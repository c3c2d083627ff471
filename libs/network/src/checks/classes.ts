// Classes: ids of their own, and somebody who can be in them.

import type { Finding } from "@leasehold/document";
import { RESERVED_CLASS_IDS } from "../classes/client-class.ts";
import { type Check, exactlyOneOf, repeatedIds } from "./check.ts";
import { contradictionsIn } from "./contradictions.ts";
import { partsIn, textOf } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const classChecks: readonly Check[] = [
  ({ classes }) => repeatedIds(classes),
  reservedIds,
  ignoredByOneKey,
  nobodyInside,
];

function reservedIds({ classes }: Survey): Finding[] {
  return classes.flatMap(({ path, fields }) =>
    RESERVED_CLASS_IDS.includes(textOf(fields.id) ?? "")
      ? [
          {
            path: [...path, "id"],
            found: `"${fields.id}"`,
            expected: `an id other than ${RESERVED_CLASS_IDS.join(", ")}, which mean something already`,
          },
        ]
      : [],
  );
}

function ignoredByOneKey({ root }: Survey): Finding[] {
  return partsIn(root, "ignore").flatMap((part) =>
    exactlyOneOf(["mac", "macPrefix"], part, "whom to ignore"),
  );
}

function nobodyInside({ classes }: Survey): Finding[] {
  return contradictionsIn(
    classes.map(({ fields }) => ({ id: textOf(fields.id), match: fields.match })),
  ).flatMap(({ index, why }) => [
    {
      path: [...classes[index]!.path, "match"],
      found: `what nobody can match: ${why}`,
      expected: "a matcher that some client can match",
      fix: "Use any instead of all if one of them is enough.",
    },
  ]);
}
