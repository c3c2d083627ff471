// OpenCHAMI's SMD (HSM v2): EthernetInterfaces and Components, by the two GETs that are public. Both answers must be
// good before either counts. smd-rows.ts makes hosts of them.
import * as z from "zod";
import { isHostnamePattern } from "./hostname-pattern.ts";
import { readingOf } from "./smd-rows.ts";
import { ReadFailure, type Source } from "./source.ts";

const pattern = z.string().refine(isHostnamePattern, { error: "a hostname pattern like nid{04d} or {id}" });

const settings = {
  url: z.url({ protocol: /^https?$/, error: "an http or https URL without a path, like http://smd:27779" }),
  /** A JWT, where SMD is not public. */
  token: z.string().min(1).optional(),
  /** For hosts with a NID. */
  hostname: pattern.optional(),
  /** For components without one: BMCs, switches. */
  hostnameOther: pattern.optional(),
};
type Settings = z.infer<z.ZodObject<typeof settings>>;

const INTERFACES = "/hsm/v2/Inventory/EthernetInterfaces";
const COMPONENTS = "/hsm/v2/State/Components";
/** SMD's clock is that of a transaction's start: a row may appear with a time before one that was already seen. */
const OVERLAP_MS = 10_000;

export const smd: Source<Settings> = {
  type: "smd",
  settings,
  open(of, reach) {
    const names = { hostname: of.hostname ?? "nid{04d}", hostnameOther: of.hostnameOther ?? "{id}" };
    const base = of.url.replace(/\/+$/, "");
    const get = (path: string) => reach.getJson(base + path, { token: of.token });
    let known: { rows: ReadonlyMap<string, string>; newest: number | undefined } | undefined;
    return {
      place: base,
      // Interfaces first: a component is made before its interfaces, so that none is missing from the second answer.
      async read() {
        const rows = rowsOf(await get(INTERFACES), INTERFACES);
        const components = componentsOf(await get(COMPONENTS));
        known = { rows: fingerprints(rows), newest: newestOf(rows) };
        return readingOf(rows, components, names);
      },
      // NewerThan misses deletions and every change but that of addresses: a hint, never the truth.
      async hasNews() {
        if (known?.newest === undefined) return true;
        const { rows, newest } = known;
        const from = new Date(newest - OVERLAP_MS).toISOString();
        const changed = fingerprints(rowsOf(await get(`${INTERFACES}?NewerThan=${from}`), INTERFACES));
        return [...changed].some(([id, row]) => rows.get(id) !== row);
      },
    };
  },
};

type Row = Readonly<Record<string, unknown>>;

function rowsOf(answer: unknown, what: string): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  throw new ReadFailure("wrong-shape", `${what} gave ${kindOf(answer)} where a list was expected.`);
}

function componentsOf(answer: unknown): readonly unknown[] {
  const list = (answer as Row | null)?.Components;
  if (Array.isArray(list)) return list;
  throw new ReadFailure(
    "wrong-shape",
    `${COMPONENTS} gave ${kindOf(answer)} where { "Components": [ … ] } was expected.`,
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? "an object without it" : `a ${typeof value}`;
}

function fingerprints(rows: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [String((row as Row | null)?.ID), JSON.stringify(row)]));
}

function newestOf(rows: readonly unknown[]): number | undefined {
  const times = rows
    .map((row) => Date.parse(String((row as Row | null)?.LastUpdate)))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}
