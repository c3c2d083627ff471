// A rule between fields: all are run, whatever the others found. And what several rules have in common.

import { describe, type Finding, formatPath, type Path } from "@leasehold/document";
import type { AddressRange } from "../pools/address-range.ts";
import { byFirst } from "../pools/address-range.ts";
import type { Part } from "./parts.ts";
import type { Survey } from "./survey.ts";

export type Check = (survey: Survey) => readonly Finding[];

/** Each thing whose key another one before it has. */
export function repeated<T extends { readonly path: Path }>(
  things: readonly T[],
  keyOf: (thing: T) => string | number | undefined,
): readonly { readonly thing: T; readonly first: T }[] {
  const firsts = new Map<string | number, T>();
  const again: { thing: T; first: T }[] = [];
  for (const thing of things) {
    const key = keyOf(thing);
    if (key === undefined) continue;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, thing);
    else again.push({ thing, first });
  }
  return again;
}

/** Ids that stand twice in a list. */
export function repeatedIds(parts: readonly Part[]): Finding[] {
  return repeated(parts, ({ fields }) => (typeof fields.id === "string" ? fields.id : undefined)).map(
    ({ thing, first }) => ({
      path: [...thing.path, "id"],
      found: `"${thing.fields.id}" again`,
      expected: `an id of its own (${formatPath(first.path)} has this one)`,
    }),
  );
}

/** Pairs that share an address, each later one with the widest before it: the reader learns of every culprit once. */
export function overlaps<T extends AddressRange>(ranges: readonly T[]): [T, T][] {
  const inOrder = ranges.map((range, order) => ({ range, order }));
  inOrder.sort((a, b) => byFirst(a.range, b.range) || b.range.last - a.range.last || a.order - b.order);
  const pairs: [T, T][] = [];
  let widest: { range: T; order: number } | undefined;
  for (const next of inOrder) {
    if (widest && next.range.first <= widest.range.last) {
      pairs.push(next.order > widest.order ? [widest.range, next.range] : [next.range, widest.range]);
    }
    if (!widest || next.range.last > widest.range.last) widest = next;
  }
  return pairs;
}

function hasExactlyOne(keys: readonly string[], fields: Part["fields"]): boolean {
  let count = 0;
  for (const key of keys) if (fields[key] !== undefined && Object.hasOwn(fields, key)) count++;
  return count === 1;
}

/** Nothing when exactly one of the keys is there; a part that is no mapping at all is the schema's to tell. */
export function exactlyOneOf(keys: readonly string[], part: Part, what: string): Finding[] {
  if (!part.isMapping || hasExactlyOne(keys, part.fields)) return [];
  const there = Object.keys(part.fields).filter(
    (key) => keys.includes(key) && part.fields[key] !== undefined,
  );
  const list = keys.length > 1 ? `${keys.slice(0, -1).join(", ")} or ${keys.at(-1)}` : keys[0]!;
  if (there.length === 0) {
    return [{ path: part.path, found: describe(part.fields), expected: `${what}: one of ${list}` }];
  }
  return [
    {
      path: [...part.path, there[1]!],
      found: `${there.join(" and ")} together`,
      expected: `only one of ${list}`,
    },
  ];
}
