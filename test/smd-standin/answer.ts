// SMD's HTTP surface, as far as a syncer and those who change the inventory use it: method and path to a status and JSON.
import { Refusal, type SmdTables } from "./tables.ts";

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const INTERFACES = "/hsm/v2/Inventory/EthernetInterfaces";
const COMPONENTS = "/hsm/v2/State/Components";

type Fields = Record<string, unknown>;

export function answer(tables: SmdTables, question: Question): Answer {
  try {
    return route(tables, question) ?? problem(404, `${question.method} ${question.path} is not served here`);
  } catch (cause) {
    if (cause instanceof Refusal) return problem(cause.status, cause.message);
    throw cause;
  }
}

/** RFC 7807, as SMD answers every failure. */
export function problem(status: number, detail: string): Answer {
  return { status, body: { type: "about:blank", title: `HTTP ${status}`, detail, status } };
}

function route(tables: SmdTables, { method, path, query, body }: Question): Answer | undefined {
  if (path === "/hsm/v2/service/ready") return { status: 200, body: { code: 0, message: "HSM is healthy" } };
  const [base, id] = [INTERFACES, COMPONENTS].flatMap((one) =>
    path === one || path.startsWith(`${one}/`) ? [one, decodeURIComponent(path.slice(one.length + 1))] : [],
  );
  if (base === INTERFACES) return onInterfaces(tables, method, id!, query, (body ?? {}) as Fields);
  if (base === COMPONENTS) return onComponents(tables, method, id!, query, (body ?? {}) as Fields);
  return undefined;
}

function onInterfaces(tables: SmdTables, method: string, id: string, query: URLSearchParams, body: Fields) {
  switch (`${method} ${id === "" ? "all" : "one"}`) {
    case "GET all":
      return ok(unordered([...tables.interfaces.values()].filter((row) => matches({ ...row }, query))));
    case "GET one":
      return found(tables.interfaces.get(id), id);
    case "POST all":
      return { status: 201, body: { URI: `${INTERFACES}/${tables.addInterface(body)}` } };
    case "PATCH one":
      tables.changeInterface(id, body);
      return ok(tables.interfaces.get(id));
    case "DELETE one":
      tables.removeInterface(id);
      return ok({ code: 0, message: "deleted 1 entry" });
    case "DELETE all": {
      const count = tables.interfaces.size;
      tables.interfaces.clear();
      return ok({ code: 0, message: `deleted ${count} entries` });
    }
    default:
      return undefined;
  }
}

function onComponents(tables: SmdTables, method: string, id: string, query: URLSearchParams, body: Fields) {
  switch (`${method} ${id === "" ? "all" : "one"}`) {
    case "GET all":
      return ok({ Components: unordered([...tables.components.values()].filter((c) => matches(c, query))) });
    case "GET one":
      return found(tables.components.get(id), id);
    case "POST all":
      for (const one of (body.Components ?? []) as Fields[]) tables.putComponent(one, body.Force === true);
      return { status: 204, body: undefined };
    case "PATCH one": {
      // Components/{xname}/NID, /Role, /StateData … each with a body of the fields that it changes.
      const xname = id.split("/", 1)[0]!;
      if (!tables.components.has(xname)) throw new Refusal(404, `no such xname: ${xname}`);
      tables.putComponent({ ...body, ID: xname }, true);
      return { status: 204, body: undefined };
    }
    case "DELETE one":
      tables.removeComponent(id);
      return ok({ code: 0, message: "deleted 1 entry" });
    default:
      return undefined;
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body });

function found(row: unknown, id: string): Answer {
  if (row === undefined) throw new Refusal(404, `no such xname or id: ${id}`);
  return ok(row);
}

/** A parameter's name is taken in any case, repeated ones are alternatives, unknown ones are ignored. */
function matches(row: Fields, query: URLSearchParams): boolean {
  const fields = Object.entries(row).map(([name, value]) => [name.toLowerCase(), value] as const);
  const known = new Map<string, unknown>(fields);
  const updated = Date.parse(String(row.LastUpdate ?? ""));
  return [...new Set(query.keys())].every((name) => {
    const wanted = query.getAll(name);
    const lower = name.toLowerCase();
    if (lower === "newerthan") return wanted.some((time) => isAfter(row, updated, time));
    if (lower === "olderthan") return wanted.some((time) => updated < Date.parse(time));
    if (lower === "ipaddress" || lower === "network") return hasAddress(row, lower, wanted);
    return !known.has(lower) || wanted.includes(String(known.get(lower)));
  });
}

// Times of one form compare as text, to the microsecond; others by the millisecond.
function isAfter(row: Fields, updated: number, time: string): boolean {
  const text = String(row.LastUpdate);
  return text.length === time.length && text.endsWith("Z") ? text > time : updated > Date.parse(time);
}

function hasAddress(row: Fields, field: string, wanted: readonly string[]): boolean {
  const addresses = (row.IPAddresses ?? []) as { IPAddress: string; Network?: string }[];
  if (field === "ipaddress" && addresses.length === 0) return wanted.includes("");
  return addresses.some(({ IPAddress, Network }) =>
    wanted.includes((field === "network" ? Network : IPAddress) ?? ""),
  );
}

// SMD's query has no ORDER BY: nobody may rely on one, so it is another one each time.
let turn = 0;
function unordered<T>(rows: T[]): T[] {
  const from = rows.length === 0 ? 0 : ++turn % rows.length;
  return [...rows.slice(from), ...rows.slice(0, from)];
}
