// What changes between two documents, in lines for a person. Subnets and classes are told apart by id, pools by range,
// reservations by whom they are for: moving one up or down the file is no change, where its place means nothing.
import { fieldsOf, isMapping } from "./checks/parts.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import { IDENTIFIERS } from "./reservations/identifier.ts";

/** `- path: value` for what goes, `+ path: value` for what comes, `~ path: old → new`; empty when nothing changes. */
export function diffNetworks(before: NetworkDocument | undefined, after: NetworkDocument): readonly string[] {
  const old = flatten(before ?? {}, after);
  const now = flatten(after, before);
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

/** By path, without the items of lists that stand in the other document just so: of thousands, mostly all. */
function flatten(value: unknown, other: unknown, path = "", into = new Map<string, string>()) {
  const keys = Array.isArray(value) ? keysOf(value) : undefined;
  if (keys !== undefined) {
    const twins = byKey(other);
    for (const [i, item] of (value as unknown[]).entries()) {
      const twin = twins.get(keys[i]!);
      if (!isSame(item, twin)) flatten(item, twin, `${path}[${keys[i]}]`, into);
    }
  } else if (isMapping(value) && !isWhole(path)) {
    const twins = fieldsOf(other);
    for (const [key, one] of Object.entries(value))
      flatten(
        one,
        Object.hasOwn(twins, key) ? twins[key] : undefined,
        path === "" ? key : `${path}.${key}`,
        into,
      );
  } else if (value !== undefined) {
    into.set(path, JSON.stringify(value));
  }
  return into;
}

function byKey(list: unknown): ReadonlyMap<string, unknown> {
  const keys = Array.isArray(list) ? keysOf(list) : undefined;
  return new Map(keys?.map((key, i) => [key, (list as unknown[])[i]]));
}

/** May say no of what differs only in what means nothing. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, i) => isSame(item, other[i]));
  if (!isMapping(one) || !isMapping(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
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
