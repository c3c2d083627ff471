// Reading a document that may be broken anywhere: what is there is given, what is not is empty.
import type { Path } from "@leasehold/document";

export interface Part {
  readonly path: Path;
  readonly fields: Readonly<Record<string, unknown>>;
  /** False for what should be a mapping and is not, which the schema tells. */
  readonly isMapping: boolean;
}

export function partAt(value: unknown, path: Path): Part {
  return { path, fields: fieldsOf(value), isMapping: isMapping(value) };
}

/** The mappings in a list that stands under `key`. */
export function partsIn(part: Part, key: string): readonly Part[] {
  return itemsOf(part.fields[key]).map((item, i) => partAt(item, [...part.path, key, i]));
}

export function partUnder(part: Part, key: string): Part {
  return partAt(part.fields[key], [...part.path, key]);
}

/** The texts under `key`: a lone one, or those of a list. */
export function textsUnder(
  part: Part,
  key: string,
): readonly { readonly path: Path; readonly text: string }[] {
  const value = part.fields[key];
  if (typeof value === "string") return [{ path: [...part.path, key], text: value }];
  return itemsOf(value).flatMap((text, i) =>
    typeof text === "string" ? [{ path: [...part.path, key, i], text }] : [],
  );
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
