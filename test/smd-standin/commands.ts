// `smd put|delete|fail|list`: changes what a running stand-in says, through SMD's own calls where SMD has them.
import { parseArgs } from "node:util";
import { FAILURES } from "./server.ts";
import type { Component, InterfaceRow } from "./tables.ts";

const USAGE = `smd put --mac M [--ip A]… [--network N] [--xname X] [--nid N] [--role R] [--type T] [--raw]
smd delete --mac M | --xname X | --all
smd fail ${FAILURES.join("|")}
smd list`;

const OPTIONS = {
  mac: { type: "string" },
  ip: { type: "string", multiple: true },
  network: { type: "string" },
  xname: { type: "string" },
  nid: { type: "string" },
  role: { type: "string" },
  type: { type: "string" },
  raw: { type: "boolean" },
  all: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; strict: true }>>["values"];

/**
 * Does what the words say to the stand-in at `url`; gives the lines to print.
 * @throws Error with a sentence, when a word is wrong or the stand-in refuses.
 */
export async function smdCommand(url: string, words: readonly string[]): Promise<string[]> {
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  const call = callerOf(url);
  switch (positionals[0]) {
    case "put":
      return put(call, values);
    case "delete":
      return remove(call, values);
    case "fail":
      return fail(call, positionals[1]);
    case "list":
      return list(call);
    default:
      throw new Error(USAGE);
  }
}

type Call = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

function callerOf(url: string): Call {
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5000),
    });
    const text = await response.text();
    const answered: unknown = text === "" ? undefined : JSON.parse(text);
    if (response.ok || response.status === 409) return { status: response.status, body: answered };
    throw new Error(
      `The SMD stand-in refused ${method} ${path}: ${(answered as { detail?: string })?.detail}.`,
    );
  };
}

const INTERFACES = "/hsm/v2/Inventory/EthernetInterfaces";
const COMPONENTS = "/hsm/v2/State/Components";

/** Makes or changes a row, and its component where one is named. */
async function put(call: Call, values: Values): Promise<string[]> {
  const { mac, ip = [], network, xname, nid, role, type } = values;
  if (mac === undefined) throw new Error(USAGE);
  if (xname !== undefined) {
    const component = {
      ID: xname,
      ...(nid && { NID: Number(nid) }),
      ...(role && { Role: role }),
      ...(type && { Type: type }),
    };
    await call("POST", COMPONENTS, { Components: [component], Force: true });
  }
  const IPAddresses = ip.map((IPAddress) => ({ IPAddress, ...(network && { Network: network }) }));
  const row = { MACAddress: mac, IPAddresses, ...(xname !== undefined && { ComponentID: xname }) };
  if (values.raw) await call("POST", "/standin/load", { EthernetInterfaces: [row] });
  else if ((await call("POST", INTERFACES, row)).status === 409)
    await call("PATCH", `${INTERFACES}/${idOf(mac)}`, row);
  return [`${mac}: ${ip.join(", ") || "no address"}${xname ? `, ${xname}` : ""}`];
}

async function remove(call: Call, { mac, xname, all }: Values): Promise<string[]> {
  if (all) return [((await call("DELETE", INTERFACES)).body as { message: string }).message];
  if (mac !== undefined) await call("DELETE", `${INTERFACES}/${idOf(mac)}`);
  else if (xname === undefined) throw new Error(USAGE);
  if (xname === undefined) return [`${mac}: deleted`];
  const rows = (await call("GET", `${INTERFACES}?ComponentID=${xname}`)).body as InterfaceRow[];
  for (const row of rows) await call("DELETE", `${INTERFACES}/${row.ID}`);
  await call("DELETE", `${COMPONENTS}/${xname}`);
  return [`${xname}: deleted, with ${rows.length} interface(s)`];
}

async function fail(call: Call, mode: string | undefined): Promise<string[]> {
  if (!FAILURES.some((one) => one === mode)) throw new Error(USAGE);
  await call("POST", `/standin/fail?mode=${mode}`);
  return [mode === "off" ? "answers as it should" : `fails: ${mode}`];
}

async function list(call: Call): Promise<string[]> {
  const rows = (await call("GET", INTERFACES)).body as InterfaceRow[];
  const { Components } = (await call("GET", COMPONENTS)).body as { Components: Component[] };
  const components = new Map(Components.map((component) => [component.ID, component]));
  return rows
    .map((row) => {
      const component = components.get(row.ComponentID);
      const addresses = row.IPAddresses.map(({ IPAddress }) => IPAddress).join(", ");
      const about = [
        row.ComponentID,
        component?.NID !== undefined && `NID ${component.NID}`,
        component?.Role,
      ];
      return [row.MACAddress, addresses || "-", about.filter(Boolean).join(" ")].join("  ").trimEnd();
    })
    .sort();
}

function idOf(mac: string): string {
  return mac.toLowerCase().replaceAll(/[:-]/g, "");
}
