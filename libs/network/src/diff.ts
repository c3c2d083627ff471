// What changes between two documents, in lines for a person. Subnets and classes are told apart by id, pools by range,
// reservations by whom they are for: moving one up or down the file is no change, where its place means nothing.
import type { NetworkDocument } from "./document/network-schema.ts";
import { IDENTIFIERS } from "./reservations/identifier.ts";

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
  return [...gone, ...changed, ...orderOfClasses(before, after)];
}

/** The order of classes means something: the later one counts. */
function orderOfClasses(before: NetworkDocument | undefined, after: NetworkDocument): string[] {
  const old = before?.classes?.map(({ id }) => id) ?? [];
  const now = after.classes?.map(({ id }) => id) ?? [];
  const [from, to] = [old.filter((id) => now.includes(id)), now.filter((id) => old.includes(id))];
  return from.join() === to.join() ? [] : [`~ order of classes: ${from.join(", ")} → ${to.join(", ")}`];
}

function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  const keys = Array.isArray(value) ? keysOf(value) : undefined;
  if (keys !== undefined) {
    for (const [i, item] of (value as unknown[]).entries()) flatten(item, `${path}[${keys[i]}]`, into);
  } else if (typeof value === "object" && value !== null && !Array.isArray(value) && !isWhole(path)) {
    for (const [key, one] of Object.entries(value)) flatten(one, path === "" ? key : `${path}.${key}`, into);
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}

/** A matcher means something as a whole only. */
function isWhole(path: string): boolean {
  return path.endsWith(".match");
}

/** By what the items of a list are the same ones in both documents; undefined when they are just values. */
function keysOf(items: readonly unknown[]): readonly string[] | undefined {
  const keys = items.flatMap((item) => keyOf(item) ?? []);
  return keys.length > 0 && new Set(keys).size === items.length ? keys : undefined;
}

/** Keys whose value alone says what it is. */
const PLAIN: readonly string[] = ["id", "range", "ranges", "name"];

function keyOf(item: unknown): string | undefined {
  const fields = (item ?? {}) as Readonly<Record<string, unknown>>;
  const key = [...PLAIN, ...IDENTIFIERS, "macPrefix"].find((one) => fields[one] !== undefined);
  if (key === undefined) return undefined;
  const value = [fields[key]].flat().join(", ");
  return PLAIN.includes(key) ? value : `${key} ${value}`;
}
