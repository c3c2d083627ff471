// What changes between two documents, in lines for a person. Subnets are told apart by id and pools by range, so that
// moving one up or down the file is no change.
import type { NetworkDocument } from "./document/network-schema.ts";

/** `- path: value` for what goes, `+ path: value` for what comes, `~ path: old → new`; empty when nothing changes. */
export function diffNetworks(before: NetworkDocument | undefined, after: NetworkDocument): readonly string[] {
  const old = flatten(before ?? {});
  const now = flatten(after);
  const gone = [...old].flatMap(([path, from]) => (now.has(path) ? [] : [`- ${path}: ${from}`]));
  const changed = [...now].flatMap(([path, to]) => {
    const from = old.get(path);
    if (from === undefined) return [`+ ${path}: ${to}`];
    return from === to ? [] : [`~ ${path}: ${from} → ${to}`];
  });
  return [...gone, ...changed];
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value) && value.some((item) => keyOf(item) !== undefined)) {
    for (const item of value) flatten(item, `${path}[${keyOf(item)}]`, into);
  } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, one] of Object.entries(value)) flatten(one, path === "" ? key : `${path}.${key}`, into);
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}

/** By what an item of a list is the same one in both documents. */
function keyOf(item: unknown): string | undefined {
  const { id, range } = (item ?? {}) as { id?: unknown; range?: unknown };
  const key = id ?? range;
  return typeof key === "string" ? key : undefined;
}
