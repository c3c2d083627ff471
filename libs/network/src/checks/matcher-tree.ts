// Every matcher of a document, also those inside others, however broken the rest is.
import { type Part, partsIn, partUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

export interface PlacedMatcher extends Part {
  /** The index of the class that it belongs to. */
  readonly classIndex: number;
}

export function matchersOf({ classes }: Survey): readonly PlacedMatcher[] {
  return classes.flatMap((part, classIndex) => walk(partUnder(part, "match"), classIndex));
}

function walk(matcher: Part, classIndex: number): PlacedMatcher[] {
  if (!matcher.isMapping) return [];
  const inner = [...partsIn(matcher, "all"), ...partsIn(matcher, "any"), partUnder(matcher, "not")];
  return [{ ...matcher, classIndex }, ...inner.flatMap((one) => walk(one, classIndex))];
}
