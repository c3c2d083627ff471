// Every matcher of a document, also those inside others, however broken the rest is.
import { fieldsOf, isMapping, itemsOf, type Part, partAt, partUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

export interface PlacedMatcher extends Part {
  /** The index of the class that it belongs to. */
  readonly classIndex: number;
}

export function matchersOf({ classes }: Survey): readonly PlacedMatcher[] {
  return classes.flatMap((part, classIndex) => walk(partUnder(part, "match"), part.fields.match, classIndex));
}

function walk(matcher: Part, value: unknown, classIndex: number): PlacedMatcher[] {
  if (!isMapping(value)) return [];
  const lists = ["all", "any"].flatMap((key) =>
    itemsOf(value[key]).flatMap((item, i) => walk(partAt(item, [...matcher.path, key, i]), item, classIndex)),
  );
  const inner = walk(partUnder(matcher, "not"), value.not, classIndex);
  return [{ ...matcher, fields: fieldsOf(value), classIndex }, ...lists, ...inner];
}
