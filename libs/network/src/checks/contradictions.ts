// Classes that no client can ever be in, because their matcher asks for two things that exclude each other. Only what is
// certain is told: a matcher that is not found here may still match nobody.
import { parseMac } from "@leasehold/protocol";
import { fieldsOf, isMapping, itemsOf } from "./parts.ts";

export interface ClassToJudge {
  readonly id: string | undefined;
  readonly match: unknown;
}

/** What must hold together, each as a mapping with one key; a negated one is under `not`. */
type Demand = Readonly<Record<string, unknown>>;

/** The classes by index, each with the demands that exclude each other. */
export function contradictionsIn(
  classes: readonly ClassToJudge[],
): readonly { readonly index: number; readonly why: string }[] {
  const good = new Map<string, unknown>();
  return classes.flatMap(({ id, match }, index) => {
    const why = contradictionIn(demandsOf(match, good), good);
    // A class that refers to a bad one is not told a second time.
    if (id !== undefined && !good.has(id)) good.set(id, why === undefined ? match : undefined);
    return why === undefined ? [] : [{ index, why }];
  });
}

function demandsOf(matcher: unknown, classes: ReadonlyMap<string, unknown>, isNegated = false): Demand[] {
  if (!isMapping(matcher)) return [];
  const { all, any, not } = matcher;
  if (not !== undefined) return demandsOf(not, classes, !isNegated);
  const joined = isNegated ? any : all;
  if (joined !== undefined) return itemsOf(joined).flatMap((one) => demandsOf(one, classes, isNegated));
  if (typeof matcher.known === "boolean") return [{ known: matcher.known !== isNegated }];
  if (isNegated) return [{ not: matcher }];
  const named = typeof matcher.class === "string" ? classes.get(matcher.class) : undefined;
  return [matcher, ...demandsOf(named, classes)];
}

function contradictionIn(
  demands: readonly Demand[],
  classes: ReadonlyMap<string, unknown>,
): string | undefined {
  const direct = contradictingValues(demands) ?? negatedToo(demands) ?? knownAndNot(demands);
  if (direct !== undefined) return direct;
  // One of several: bad when each of them is, together with the rest.
  for (const demand of demands) {
    const choices = isNegatedAll(demand) ? fieldsOf(demand.not).all : demand.any;
    const reasons = itemsOf(choices).map((choice) =>
      contradictionIn(
        [...demands.filter((other) => other !== demand), ...demandsOf(choice, classes, isNegatedAll(demand))],
        classes,
      ),
    );
    if (reasons.length > 0 && reasons.every((reason) => reason !== undefined)) return reasons[0];
  }
  return undefined;
}

const isNegatedAll = (demand: Demand): boolean => fieldsOf(demand.not).all !== undefined;

/** Keys of which a client has one value at most. */
const SINGLE: readonly string[] = ["known", "hostType", "role", "subRole", "mac", "subnet"];

function contradictingValues(demands: readonly Demand[]): string | undefined {
  const allowed = new Map<string, { values: readonly unknown[]; shown: string }>();
  for (const { key, values, shown } of demands.flatMap(singleValues)) {
    const before = allowed.get(key);
    const both = before ? values.filter((value) => before.values.includes(value)) : values;
    if (before && both.length === 0) return `${before.shown} together with ${shown}`;
    allowed.set(key, { values: both, shown });
  }
  return undefined;
}

function singleValues(demand: Demand): { key: string; values: readonly unknown[]; shown: string }[] {
  return Object.entries(demand).flatMap(([key, value]) => {
    const one = (name: string, values: readonly unknown[]) => [
      { key: name, values, shown: shown({ [key]: value }) },
    ];
    if (SINGLE.includes(key)) return one(key, (Array.isArray(value) ? value : [value]).map(spelled));
    if (key === "label")
      return Object.entries(fieldsOf(value)).flatMap(([name, text]) => one(`label ${name}`, [text]));
    if (key === "vendorClass" || key === "hostname") {
      const all = typeof value === "string" ? value : fieldsOf(value).equals;
      return typeof all === "string" ? one(key, [key === "hostname" ? all.toLowerCase() : all]) : [];
    }
    const { name, code, exists } = fieldsOf(key === "option" ? value : undefined);
    return typeof exists === "boolean" ? one(`option ${String(name ?? code)}`, [exists]) : [];
  });
}

const spelled = (value: unknown): unknown => (typeof value === "string" ? (parseMac(value) ?? value) : value);

function negatedToo(demands: readonly Demand[]): string | undefined {
  const wanted = new Set(demands.map((demand) => JSON.stringify(demand)));
  const both = demands.find(({ not }) => not !== undefined && wanted.has(JSON.stringify(not)));
  return both && `${shown(fieldsOf(both.not))} together with not: { ${shown(fieldsOf(both.not))} }`;
}

/** What only hosts of the inventory have, and those are known. */
const OF_HOSTS: readonly string[] = ["host", "hostType", "role", "subRole", "group", "label"];

function knownAndNot(demands: readonly Demand[]): string | undefined {
  if (!demands.some(({ known }) => known === false)) return undefined;
  const ofHost = demands.find((demand) => OF_HOSTS.some((key) => demand[key] !== undefined));
  return ofHost && `known: false together with ${shown(ofHost)}, which only hosts of the inventory have`;
}

function shown(demand: Demand): string {
  return Object.entries(demand)
    .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
